//! How the DNS is asked and proven, and what a domain is required to have.

use super::given::first_given;
use super::help::DOMAIN;
use crate::endpoint::Resolver;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How the DNS is asked for what must be proven.
#[derive(Clone, Debug, Default, Args)]
pub struct Resolving {
    /// Ask this resolver, not those of /etc/resolv.conf; may be repeated
    ///
    /// It is a resolver that answers recursive questions, with a port if that is not 53. It need not
    /// validate, but it must pass signatures on. It is asked for everything about mx:DOMAIN, and for
    /// TLSA records (--dane, and --for tlsa of pin).
    #[arg(long, value_name = "ADDR[:PORT]", hide_short_help = true, help_heading = DOMAIN)]
    pub resolver: Vec<Resolver>,

    /// Trust the DS or DNSKEY records in FILE, not the built-in keys of the root
    ///
    /// They are in the form of a zone file, as in /usr/share/dns/root.key.
    #[arg(long, value_name = "FILE", conflicts_with = "trust_ad", hide_short_help = true, help_heading = DOMAIN)]
    pub trust_anchor: Option<PathBuf>,

    /// Believe the resolver that validates, by its AD bit, in place of checking signatures here
    ///
    /// For a resolver on this machine, or one that --resolver names. The report says who validated.
    #[arg(long, hide_short_help = true, help_heading = DOMAIN)]
    pub trust_ad: bool,
}

impl Resolving {
    /// The first of its options that was given.
    pub fn given(&self) -> Option<&'static str> {
        first_given(&[
            ("--resolver", !self.resolver.is_empty()),
            ("--trust-anchor", self.trust_anchor.is_some()),
            ("--trust-ad", self.trust_ad),
        ])
    }
}

/// How the DNS is asked for what must be proven, and what a domain is required to have.
#[derive(Clone, Debug, Default, Args)]
pub struct Dns {
    /// How the DNS is asked.
    #[command(flatten)]
    pub resolving: Resolving,

    /// Fail unless a domain has DANE, MTA-STS, or either: exit code 1
    ///
    /// That kind of sender must know the server. Without it, a domain that has neither is not a failure.
    #[arg(long, value_name = "WHAT", hide_short_help = true, help_heading = DOMAIN)]
    pub require: Option<RequireArg>,

    /// Do not ask for the MTA-STS policy of a domain, nor judge by it
    ///
    /// The report then says nothing of senders with MTA-STS.
    #[arg(long, hide_short_help = true, help_heading = DOMAIN)]
    pub no_mta_sts: bool,
}

/// The value of `--require`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RequireArg {
    /// Senders with DANE know the server
    Dane,
    /// Senders with MTA-STS know the server
    MtaSts,
    /// One of them
    Any,
}
