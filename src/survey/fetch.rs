//! Fetches a document: finds the server, opens a way to it, and asks.

use super::options::Options;
use crate::endpoint::{Host, Protocol, Proxy, ProxyProtocol, Via};
use crate::fetch::{Document, Form, Refused, Scheme, Url, get, is_public};
use crate::observation::{Cause, Failure, Step, system_text};
use crate::probe::{To, open};
use crate::resolve;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};

/// Where documents may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// On the public internet.
    Public,
    /// On this machine and in its networks, too.
    Anywhere,
}

/// Why there is no document. Texts in it may be the server's, and are untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFetched {
    /// The server is not on the public internet, as it has to be; its host.
    Near(String),
    /// No TLS is spoken here.
    Scheme,
    /// There is no way to the server, or no TLS with it.
    Unreached(Failure),
    /// It does not prove that it holds the key of the certificate that it presents.
    NotProven,
    /// The connection broke.
    Broken(String),
    /// The answer is not a document.
    Refused(Refused),
    /// The deadline passed.
    Timeout(Duration),
}

/// Fetches a document of at most `limit` octets. It takes the way that probes take with these options,
/// but for `--connect`, which is for the mail server. One deadline bounds all: the lookup, the connection,
/// and the answer.
pub async fn fetch(
    url: &Url,
    options: &Options,
    reach: Reach,
    limit: usize,
    within: Duration,
) -> Result<Document, NotFetched> {
    let watch = options.probe.watch.as_ref();
    let _watched = watch.map(|watch| watch.begin_document(url.to_string(), Instant::now(), within));
    let fetched = timeout(within, fetch_now(url, options, reach, limit)).await;
    fetched.unwrap_or(Err(NotFetched::Timeout(within)))
}

async fn fetch_now(
    url: &Url,
    options: &Options,
    reach: Reach,
    limit: usize,
) -> Result<Document, NotFetched> {
    if url.scheme != Scheme::Http {
        return Err(NotFetched::Scheme);
    }
    if reach == Reach::Public && is_near(&url.host) {
        return Err(NotFetched::Near(url.host.to_string()));
    }
    let (to, form) = way(url, options, reach).await?;
    let stream = open(to, &options.probe).await.map_err(unreached)?;
    ask(stream, url, form, limit).await
}

/// Asks for a document on a stream.
pub(super) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    url: &Url,
    form: Form,
    limit: usize,
) -> Result<Document, NotFetched> {
    match get(stream, url, form, limit).await {
        Ok(answer) => answer.map_err(NotFetched::Refused),
        Err(why) => Err(NotFetched::Broken(system_text(&why))),
    }
}

fn unreached(cause: Cause) -> NotFetched {
    NotFetched::Unreached(Failure {
        step: Step::Connect,
        protocol: Protocol::default(),
        cause,
    })
}

/// Whether a host is named that is not on the public internet. What a name leads to is seen when it is
/// looked up; a proxy looks names up itself, and what it can reach is its own affair.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Ip(ip) => !is_public(*ip),
        Host::Socket(_) => true,
        // RFC 6761 §6.3.
        Host::Name { ascii, .. } => ascii == "localhost" || ascii.ends_with(".localhost"),
    }
}

/// Where to connect, and what to ask for there.
async fn way(url: &Url, options: &Options, reach: Reach) -> Result<(To, Form), NotFetched> {
    match &options.via {
        None => {
            let found = found(&url.host, url.port, options).await;
            let addresses = within_reach(found.map_err(unreached)?, url, reach)?;
            Ok((To::Addresses(addresses), Form::Origin))
        }
        // Proxies allow CONNECT for few ports, and 80 is mostly not among them.
        Some(Via::Proxy(Proxy {
            protocol: ProxyProtocol::Http,
            host,
            port,
        })) => {
            let found = found(host, *port, options).await;
            Ok((To::Addresses(found.map_err(unreached)?), Form::Absolute))
        }
        Some(via) => {
            let to = through(via, url, options).await;
            Ok((to.map_err(unreached)?, Form::Origin))
        }
    }
}

/// The way to the server of a URL through what is to open it.
pub(super) async fn through(via: &Via, url: &Url, options: &Options) -> Result<To, Cause> {
    let (host, port) = (url.host.clone(), url.port);
    Ok(match via.clone() {
        Via::Proxy(proxy) => To::Proxy {
            addresses: found(&proxy.host, proxy.port, options).await?,
            proxy,
            host,
            port,
        },
        Via::Command(command) => To::Command {
            command,
            host,
            port,
        },
    })
}

async fn found(host: &Host, port: u16, options: &Options) -> Result<Vec<SocketAddr>, Cause> {
    let found = resolve::addresses(host, port, options.family).await;
    let found = found.map_err(|why| options.not_found(why.into_cause()))?;
    let (usable, _) = options.by_source(found)?;
    Ok(usable)
}

/// The addresses that may be connected to. The connection is made to them, so a name cannot lead
/// elsewhere a moment later.
fn within_reach(
    addresses: Vec<SocketAddr>,
    url: &Url,
    reach: Reach,
) -> Result<Vec<SocketAddr>, NotFetched> {
    let may_be = |address: &SocketAddr| reach == Reach::Anywhere || is_public(address.ip());
    let first = addresses.first().copied();
    let within: Vec<SocketAddr> = addresses.into_iter().filter(may_be).collect();
    if within.is_empty() {
        let host = &url.host;
        let at = first.map_or_else(String::new, |first| format!(" ({})", first.ip()));
        return Err(NotFetched::Near(format!("{host}{at}")));
    }
    Ok(within)
}

impl fmt::Display for NotFetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Near(host) => write!(f, "its server {host} is not on the public internet"),
            Self::Scheme => f.write_str("only http: is fetched"),
            Self::Unreached(failure) => failure.fmt(f),
            Self::NotProven => {
                f.write_str("the server does not prove that it holds the key of its certificate")
            }
            Self::Broken(why) => write!(f, "the connection broke: {why}"),
            Self::Refused(why) => why.fmt(f),
            Self::Timeout(within) => {
                let seconds = (within.as_secs_f64() * 100.0).round() / 100.0;
                write!(f, "no complete answer within {seconds} s")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn what_is_near_is_known_by_its_name_and_by_its_addresses() {
        for text in [
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://127.0.0.1/",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert!(is_near(&url(text).host), "{text}");
        }
        assert!(!is_near(&url("http://localhost.example/").host));
        let near: SocketAddr = "10.0.0.1:80".parse().expect("an address");
        let far: SocketAddr = "192.0.2.1:80".parse().expect("an address");
        let crl = url("http://crl.example/");
        assert_eq!(
            within_reach(vec![near, far], &crl, Reach::Public),
            Ok(vec![far])
        );
        let both = vec![near, far];
        assert_eq!(within_reach(both.clone(), &crl, Reach::Anywhere), Ok(both));
        let refused = within_reach(vec![near], &crl, Reach::Public).expect_err("it is near");
        let text = "its server crl.example (10.0.0.1) is not on the public internet";
        assert_eq!(refused.to_string(), text);
    }
}
