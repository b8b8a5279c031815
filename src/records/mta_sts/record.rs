//! The TXT record at `_mta-sts` (RFC 8461 §3.1).

use crate::records::text;

/// What the name `_mta-sts` of a domain has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StsRecords {
    /// No record that begins with `v=STSv1`.
    Absent,
    /// One that counts.
    One(StsRecord),
    /// None counts.
    Broken(RecordError),
}

/// A record that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsRecord {
    /// The record, cut to what a message holds.
    pub text: String,
    /// Which policy is current.
    pub id: String,
    /// The identifier is not 1 to 32 letters and digits, which the grammar demands and resolvers do
    /// not.
    pub id_is_odd: bool,
}

/// Why no record counts, though there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// More than one begins with `v=STSv1`.
    #[error("{0} records begin with v=STSv1, and senders take none of them")]
    Several(usize),
    /// The version is another, such as `STSv1.1`.
    #[error("the version is not STSv1: \"{0}\"")]
    Version(String),
    /// There is no `id`.
    #[error("it has no id: \"{0}\"")]
    NoId(String),
}

impl StsRecords {
    /// Reads the TXT records of the name, each with its strings joined.
    pub fn read(records: &[Vec<u8>]) -> Self {
        let found = text::beginning_with(records, "v=STSv1");
        match found.as_slice() {
            [] => Self::Absent,
            [only] => StsRecord::read(only).map_or_else(Self::Broken, Self::One),
            several => Self::Broken(RecordError::Several(several.len())),
        }
    }
}

impl StsRecord {
    fn read(record: &str) -> Result<Self, RecordError> {
        let fields = text::fields(record);
        // Of a field that is there twice the resolver takes the last.
        let last = |wanted: &str| {
            let mut fields = fields.iter().rev();
            fields
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| *value)
        };
        if last("v") != Some("STSv1") {
            return Err(RecordError::Version(text::shown(record)));
        }
        let id = last("id").ok_or_else(|| RecordError::NoId(text::shown(record)))?;
        Ok(Self {
            text: text::shown(record),
            id: text::shown(id),
            id_is_odd: !is_id(id),
        })
    }
}

/// `sts-id` of RFC 8461 §3.1.
fn is_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|octet| octet.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(records: &[&str]) -> StsRecords {
        let records: Vec<Vec<u8>> = records.iter().map(|r| r.as_bytes().to_vec()).collect();
        StsRecords::read(&records)
    }

    #[test]
    fn exactly_one_record_counts() {
        let one = |id: &str, odd: bool, text: &str| {
            StsRecords::One(StsRecord {
                text: text.to_owned(),
                id: id.to_owned(),
                id_is_odd: odd,
            })
        };
        for (record, id, odd) in [
            ("v=STSv1; id=20160831085700Z;", "20160831085700Z", false),
            ("v=STSv1;id=1", "1", false),
            ("v=STSv1 ; id=1 ; x=y", "1", false),
            ("v=STSv1; id=2026-11-28", "2026-11-28", true),
            ("v=STSv1; id=", "", true),
            ("v=STSv1; id=1; id=2", "2", false),
        ] {
            assert_eq!(read(&[record]), one(id, odd, record), "{record}");
            assert_eq!(
                read(&["v=spf1 -all", record]),
                one(id, odd, record),
                "{record}"
            );
        }
        for absent in ["", "V=STSv1; id=1", " v=STSv1; id=1", "v=spf1"] {
            assert_eq!(read(&[absent]), StsRecords::Absent, "{absent}");
        }
        assert_eq!(read(&[]), StsRecords::Absent);
    }

    #[test]
    fn what_does_not_count_is_said() {
        let said = |records: &[&str]| match read(records) {
            StsRecords::Broken(why) => why.to_string(),
            other => unreachable!("{other:?}"),
        };
        assert_eq!(
            said(&["v=STSv1; id=1", "v=STSv1; id=1"]),
            "2 records begin with v=STSv1, and senders take none of them"
        );
        assert!(said(&["v=STSv1"]).starts_with("it has no id"));
        assert!(said(&["v=STSv1; id = 1"]).starts_with("it has no id"));
        assert!(said(&["v=STSv1; ID=1"]).starts_with("it has no id"));
        assert!(said(&["v=STSv11; id=1"]).starts_with("the version"));
        assert!(said(&["v=STSv1, id=1"]).starts_with("the version"));
    }

    proptest! {
        #[test]
        fn any_records_are_read(
            records in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 0..60), 0..5
            ),
            tail in "[ -~]{0,60}",
        ) {
            let begun = format!("v=STSv1{tail}").into_bytes();
            let _ = StsRecords::read(&records);
            let all: Vec<Vec<u8>> = records.into_iter().chain([begun]).collect();
            prop_assert!(StsRecords::read(&all) != StsRecords::Absent);
        }
    }
}
