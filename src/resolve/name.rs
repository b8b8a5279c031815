//! A name as text (RFC 1035 §5.1), read as an absolute one: nothing is appended to it.

use crate::records::Name;
use std::mem::take;

/// Reads a name with or without the last dot; `\.` and `\046` stand for an octet within a label.
pub fn absolute(text: &str) -> Result<Name, String> {
    if text == "." {
        return Ok(Name::root());
    }
    if !text.is_ascii() || text.is_empty() {
        return Err("a name is written in ASCII".to_owned());
    }
    let mut labels = Vec::new();
    let mut label = Vec::new();
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        match octet {
            b'.' if label.is_empty() => return Err("a label is empty".to_owned()),
            b'.' => labels.push(take(&mut label)),
            b'\\' => label.push(escaped(&mut octets)?),
            octet if octet.is_ascii_graphic() => label.push(octet),
            _ => return Err("a name has no blanks and no control characters".to_owned()),
        }
    }
    if !label.is_empty() {
        labels.push(label);
    }
    let labels = labels.iter().map(Vec::as_slice);
    Name::from_labels(labels).map_err(|why| why.to_string())
}

/// The octet after a backslash: three decimal digits, or one character that stands for itself.
fn escaped(octets: &mut impl Iterator<Item = u8>) -> Result<u8, String> {
    let bad = || "a backslash stands before a character or three digits up to 255".to_owned();
    let first = octets.next().ok_or_else(bad)?;
    if !first.is_ascii_digit() {
        return Ok(first);
    }
    let digits: Vec<u8> = [first].into_iter().chain(octets.take(2)).collect();
    let number = String::from_utf8(digits)
        .ok()
        .filter(|text| text.len() == 3);
    number.and_then(|text| text.parse().ok()).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_absolute_and_escapes_are_decimal() {
        for (text, labels) in [
            ("example.org", &[&b"example"[..], b"org"][..]),
            ("example.org.", &[b"example", b"org"]),
            (r"a\.b.org", &[b"a.b", b"org"]),
            (r"\046\\.org", &[br".\", b"org"]),
            (r"\255.org", &[b"\xff", b"org"]),
            (".", &[]),
        ] {
            let name = absolute(text).expect("a name");
            assert!(name.is_fqdn());
            assert_eq!(name.iter().collect::<Vec<_>>(), labels, "{text}");
        }
        let long = "a".repeat(64);
        let longer = ["a".repeat(63).as_str(); 4].join(".");
        for text in [
            "", "..", "a..b", r"a\", r"a\25", r"\256", "a b", "\u{1b}a", &long, &longer, "bücher",
        ] {
            assert!(absolute(text).is_err(), "{text}");
        }
    }
}
