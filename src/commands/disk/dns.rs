//! Which resolvers this machine uses, and the trust anchors that the user names.
#![expect(
    clippy::disallowed_methods,
    reason = "here the configuration of the resolver is read"
)]

use super::chain;
use super::read::{MAX_SETTINGS, named};
use crate::commands::error::Error;
use crate::endpoint::Resolver;
use crate::records::Anchors;
use std::path::Path;

/// The resolvers of `/etc/resolv.conf`; that of this machine, if it is missing (resolv.conf(5)).
pub(in crate::commands) fn resolvers() -> Vec<Resolver> {
    let text = std::fs::read("/etc/resolv.conf").unwrap_or_default();
    Resolver::of_resolv_conf(&String::from_utf8_lossy(&text))
}

/// The trust anchors of a file.
pub(in crate::commands) fn anchors(path: &Path) -> Result<Anchors, Error> {
    let name = chain::name(path);
    let fail = |why: String| Error::new(format!("cannot use {name} as --trust-anchor: {why}"));
    let bytes = named(path, MAX_SETTINGS).map_err(fail)?;
    let text = String::from_utf8_lossy(&bytes);
    text.parse().map_err(|why| {
        fail(format!("{why}")).hint("it has DS or DNSKEY records, as /usr/share/dns/root.key has")
    })
}
