//! Text that is safe in the configuration of any program.

/// Whether a path is safe in every configuration. Most programs end a word at a space, a comma or a
/// colon, Exim expands `$` and `\`, and some know no quotes.
pub(super) fn is_plain(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@~".contains(c);
    !path.is_empty() && path.chars().all(plain)
}

/// A text of a certificate, made safe for a comment: nothing in it ends a line, continues a line,
/// or looks like the border of a PEM block, which GnuTLS finds even in the middle of a line.
pub fn comment_text(text: &str) -> String {
    let harmless = |c: char| match c {
        c if c.is_alphanumeric() || " .,:;=_*@()+/'-".contains(c) => c,
        _ => '?',
    };
    let mut text: String = text.chars().map(harmless).collect();
    while text.contains("--") {
        text = text.replace("--", "-");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_comment_looks_like_a_line_of_its_own() {
        let hostile = "a\n[smtp]\r\\\u{2028}-----BEGIN CERTIFICATE-----\u{202e}${run{x}}\"#|";
        let text = comment_text(hostile);
        assert!(!text.contains("--"), "{text}");
        let bad = |c: char| c.is_control() || "\\\u{2028}\u{202e}${}\"#|[]".contains(c);
        assert!(!text.contains(bad), "{text}");
        assert_eq!(
            comment_text("CN=mail.example.org, Müller"),
            "CN=mail.example.org, Müller"
        );
    }

    #[test]
    fn a_path_means_nothing_but_itself() {
        assert!(is_plain("/etc/ssl/my-ca_1.pem"));
        for path in [
            "", "/a b", "/a,b", "/a:b", "/a$b", "/a\\b", "/a\"b", "/a\nb", "/ä#",
        ] {
            assert!(!is_plain(path), "{path:?}");
        }
    }
}
