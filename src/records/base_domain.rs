//! Below which name the TLSA records of a host stand (RFC 7672 §2.2.2, §2.2.3; `tls_dane_resolve` in
//! Postfix's `src/tls/tls_dane.c`).

use super::answer::Answer;
use super::status::Status;
use hickory_proto::ProtoError;
use hickory_proto::rr::{Name, RecordType};

/// A name to ask below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseDomain {
    /// The name.
    pub name: Name,
    /// It is an alias, and the records are looked for where it leads first.
    pub under_alias: bool,
}

impl BaseDomain {
    /// The names to ask below, in their order, by the answer about the addresses of a host. None: the
    /// host is not secure, and has no TLSA records that count.
    pub fn of(addresses: &Answer) -> Vec<Self> {
        let host = &addresses.question.name;
        let alias = addresses.links.first();
        let whole = Self {
            name: addresses.name.clone(),
            under_alias: false,
        };
        let under_alias = alias.map(|_| Self {
            name: host.clone(),
            under_alias: true,
        });
        let is_known = addresses.status.is_known();
        match (addresses.status, alias) {
            (Status::Secure, _) => [Some(whole), under_alias].into_iter().flatten().collect(),
            // The way from the alias on is not secure, and the alias itself is.
            (_, Some(link)) if is_known && link.status == Status::Secure => {
                under_alias.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The name of the records for a port.
    pub fn question(&self, port: u16) -> Result<super::Question, ProtoError> {
        let prefix = Name::from_ascii(format!("_{port}._tcp"))?;
        let name = prefix.append_name(&self.name)?;
        Ok(super::Question::new(name, RecordType::TLSA))
    }

    /// Whether the next name is to be asked after this answer: there is nothing that counts, and that
    /// is known.
    pub fn goes_on_after(answer: &Answer) -> bool {
        match answer.status {
            Status::Bogus | Status::NoAnswer => false,
            Status::Insecure => true,
            Status::Secure => answer.records.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Link, Question};

    fn name(text: &str) -> Name {
        Name::from_ascii(text).expect("a name")
    }

    fn answer(status: Status, links: &[(&str, &str, Status)]) -> Answer {
        let link = |(owner, target, status): &(&str, &str, Status)| Link {
            owner: name(owner),
            target: name(target),
            by: RecordType::CNAME,
            status: *status,
        };
        let end = links.last().map_or("mx.test.", |(_, target, _)| target);
        Answer {
            question: Question::new(name("mx.test."), RecordType::A),
            status,
            rcode: None,
            name: name(end),
            records: Vec::new(),
            links: links.iter().map(link).collect(),
            reason: None,
            signatures_end: None,
            notes: Vec::new(),
        }
    }

    fn asked(addresses: &Answer) -> Vec<(String, bool)> {
        let bases = BaseDomain::of(addresses);
        bases
            .iter()
            .map(|base| {
                let question = base.question(25).expect("a name");
                (question.name.to_ascii(), base.under_alias)
            })
            .collect()
    }

    #[test]
    fn records_stand_where_an_alias_leads_before_they_stand_under_it() {
        use Status::{Bogus, Insecure, NoAnswer, Secure};
        let host = ("_25._tcp.mx.test.".to_owned(), false);
        let alias = ("_25._tcp.mx.test.".to_owned(), true);
        let target = ("_25._tcp.real.example.".to_owned(), false);
        let to = |status| [("mx.test.", "real.example.", status)];
        for (addresses, wanted) in [
            (answer(Secure, &[]), vec![host]),
            (answer(Insecure, &[]), vec![]),
            (answer(Bogus, &[]), vec![]),
            (answer(NoAnswer, &[]), vec![]),
            (answer(Secure, &to(Secure)), vec![target, alias.clone()]),
            (answer(Insecure, &to(Secure)), vec![alias]),
            (answer(Insecure, &to(Insecure)), vec![]),
            (answer(Bogus, &to(Secure)), vec![]),
            (answer(NoAnswer, &to(Secure)), vec![]),
        ] {
            assert_eq!(asked(&addresses), wanted, "{addresses:?}");
        }
    }

    #[test]
    fn only_a_proof_that_there_is_nothing_goes_on() {
        for (status, goes_on) in [
            (Status::Secure, true),
            (Status::Insecure, true),
            (Status::Bogus, false),
            (Status::NoAnswer, false),
        ] {
            assert_eq!(BaseDomain::goes_on_after(&answer(status, &[])), goes_on);
        }
    }
}
