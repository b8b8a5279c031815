//! The TXT record at `_smtp._tls` (RFC 8460 §3): where senders report failures of TLS to.

use super::text;

/// What the name `_smtp._tls` of a domain has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsRpt {
    /// No record that begins with `v=TLSRPTv1`.
    Absent,
    /// One that counts.
    One {
        /// The record, cut to what a message holds.
        text: String,
        /// Where reports go: `mailto:` and `https:` URIs, in their order.
        rua: Vec<String>,
    },
    /// No reports are sent.
    Invalid(TlsRptError),
}

/// Why no reports are sent, though there is a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsRptError {
    /// More than one begins with `v=TLSRPTv1`.
    #[error("{0} records begin with v=TLSRPTv1, and senders take none of them")]
    Several(usize),
    /// The version is another.
    #[error("the version is not TLSRPTv1: \"{0}\"")]
    Version(String),
    /// There is no `rua`.
    #[error("it has no rua: \"{0}\"")]
    NoRua(String),
    /// A `rua` that is neither a mail address nor a web address.
    #[error("its rua is neither a mailto: nor an https: address: \"{0}\"")]
    Uri(String),
}

/// How many addresses are kept.
const MOST: usize = 32;

impl TlsRpt {
    /// Reads the TXT records of the name, each with its strings joined.
    pub fn read(records: &[Vec<u8>]) -> Self {
        let found = text::beginning_with(records, "v=TLSRPTv1");
        match found.as_slice() {
            [] => Self::Absent,
            [only] => read_one(only).unwrap_or_else(Self::Invalid),
            several => Self::Invalid(TlsRptError::Several(several.len())),
        }
    }
}

fn read_one(record: &str) -> Result<TlsRpt, TlsRptError> {
    let fields = text::fields(record);
    if fields.first() != Some(&("v", "TLSRPTv1")) {
        return Err(TlsRptError::Version(text::shown(record)));
    }
    let values = fields.iter().filter(|(name, _)| *name == "rua");
    let rua: Vec<String> = values
        .flat_map(|(_, value)| value.split(','))
        .map(|uri| text::shown(uri.trim_matches(text::is_blank)))
        .take(MOST)
        .collect();
    if rua.is_empty() {
        return Err(TlsRptError::NoRua(text::shown(record)));
    }
    match rua.iter().find(|uri| !is_address(uri)) {
        Some(uri) => Err(TlsRptError::Uri(uri.clone())),
        None => Ok(TlsRpt::One {
            text: text::shown(record),
            rua,
        }),
    }
}

/// A scheme of RFC 8460 §3, with something after it. Schemes have no case (RFC 3986 §3.1).
fn is_address(uri: &str) -> bool {
    let after = |scheme: &str| {
        let (begin, rest) = uri.split_at_checked(scheme.len())?;
        begin.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    after("mailto:").is_some_and(|address| address.contains('@'))
        || after("https://").is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(records: &[&str]) -> TlsRpt {
        let records: Vec<Vec<u8>> = records.iter().map(|r| r.as_bytes().to_vec()).collect();
        TlsRpt::read(&records)
    }

    #[test]
    fn reports_go_to_every_address() {
        for (record, wanted) in [
            (
                "v=TLSRPTv1;rua=mailto:reports@example.org",
                &["mailto:reports@example.org"][..],
            ),
            (
                "v=TLSRPTv1; rua=https://reports.example.org/v1 , mailto:a@b.test; x=y",
                &["https://reports.example.org/v1", "mailto:a@b.test"],
            ),
            (
                "v=TLSRPTv1; rua=mailto:a@b.test; rua=HTTPS://c.test;",
                &["mailto:a@b.test", "HTTPS://c.test"],
            ),
        ] {
            match read(&["v=spf1", record]) {
                TlsRpt::One { text, rua } => {
                    assert_eq!(
                        (text.as_str(), rua.as_slice()),
                        (
                            record,
                            &wanted.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
                        )
                    );
                }
                other => unreachable!("{record}: {other:?}"),
            }
        }
        assert_eq!(read(&[]), TlsRpt::Absent);
        assert_eq!(read(&["v=tlsrptv1; rua=mailto:a@b.test"]), TlsRpt::Absent);
    }

    #[test]
    fn what_does_not_count_is_said() {
        let said = |records: &[&str]| match read(records) {
            TlsRpt::Invalid(why) => why.to_string(),
            other => unreachable!("{records:?}: {other:?}"),
        };
        let sound = "v=TLSRPTv1; rua=mailto:a@b.test";
        assert!(said(&[sound, sound]).starts_with("2 records"));
        assert!(said(&["v=TLSRPTv1"]).starts_with("it has no rua"));
        assert!(said(&["v=TLSRPTv12; rua=mailto:a@b.test"]).starts_with("the version"));
        for uri in ["a@b.test", "http://b.test", "mailto:", "https://", ""] {
            let record = format!("v=TLSRPTv1; rua=mailto:a@b.test,{uri}");
            assert!(said(&[&record]).contains("neither a mailto:"), "{uri}");
        }
    }

    proptest! {
        #[test]
        fn any_record_is_read(tail in "\\PC{0,80}", other in proptest::collection::vec(any::<u8>(), 0..80)) {
            let begun = format!("v=TLSRPTv1;{tail}").into_bytes();
            let ascii = begun.is_ascii();
            let read = TlsRpt::read(&[begun, other]);
            prop_assert!(!ascii || read != TlsRpt::Absent);
        }
    }
}
