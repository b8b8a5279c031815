//! The library's own answer, in the words of the judges.

use smtp_certcheck::endpoint::Resolver;
use smtp_certcheck::records::{Anchors, Question, Status};
use smtp_certcheck::resolve::{Found, Lookups, Trust};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use testkit::dns::client::kind;
use testkit::dns::unbound::Verdict;
use tokio::runtime::Runtime;

/// One user of the library, with a resolver and anchors.
pub(crate) struct Ours {
    pub(crate) lookups: Arc<Lookups>,
    pub(crate) runtime: Runtime,
    pub(crate) patience: Duration,
}

/// An absolute name.
pub(crate) fn question(name: &str, of_kind: &str) -> Question {
    let name = smtp_certcheck::resolve::absolute(name).expect("a name");
    Question::new(name, kind(of_kind))
}

/// This moment, in seconds.
pub(crate) fn now() -> u32 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    u32::try_from(since.as_secs()).expect("before 2106")
}

impl Ours {
    /// Asks the resolvers at these ports, and believes no resolver.
    pub(crate) fn new(ports: &[u16], anchors: &str) -> Self {
        Self::with(ports, anchors, Trust::NoResolver)
    }

    pub(crate) fn with(ports: &[u16], anchors: &str, trust: Trust) -> Self {
        let server = |port: &u16| Resolver(SocketAddr::from((Ipv4Addr::LOCALHOST, *port)));
        let servers = ports.iter().map(server).collect();
        let anchors: Anchors = anchors.parse().expect("anchors");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Self {
            lookups: Lookups::new(servers, anchors, trust, Lookups::AT_ONCE),
            runtime: runtime.expect("a runtime"),
            patience: Duration::from_secs(10),
        }
    }

    pub(crate) fn look_up(&self, name: &str, of_kind: &str) -> Found {
        let question = question(name, of_kind);
        let found = self.lookups.look_up(question, now(), self.patience);
        self.runtime.block_on(found)
    }
}

/// It as a judge says it.
pub(crate) fn verdict(found: &Found) -> Verdict {
    let answer = &found.answer;
    let sure = matches!(answer.status, Status::Secure | Status::Insecure);
    Verdict {
        status: answer.status.as_str(),
        rcode: answer.rcode.filter(|_| sure),
        count: if sure { answer.records.len() } else { 0 },
    }
}

/// Why, in its own words.
pub(crate) fn reason(found: &Found) -> String {
    found
        .answer
        .reason
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}
