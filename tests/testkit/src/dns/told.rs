//! A resolver that answers what a test tells it, as one that validates: its word is that everything
//! is secure, unless the test says otherwise. It keeps the questions.

use super::liar::{Liar, Lie, Sent};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::tlsa::{CertUsage, Matching, Selector};
use hickory_proto::rr::rdata::{A, MX, TLSA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard};

/// What is known: owner and data.
type Records = Vec<(Name, RData)>;

/// The resolver, on a port of 127.0.0.1.
#[derive(Debug)]
pub struct Told {
    liar: Liar,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    records: Records,
    /// Names that no answer is given about.
    silent: Vec<Name>,
    /// Questions that get no reply.
    lost: Vec<(Name, RecordType)>,
    /// The type and the name of each question.
    questions: Vec<String>,
}

impl Told {
    /// Starts one that knows nothing yet.
    pub fn start() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        let answer: Lie = Arc::new(move |query, _| {
            lock(&shared)
                .answer(query)
                .map(Box::new)
                .map(Sent::Message)
                .into_iter()
                .collect()
        });
        Self {
            liar: Liar::new(0, answer),
            state,
        }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.liar.port
    }

    /// Has an MX record.
    pub fn mx(&self, owner: &str, preference: u16, host: &str) {
        self.add(owner, RData::MX(MX::new(preference, name(host))));
    }

    /// Has an address.
    pub fn a(&self, owner: &str, address: Ipv4Addr) {
        self.add(owner, RData::A(A(address)));
    }

    /// Has a text.
    pub fn txt(&self, owner: &str, text: &str) {
        self.add(owner, RData::TXT(TXT::new(vec![text.to_owned()])));
    }

    /// Has a TLSA record for port 25 of a host.
    pub fn tlsa(&self, host: &str, (usage, selector, matching): (u8, u8, u8), data: &[u8]) {
        let data = TLSA::new(
            CertUsage::from(usage),
            Selector::from(selector),
            Matching::from(matching),
            data.to_vec(),
        );
        self.add(&format!("_25._tcp.{host}"), RData::TLSA(data));
    }

    /// Forgets the records of a name.
    pub fn forget(&self, owner: &str) {
        let owner = name(owner);
        lock(&self.state)
            .records
            .retain(|(known, _)| *known != owner);
    }

    /// Answers SERVFAIL about a name, or no longer.
    pub fn fail(&self, owner: &str, fails: bool) {
        let owner = name(owner);
        let mut state = lock(&self.state);
        state.silent.retain(|known| *known != owner);
        if fails {
            state.silent.push(owner);
        }
    }

    /// Gives no reply to a question.
    pub fn lose(&self, owner: &str, kind: RecordType) {
        lock(&self.state).lost.push((name(owner), kind));
    }

    /// The questions since the last call, as `A mx.example`.
    pub fn take_questions(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).questions)
    }

    fn add(&self, owner: &str, data: RData) {
        lock(&self.state).records.push((name(owner), data));
    }
}

impl State {
    /// `None`: there is no reply.
    fn answer(&mut self, query: &Message) -> Option<Message> {
        let mut reply = query.clone().into_response();
        reply.metadata.recursion_available = true;
        reply.metadata.authentic_data = true;
        let Some(asked) = query.queries.first() else {
            return Some(reply);
        };
        let owner = asked.name().to_lowercase();
        let kind: RecordType = asked.query_type();
        let text = owner.to_ascii();
        self.questions
            .push(format!("{kind} {}", text.trim_end_matches('.')));
        if self.silent.contains(&owner) {
            reply.metadata.response_code = ResponseCode::ServFail;
            return Some(reply);
        }
        if self.lost.contains(&(owner.clone(), kind)) {
            return None;
        }
        let is_known = |(known, _): &(Name, RData)| owner.zone_of(known);
        if !self.records.iter().any(is_known) {
            reply.metadata.response_code = ResponseCode::NXDomain;
        }
        for (known, data) in &self.records {
            if *known == owner && data.record_type() == kind {
                reply
                    .answers
                    .push(Record::from_rdata(owner.clone(), 300, data.clone()));
            }
        }
        Some(reply)
    }
}

fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).expect("a name").to_lowercase();
    name.set_fqdn(true);
    name
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("not poisoned")
}
