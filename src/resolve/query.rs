//! One query as it is sent, and whether a message is the reply to it. Without I/O.

use crate::records::{Message, Question};
use hickory_proto::op::{Edns, MessageType, OpCode, Query as Asked};
use hickory_proto::rr::DNSClass;

/// The largest message over UDP (DNS flag day 2020): it is not fragmented on the way.
pub(super) const UDP_SIZE: u16 = 1232;
/// Octets of a header, and of the smallest record and question: a root name, and the fixed fields.
const HEADER: usize = 12;
const SMALLEST_RECORD: usize = 11;
const SMALLEST_QUESTION: usize = 5;

/// Who checks the signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checks {
    /// We do: the signatures are asked for, and the resolver shall not hide what it finds bogus
    /// (CD; RFC 4035 §3.2.2).
    Ours,
    /// The resolver does, and its AD bit is wanted (RFC 6840 §5.7).
    Theirs,
}

/// A query with an id of its own.
#[derive(Debug)]
pub(super) struct Query {
    id: u16,
    asked: Asked,
    pub(super) octets: Vec<u8>,
}

/// What a message is to a query.
#[derive(Debug)]
pub(super) enum Received {
    /// The reply to it.
    Reply(Box<Message>),
    /// Its reply, cut short.
    Truncated,
    /// Its reply by id and question, but no message.
    Unreadable(String),
    /// Something else: late, lost, or forged.
    Stray,
}

impl Query {
    /// The error says why a question cannot be asked.
    pub(super) fn new(question: &Question, checks: Checks) -> Result<Self, String> {
        // Its id is random, from the operating system's generator (RFC 5452 §9.2).
        let mut message = Message::query();
        message.metadata.recursion_desired = true;
        message.metadata.checking_disabled = checks == Checks::Ours;
        message.metadata.authentic_data = checks == Checks::Theirs;
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_SIZE);
        edns.set_dnssec_ok(checks == Checks::Ours);
        message.set_edns(edns);
        let asked = Asked::query(question.name.clone(), question.kind);
        message.add_query(asked.clone());
        let octets = message.to_vec().map_err(|why| why.to_string())?;
        let id = message.metadata.id;
        Ok(Self { id, asked, octets })
    }

    /// Reads a message that has arrived.
    pub(super) fn receive(&self, octets: &[u8]) -> Received {
        if octets.len() < HEADER || octets[..2] != self.id.to_be_bytes() {
            return Received::Stray;
        }
        if !is_plausible(octets) {
            return Received::Unreadable("its header promises more than it holds".to_owned());
        }
        let message = match Message::from_vec(octets) {
            Ok(message) => message,
            // What is cut short may end within a record.
            Err(_) if is_truncated(octets) => return Received::Truncated,
            Err(why) => return Received::Unreadable(why.to_string()),
        };
        if !self.is_answered_by(&message) {
            return Received::Stray;
        }
        if message.metadata.truncation {
            return Received::Truncated;
        }
        Received::Reply(Box::new(message))
    }

    /// Whether a message of the same id answers the question (RFC 5452 §9.1). What reports an error
    /// may leave the question out.
    fn is_answered_by(&self, message: &Message) -> bool {
        let head = &message.metadata;
        let same = |asked: &Asked| {
            asked.name() == self.asked.name()
                && asked.query_type() == self.asked.query_type()
                && asked.query_class() == DNSClass::IN
        };
        let question = match message.queries.as_slice() {
            [asked] => same(asked),
            [] => u16::from(head.response_code) != 0 && message.answers.is_empty(),
            _ => false,
        };
        head.message_type == MessageType::Response && head.op_code == OpCode::Query && question
    }
}

fn is_truncated(octets: &[u8]) -> bool {
    octets[2] & 0x82 == 0x82
}

/// Whether a message can hold what its header promises: else room for 65,535 records would be made
/// for twelve octets.
fn is_plausible(octets: &[u8]) -> bool {
    let count = |at: usize| usize::from(u16::from_be_bytes([octets[at], octets[at + 1]]));
    let records = count(6) + count(8) + count(10);
    let least = count(4) * SMALLEST_QUESTION + records * SMALLEST_RECORD;
    is_truncated(octets) || least <= octets.len() - HEADER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Name, RecordType};

    fn question() -> Question {
        let name = Name::from_ascii("www.Example.org.").expect("a name");
        Question::new(name, RecordType::TLSA)
    }

    fn query() -> Query {
        Query::new(&question(), Checks::Ours).expect("a query")
    }

    /// The reply to a query, changed.
    fn reply(query: &Query, change: impl Fn(&mut Message)) -> Received {
        let mut message = Message::from_vec(&query.octets)
            .expect("our own query")
            .into_response();
        change(&mut message);
        query.receive(&message.to_vec().expect("a message"))
    }

    #[test]
    fn signatures_are_asked_for_and_nothing_is_hidden() {
        let message = Message::from_vec(&query().octets).expect("a message");
        assert!(message.metadata.recursion_desired && message.metadata.checking_disabled);
        let edns = message.edns.expect("EDNS");
        assert!(edns.flags().dnssec_ok && edns.max_payload() == UDP_SIZE);
        let theirs = Query::new(&question(), Checks::Theirs).expect("a query");
        let message = Message::from_vec(&theirs.octets).expect("a message");
        assert!(message.metadata.authentic_data && !message.metadata.checking_disabled);
    }

    #[test]
    fn ids_differ() {
        let mut ids: Vec<u16> = (0..64).map(|_| query().id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.len() > 56, "{} of 64", ids.len());
    }

    #[test]
    fn only_the_same_question_is_answered() {
        let query = query();
        let other = Name::from_ascii("ww2.example.org.").expect("a name");
        let lower = Name::from_ascii("www.example.org.").expect("a name");
        assert!(matches!(reply(&query, |_| ()), Received::Reply(_)));
        let case = reply(&query, |m| {
            m.queries[0].set_name(lower.clone());
        });
        assert!(
            matches!(case, Received::Reply(_)),
            "the case of letters does not count"
        );
        type Change<'a> = &'a dyn Fn(&mut Message);
        let strays: [(&str, Change<'_>); 6] = [
            ("id", &|m| m.metadata.id ^= 1),
            ("name", &|m| {
                m.queries[0].set_name(other.clone());
            }),
            ("type", &|m| {
                m.queries[0].set_query_type(RecordType::A);
            }),
            ("class", &|m| {
                m.queries[0].set_query_class(DNSClass::CH);
            }),
            ("none", &|m| m.queries.clear()),
            ("query", &|m| m.metadata.message_type = MessageType::Query),
        ];
        for (what, change) in strays {
            assert!(matches!(reply(&query, change), Received::Stray), "{what}");
        }
    }

    #[test]
    fn what_is_cut_short_is_asked_for_again_and_garbage_is_named() {
        let query = query();
        let truncated = reply(&query, |m| m.metadata.truncation = true);
        assert!(matches!(truncated, Received::Truncated));
        let mut octets = query.octets.clone();
        octets[2] |= 0x80;
        octets[6..8].copy_from_slice(&[0xff, 0xff]);
        assert!(matches!(query.receive(&octets), Received::Unreadable(_)));
        for length in 0..HEADER {
            assert!(matches!(query.receive(&octets[..length]), Received::Stray));
        }
        for length in HEADER..octets.len() {
            let received = query.receive(&octets[..length]);
            assert!(matches!(received, Received::Unreadable(_)), "{length}");
        }
    }
}
