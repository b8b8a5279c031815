//! What a validated answer holds of what a domain publishes about its mail.

use super::answer::Answer;
use super::mx::Mx;
use super::tlsa::Tlsa;
use hickory_proto::rr::RData;

impl Answer {
    /// Its MX records.
    pub fn mx(&self) -> Vec<Mx> {
        let read = |data: &RData| match data {
            RData::MX(mx) => Some(Mx {
                preference: mx.preference,
                host: super::mx::normal(&mx.exchange.to_ascii()),
            }),
            _ => None,
        };
        self.each(read)
    }

    /// Its TLSA records.
    pub fn tlsa(&self) -> Vec<Tlsa> {
        let read = |data: &RData| match data {
            RData::TLSA(tlsa) => Some(Tlsa {
                usage: tlsa.cert_usage.into(),
                selector: tlsa.selector.into(),
                matching: tlsa.matching.into(),
                data: tlsa.cert_data.clone(),
            }),
            _ => None,
        };
        self.each(read)
    }

    /// Its TXT records, the strings of each joined without a blank (RFC 8461 §3.1, RFC 8460 §3).
    pub fn texts(&self) -> Vec<Vec<u8>> {
        let read = |data: &RData| match data {
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        };
        self.each(read)
    }

    fn each<T>(&self, read: impl Fn(&RData) -> Option<T>) -> Vec<T> {
        let records = self.records.iter();
        records.filter_map(|record| read(&record.data)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Name, Question, Record, RecordType, Status};
    use hickory_proto::rr::rdata::{MX, TLSA, TXT};

    fn name(text: &str) -> Name {
        Name::from_ascii(text).expect("a name")
    }

    fn answer(data: impl IntoIterator<Item = RData>) -> Answer {
        let record = |data| Record::from_rdata(name("example.org."), 300, data);
        Answer {
            question: Question::new(name("example.org."), RecordType::MX),
            status: Status::Secure,
            rcode: None,
            name: name("example.org."),
            records: data.into_iter().map(record).collect(),
            links: Vec::new(),
            reason: None,
            signatures_end: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn records_are_read_with_their_own_numbers_and_names() {
        let tlsa = |usage: u8, selector: u8, matching: u8| {
            let (usage, selector) = (usage.into(), selector.into());
            RData::TLSA(TLSA::new(usage, selector, matching.into(), vec![1, 2]))
        };
        let text = |parts: &[&[u8]]| RData::TXT(TXT::from_bytes(parts.to_vec()));
        let answer = answer([
            RData::MX(MX::new(10, name("MX1.Example.org."))),
            RData::MX(MX::new(0, Name::root())),
            tlsa(3, 1, 1),
            tlsa(255, 254, 9),
            text(&[b"v=STSv1; ", b"id=1"]),
        ]);
        let mx = |preference, host: &str| Mx {
            preference,
            host: host.to_owned(),
        };
        assert_eq!(answer.mx(), [mx(10, "mx1.example.org"), mx(0, "")]);
        let shown: Vec<String> = answer.tlsa().iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["3 1 1 0102", "255 254 9 0102"]);
        assert_eq!(answer.texts(), [b"v=STSv1; id=1".to_vec()]);
    }
}
