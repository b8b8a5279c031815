//! Fetches the policy of MTA-STS from its host (RFC 8461 §3.3).

use super::fetch::{NotFetched, ask, through};
use super::options::Options;
use crate::endpoint::{Host, Protocol};
use crate::fetch::{Document, Form, Scheme, Url};
use crate::observation::{Cause, Failure, Possession, Sighting, Step};
use crate::probe::{self, To, open_tls};
use crate::resolve::interleave;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Maximum number of addresses of the host that a connection is tried to.
const MOST_ADDRESSES: usize = 16;

/// What a look at the host of a policy showed.
#[derive(Clone, Debug)]
pub struct PolicyLook {
    /// The connection, with what the host presented, or why it presented nothing. None of it is judged:
    /// the answer counts only if the chain is trusted.
    pub seen: Sighting,
    /// The document, from a host that has proven to hold the key of its leaf.
    pub answer: Result<Document, NotFetched>,
    /// The status of the answer.
    pub status: Option<u16>,
}

/// Where the policy of a domain is; `None`: its host would have no name, as its labels would be too
/// many.
pub fn policy_url(domain: &str) -> Option<Url> {
    let host: Host = format!("mta-sts.{domain}").parse().ok()?;
    Some(Url {
        scheme: Scheme::Https,
        host,
        port: 443,
        path: "/.well-known/mta-sts.txt".to_owned(),
    })
}

/// Fetches a policy of at most `limit` octets, with TLS. No redirect is followed. It takes the way that
/// probes take with these options, but for `--connect`, which is for the mail server; `addresses` of
/// the host are those that the caller has found, and a proxy finds them itself. One deadline bounds
/// all: the connection, the handshake and the answer.
pub async fn fetch_policy(
    url: &Url,
    addresses: Result<Vec<SocketAddr>, Cause>,
    options: &Options,
    limit: usize,
    within: Duration,
) -> PolicyLook {
    let since = Instant::now();
    let watch = options.probe.watch.as_ref();
    let _watched = watch.map(|watch| watch.begin_document(url.to_string(), since, within));
    let options = of_policy(url, options, within);
    let way = timeout_at(since + within, way(url, addresses, &options)).await;
    let to = match way.unwrap_or(Err(Cause::Timeout(within))) {
        Ok(to) => to,
        Err(cause) => return PolicyLook::unreached(cause, &options, since),
    };
    let (seen, stream) = open_tls(to, &options.probe, since).await;
    let answer = match (&seen.failure, stream) {
        (None, Some(stream)) if seen.possession == Possession::Proven => {
            let asked = ask(stream, url, Form::Origin, limit);
            let answer = timeout_at(since + within, asked).await;
            answer.unwrap_or(Err(NotFetched::Timeout(within)))
        }
        (Some(failure), _) => Err(NotFetched::Unreached(failure.clone())),
        (None, _) => Err(NotFetched::NotProven),
    };
    PolicyLook::new(seen, answer)
}

impl PolicyLook {
    fn new(seen: Sighting, answer: Result<Document, NotFetched>) -> Self {
        let status = match &answer {
            Ok(_) => Some(200),
            Err(NotFetched::Refused(why)) => why.status(),
            Err(_) => None,
        };
        Self {
            seen,
            answer,
            status,
        }
    }

    fn unreached(cause: Cause, options: &Options, since: Instant) -> Self {
        let failure = Failure {
            step: Step::Resolve,
            protocol: Protocol::default(),
            cause,
        };
        let seen = Sighting {
            via: options.via.clone(),
            failure: Some(failure.clone()),
            elapsed: since.elapsed(),
            ..Sighting::default()
        };
        Self::new(seen, Err(NotFetched::Unreached(failure)))
    }
}

/// The options for the host of a policy: its name is what its certificate must be for.
fn of_policy(url: &Url, options: &Options, within: Duration) -> Options {
    Options {
        probe: probe::Options {
            reference: url.host.clone(),
            sni: true,
            key_type: None,
            timeout: within,
            ..options.probe.clone()
        },
        ..options.clone()
    }
}

async fn way(
    url: &Url,
    addresses: Result<Vec<SocketAddr>, Cause>,
    options: &Options,
) -> Result<To, Cause> {
    if let Some(via) = &options.via {
        return through(via, url, options).await;
    }
    let (mut usable, _) = options.by_source(interleave(addresses?))?;
    usable.truncate(MOST_ADDRESSES);
    if usable.is_empty() {
        return Err(Cause::NoAddress);
    }
    Ok(To::Addresses(usable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_one_place() {
        let url = policy_url("example.org").expect("a URL");
        let text = "https://mta-sts.example.org/.well-known/mta-sts.txt";
        assert_eq!(url.to_string(), text);
        assert_eq!(text.parse(), Ok(url));
        for domain in ["a/b", "a b", "a:1", &"a.".repeat(125)] {
            assert_eq!(policy_url(domain), None, "{domain}");
        }
    }
}
