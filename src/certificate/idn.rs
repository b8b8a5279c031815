//! Internationalised names (UTS #46) in both forms: this makes `xn--…` readable, and exposes a name
//! that only looks like another.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// A host name whose two forms differ; untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idn {
    /// In A-labels, as the network has it.
    pub ascii: String,
    /// In U-labels, as users read it.
    pub unicode: String,
}

impl Idn {
    /// Both forms of `name`, which has one of them; `None` if it is not a host name, if both are
    /// the same, or if the conversion fails. A wildcard is kept.
    pub fn read(name: &str) -> Option<Self> {
        // In octets; a conversion costs more than the square of the length.
        const LONGEST: usize = 4 * 253;
        let has_a_label = || {
            name.split('.')
                .filter_map(|label| label.get(..4))
                .any(|head| head.eq_ignore_ascii_case("xn--"))
        };
        let is_host = name.contains('.') || name.is_ascii();
        if name.len() > LONGEST || !is_host || (name.is_ascii() && !has_a_label()) {
            return None;
        }
        let (star, rest) = match name.strip_prefix("*.") {
            Some(rest) => ("*.", rest),
            None => ("", name),
        };
        let uts46 = Uts46::new();
        let ascii = uts46
            .to_ascii(
                rest.as_bytes(),
                AsciiDenyList::URL,
                Hyphens::Allow,
                DnsLength::VerifyAllowRootDot,
            )
            .ok()?;
        let (unicode, clean) =
            uts46.to_unicode(ascii.as_bytes(), AsciiDenyList::URL, Hyphens::Allow);
        clean.ok()?;
        (ascii != unicode).then(|| Self {
            ascii: format!("{star}{ascii}"),
            unicode: format!("{star}{unicode}"),
        })
    }

    /// The form that `name` does not have already.
    pub fn other<'a>(&'a self, name: &str) -> &'a str {
        if name.is_ascii() {
            &self.unicode
        } else {
            &self.ascii
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_name() {
        for (name, ascii, unicode) in [
            (
                "xn--mnchen-3ya.example",
                "xn--mnchen-3ya.example",
                "münchen.example",
            ),
            (
                "*.XN--MNCHEN-3YA.example",
                "*.xn--mnchen-3ya.example",
                "*.münchen.example",
            ),
            (
                "münchen.example",
                "xn--mnchen-3ya.example",
                "münchen.example",
            ),
            // Cyrillic.
            ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com", "аррӏе.com"),
        ] {
            let found = Idn::read(name).expect(name);
            assert_eq!(
                (found.ascii.as_str(), found.unicode.as_str()),
                (ascii, unicode)
            );
        }
    }

    #[test]
    fn other_names_have_one_form() {
        let long = format!("{}.example", "ü".repeat(2000));
        for name in [
            "mail.example.org",
            "*",
            "",
            "Müller",
            "Müller & Söhne Inc.",
            "xn--",
            "xn--a.example",
            // Not in the form that it would be converted to: a fake.
            "xn--999999999.example",
            "a\u{200b}.xn--mnchen-3ya.example\0",
            "a\u{202e}b.xn--mnchen-3ya",
            &long,
        ] {
            assert_eq!(Idn::read(name), None, "{name}");
        }
    }
}
