//! A question to one resolver: over UDP, and over TCP if the reply does not fit.

use super::query::{Checks, Query, Received};
use super::{tcp, udp};
use crate::endpoint::Resolver;
use crate::records::{Message, Question, ResponseCode};
use tokio::time::{Instant, timeout_at};

/// What a resolver made of a question.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Its reply.
    Replied(Box<Message>),
    /// A reply that another resolver may improve on.
    Poor(Box<Message>),
    /// It cannot be asked, in words; to ask again would not help.
    Broken(String),
    /// It does not know EDNS, without which nothing is signed, and answers with this code.
    WithoutEdns(ResponseCode),
    /// There was no reply in time.
    Silent,
}

/// Asks one resolver until a moment.
pub(super) async fn ask(
    server: Resolver,
    question: &Question,
    checks: Checks,
    until: Instant,
) -> Outcome {
    let received = match Query::new(question, checks) {
        Ok(query) => timeout_at(until, converse(server, &query)).await,
        Err(why) => Ok(Err(why)),
    };
    match received {
        Ok(Ok(Received::Reply(message))) => weigh(message),
        Ok(Ok(Received::Unreadable(why))) => {
            Outcome::Broken(format!("its reply cannot be read: {why}"))
        }
        Err(_) | Ok(Ok(Received::Truncated | Received::Stray)) => Outcome::Silent,
        Ok(Err(why)) => Outcome::Broken(why),
    }
}

async fn converse(server: Resolver, query: &Query) -> Result<Received, String> {
    match udp::ask(server, query).await? {
        Received::Truncated => tcp::ask(server, query).await,
        received => Ok(received),
    }
}

/// What a reply is worth beside that of another resolver.
fn weigh(message: Box<Message>) -> Outcome {
    use ResponseCode::{BADVERS, FormErr, NXDomain, NoError, NotImp};
    let code = message.metadata.response_code;
    match code {
        // RFC 6891 §7: so answers who does not know EDNS; §6.1.3: nor the version that all know.
        BADVERS => Outcome::WithoutEdns(code),
        FormErr | NotImp if message.edns.is_none() => Outcome::WithoutEdns(code),
        NoError | NXDomain if message.edns.is_some() => Outcome::Replied(message),
        _ => Outcome::Poor(message),
    }
}

/// A response code as `dig` writes it.
pub fn word(code: ResponseCode) -> String {
    use ResponseCode::{BADVERS, FormErr, NXDomain, NoError, NotImp, Refused, ServFail};
    match code {
        NoError => "NOERROR".to_owned(),
        FormErr => "FORMERR".to_owned(),
        ServFail => "SERVFAIL".to_owned(),
        NXDomain => "NXDOMAIN".to_owned(),
        NotImp => "NOTIMP".to_owned(),
        Refused => "REFUSED".to_owned(),
        BADVERS => "BADVERS".to_owned(),
        other => format!("RCODE{}", u16::from(other)),
    }
}
