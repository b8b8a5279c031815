//! TXT records that begin with a version, of which a name may have exactly one that counts
//! (RFC 8461 §3.1, RFC 8460 §3): the strings joined, the fields taken apart.

/// What is kept of a record for messages.
const SHOWN: usize = 512;

/// How many records of one name are looked at.
const MOST: usize = 64;

/// The records that begin with `version`. One that is not ASCII does not count for any resolver.
pub(super) fn beginning_with(records: &[Vec<u8>], version: &str) -> Vec<String> {
    let text = records
        .iter()
        .take(MOST)
        .filter_map(|record| std::str::from_utf8(record).ok());
    text.filter(|text| text.is_ascii() && text.starts_with(version))
        .map(str::to_owned)
        .collect()
}

/// Its fields: names and values around the first `=`, in their order; none is empty.
pub(super) fn fields(text: &str) -> Vec<(&str, &str)> {
    let fields = text.split(';').map(|field| field.trim_matches(is_blank));
    fields
        .filter(|field| !field.is_empty())
        .map(|field| field.split_once('=').unwrap_or((field, "")))
        .collect()
}

/// What resolvers written in Python take for a blank (`str.strip`).
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r' | '\x1c'..='\x1f')
}

/// The text, cut to what a message holds.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_between_semicolons() {
        assert_eq!(
            fields("v=STSv1 ;\t id=1;; x = y ; z"),
            [("v", "STSv1"), ("id", "1"), ("x ", " y"), ("z", "")]
        );
        assert!(fields("").is_empty());
    }

    #[test]
    fn only_ascii_that_begins_with_the_version_counts() {
        let records = ["v=STSv1; id=1", " v=STSv1", "v=STSv1; id=\u{e9}", "v=spf1"]
            .map(|text| text.as_bytes().to_vec());
        assert_eq!(beginning_with(&records, "v=STSv1"), ["v=STSv1; id=1"]);
        assert!(beginning_with(&[vec![0xff, b'v']], "v=").is_empty());
    }
}
