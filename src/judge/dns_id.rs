//! Is a dNSName one that counts? What webpki takes (`is_valid_dns_id` in its
//! `subject_name/dns_name.rs`; RFC 5280 §4.2.1.6, RFC 9525 §6.3), with the reason in words.

/// The place of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the subject alternative names.
    Presented,
    /// In a name constraint.
    Constraint,
}

/// Why the name does not count, as the end of a sentence about it.
pub(super) fn flaw(name: &[u8], place: Place) -> Option<&'static str> {
    const MOST: usize = 253;
    let constraint = place == Place::Constraint;
    if name.is_empty() {
        return (!constraint).then_some("it is empty");
    }
    let rest = match name.strip_prefix(b"*") {
        Some(_) if constraint => return Some("a constraint holds no wildcard"),
        Some(rest) => rest.strip_prefix(b".").ok_or(()),
        None => Ok(name),
    };
    let Ok(rest) = rest else {
        return Some(WHOLE_LABEL);
    };
    let has = |wanted: fn(&u8) -> bool| rest.iter().any(wanted);
    if name.len() > MOST {
        return Some("it is longer than 253 characters");
    } else if has(|octet| *octet == b'*') {
        return Some(WHOLE_LABEL);
    } else if !name.is_ascii() {
        return Some("it is not ASCII: it must be written in A-labels (xn--)");
    } else if has(u8::is_ascii_whitespace) {
        return Some("it has a blank");
    } else if rest.ends_with(b".") {
        return Some("it ends with a dot");
    }
    // Below a constraint that begins with a dot is at least one more label.
    let labels = rest.strip_prefix(b".").filter(|_| constraint);
    let labels: Vec<&[u8]> = labels
        .unwrap_or(rest)
        .split(|octet| *octet == b'.')
        .collect();
    let numeric = |label: &&[u8]| label.iter().all(u8::is_ascii_digit);
    let flaw = labels.iter().find_map(|label| label_flaw(label));
    let last = labels.last().filter(|label| numeric(label));
    let last = last.map(|_| "its last label is a number, as if it were an IP address");
    let short = (rest.len() < name.len() && labels.len() < 2)
        .then_some("two labels must follow a wildcard");
    flaw.or(last).or(short)
}

const WHOLE_LABEL: &str = "a wildcard must be the whole first label";

fn label_flaw(label: &[u8]) -> Option<&'static str> {
    const MOST: usize = 63;
    let fits = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    if label.is_empty() {
        Some("it has an empty label")
    } else if label.len() > MOST {
        Some("a label is longer than 63 characters")
    } else if !label.iter().all(fits) {
        Some("it has a character that no host name has")
    } else if label.starts_with(b"-") || label.ends_with(b"-") {
        Some("a label begins or ends with a hyphen")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What webpki says; it has no other way to ask than by a certificate's names.
    #[test]
    fn every_flaw_is_named() {
        let presented = |name: &str| flaw(name.as_bytes(), Place::Presented);
        for name in ["a", "a.b", "*.a.b", "a_b.c", "xn--a.b", "1.a", "a-b", "1a"] {
            assert_eq!(presented(name), None, "{name}");
        }
        let long = "a".repeat(64);
        let longer = "a.".repeat(127);
        for (name, part) in [
            ("", "empty"),
            ("*", "whole first label"),
            ("*.", "empty label"),
            ("*.test", "two labels"),
            ("w*.a.test", "whole first label"),
            ("a.*.test", "whole first label"),
            ("*a.b.test", "whole first label"),
            ("a.test.", "ends with a dot"),
            ("a b.test", "blank"),
            ("a..test", "empty label"),
            (".a.test", "empty label"),
            ("bücher.test", "A-labels"),
            ("a@b.test", "character"),
            ("-a.test", "hyphen"),
            ("a-.test", "hyphen"),
            ("192.0.2.7", "number"),
            (&long, "63"),
            (&longer, "253"),
        ] {
            assert!(
                presented(name).is_some_and(|flaw| flaw.contains(part)),
                "{name}"
            );
        }
        let constraint = |name: &str| flaw(name.as_bytes(), Place::Constraint);
        for name in ["", "a", ".a", "a.b", ".a.b"] {
            assert_eq!(constraint(name), None, "{name}");
        }
        for name in [".", "a.", "..a", "*.a", "*.a.b", "a b", "1"] {
            assert!(constraint(name).is_some(), "{name}");
        }
    }
}
