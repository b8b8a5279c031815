//! The character set of a policy.

/// The text: ASCII, unless a character set is named that the resolvers know. The type alone matters
/// to RFC 8461 §3.2, and postfix-mta-sts-resolver decodes by any name that Python knows.
pub(super) fn decode(body: &[u8], content_type: &str) -> Option<String> {
    let parameters = content_type.split(';').skip(1);
    let charset = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches('"').to_ascii_lowercase());
    let utf8 = || String::from_utf8(body.to_vec()).ok();
    match charset.as_deref() {
        None | Some("us-ascii" | "ascii") if body.is_ascii() => utf8(),
        Some("utf-8" | "utf8") => utf8(),
        // Latin-1: each octet is the character of its number.
        Some("iso-8859-1" | "latin1" | "latin-1") => {
            Some(body.iter().copied().map(char::from).collect())
        }
        Some(other) if body.is_ascii() && extends_ascii(other) => utf8(),
        _ => None,
    }
}

/// Whether a text in ASCII is the same text in this character set, of those that Python knows.
fn extends_ascii(charset: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "koi8-r", "koi8-u", "gbk", "gb2312", "gb18030", "big5", "euc-jp", "euc-kr",
    ];
    let charset = charset.replace('_', "-");
    let numbered = |family: &str, mut numbers: std::ops::RangeInclusive<u8>| {
        let number = charset.strip_prefix(family);
        number.is_some_and(|text| numbers.any(|number| number.to_string() == text))
    };
    // There is no ISO 8859-12.
    let is_iso = |family| numbered(family, 1..=11) || numbered(family, 13..=16);
    OTHERS.contains(&charset.as_str())
        || is_iso("iso-8859-")
        || is_iso("iso8859-")
        || numbered("windows-125", 0..=8)
        || numbered("cp125", 0..=8)
}
