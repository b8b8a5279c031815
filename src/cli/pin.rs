//! `pin`: its definitions.

use super::dns::Resolving;
use super::groups::{Connection, HgVersion, Trust};
use super::help::{MERCURIAL, OUTPUT, PIN, PIN_TARGET_HELP};
use super::value::{ColorArg, ExpectedPin, TargetArg, expected, target, tool_parser};
use crate::endpoint::MailPorts;
use crate::fingerprint::Algorithm;
use crate::programs::{By, Tool};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The arguments of `pin`.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Pin {
    /// The server [default: the one that `hg email` would use here]
    #[arg(value_name = "TARGET", long_help = PIN_TARGET_HELP, value_parser = target)]
    pub target: Option<TargetArg>,

    /// Print what another program reads instead of Mercurial; without TOOL: list the supported programs
    ///
    /// The lines alone are on standard output, advice is on standard error. Mercurial's
    /// configuration is not read.
    #[arg(
        long = "for",
        value_name = "TOOL",
        num_args = 0..=1,
        value_parser = tool_parser(),
        conflicts_with_all = ["legacy", "replace", "add", "prune", "write", "dry_run", "yes", "accept_unproven", "repository", "hgrc", "no_hgrc", "hg_version"],
        help_heading = PIN
    )]
    pub for_tool: Option<Option<Tool>>,

    /// What to pin [default: fingerprint; of --for TOOL what the list has first]
    #[arg(long, value_name = "WHAT", help_heading = PIN)]
    pub by: Option<ByArg>,

    /// Save the certificate there that the lines name: the CA's for --by cacerts
    ///
    /// Where the lines name no file, none is written.
    #[arg(long, value_name = "FILE", help_heading = PIN)]
    pub ca_out: Option<PathBuf>,

    /// The digest of the fingerprint [default: sha256]
    #[arg(long, value_name = "DIGEST", help_heading = PIN)]
    pub digest: Option<DigestArg>,

    /// Also write [hostfingerprints], for Mercurial before 3.9
    #[arg(long, help_heading = PIN)]
    pub legacy: bool,

    /// Pin only a certificate with this fingerprint, which you have from elsewhere; may be repeated
    ///
    /// SHA-256, SHA-512 or SHA-1 in hex, with or without prefix and colons. It stands in for trust
    /// in the chain. This is what scripts should use.
    #[arg(long, value_name = "FINGERPRINT", value_parser = expected, help_heading = PIN)]
    pub expect: Vec<ExpectedPin>,

    /// Pin a certificate that is not trusted without asking
    #[arg(long, help_heading = PIN)]
    pub accept_untrusted: bool,

    /// Pin a certificate whose key the server has not proven to hold
    ///
    /// For servers too old to complete a handshake: their certificate is read, and the handshake goes no
    /// further. Mercurial makes its own handshake, and sends nothing where the key is missing.
    /// Never for a server whose signature is wrong.
    #[arg(long, help_heading = PIN)]
    pub accept_unproven: bool,

    /// Pin a certificate that has expired, or will within days, without asking
    ///
    /// Fewer than 7 days are left of its lifetime, or less than a sixth, up to 21 days.
    #[arg(long, help_heading = PIN)]
    pub accept_short_lived: bool,

    /// Pin what the host presents at every address on every SMTP port, or nothing
    ///
    /// The ports are 25, 465 and 587, and that of TARGET. Each certificate that is new is asked for
    /// with the other type of key and without SNI as well. All of them are pinned if each is
    /// trusted, confirmed or named with --expect; otherwise none is.
    #[arg(long, conflicts_with_all = ["via", "via_command"], help_heading = PIN)]
    pub all: bool,

    /// With --all: do not ask without SNI
    ///
    /// A server for several names may present another certificate then, which programs that send
    /// the name do not meet.
    #[arg(long, requires = "all", conflicts_with = "no_sni", hide_short_help = true, help_heading = PIN)]
    pub sni_only: bool,

    /// Compare what is presented with what is pinned, and change nothing; silent if it is the same
    ///
    /// With --all at every place, else at the port of TARGET. The exit code is 1 if a certificate is
    /// not pinned, was renewed, or is new at a place, and 3, 4 or 5 if a place could not be looked
    /// at. What is pinned and not seen is said.
    #[arg(
        long,
        conflicts_with_all = ["for_tool", "by", "ca_out", "digest", "legacy", "expect", "accept_untrusted", "accept_unproven", "accept_short_lived", "also", "replace", "add", "prune", "write", "dry_run", "yes"],
        help_heading = PIN
    )]
    pub check: bool,

    /// With --check: compare with this set, which --all --for json has saved, not with Mercurial's pins
    #[arg(long, value_name = "FILE", requires = "check", help_heading = PIN)]
    pub baseline: Option<PathBuf>,

    /// Pin the certificate in FILE (PEM or DER), too: it is to come, and is not seen yet; may be repeated
    ///
    /// The chain in FILE begins with it. The rules are those of a certificate that is seen, but for
    /// the proof that the server holds its key.
    #[arg(long, value_name = "FILE", help_heading = PIN)]
    pub also: Vec<PathBuf>,

    /// Existing pins that do not match: replace them
    #[arg(long, conflicts_with = "add", help_heading = PIN)]
    pub replace: bool,

    /// Existing pins that do not match: keep them beside the new one, while certificates rotate
    #[arg(long, conflicts_with = "prune", help_heading = PIN)]
    pub add: bool,

    /// Drop existing pins that do not match, if one does
    #[arg(long, help_heading = PIN)]
    pub prune: bool,

    /// Write it into the hgrc: your own, or that of --hgrc or --repository
    #[arg(long, help_heading = PIN)]
    pub write: bool,

    /// Show what --write would change, and change nothing
    #[arg(long, help_heading = PIN)]
    pub dry_run: bool,

    /// Write without asking
    #[arg(short, long, help_heading = PIN)]
    pub yes: bool,

    /// How to connect.
    #[command(flatten)]
    pub connection: Connection,

    /// How the DNS is asked for what is published.
    #[command(flatten)]
    pub resolving: Resolving,

    /// The places of `--all`.
    #[command(flatten)]
    pub ports: AllPorts,

    /// What to trust.
    #[command(flatten)]
    pub trust: Trust,

    /// Pin in the repository's .hg/hgrc
    #[arg(short = 'R', long, value_name = "DIR", help_heading = MERCURIAL)]
    pub repository: Option<PathBuf>,

    /// Pin in this file; FILE is created if it does not exist
    ///
    /// If hg reads it here, the other files that hg reads count as well: a pin in one of them that
    /// does not match is an alarm.
    #[arg(long, value_name = "FILE", conflicts_with = "repository", help_heading = MERCURIAL)]
    pub hgrc: Option<PathBuf>,

    /// Do not read Mercurial's configuration: print the lines for a configuration without any
    #[arg(long, conflicts_with_all = ["repository", "hgrc", "write", "dry_run"], help_heading = MERCURIAL)]
    pub no_hgrc: bool,

    /// Which Mercurial is judged.
    #[command(flatten)]
    pub hg: HgVersion,

    /// The format of what --check says
    #[arg(long, value_name = "FORMAT", default_value = "table", requires = "check", help_heading = OUTPUT)]
    pub format: CheckFormat,

    /// With --check: print one line alone, and only if something is to be done
    #[arg(short, long, requires = "check", help_heading = OUTPUT)]
    pub quiet: bool,

    /// When to use colours
    #[arg(long, alias = "colour", value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub color: ColorArg,
}

/// The ports of `pin --all`.
#[derive(Clone, Debug, Args)]
pub struct AllPorts {
    /// With --all: also the ports of IMAP, POP3 and ManageSieve
    #[arg(long, requires = "all", conflicts_with = "ports", help_heading = PIN)]
    pub mail: bool,

    /// With --all: look at these ports, and not at 25, 465 and 587: 587,smtps:4650
    #[arg(long, value_name = "PORT,...", requires = "all", hide_short_help = true, help_heading = PIN)]
    pub ports: Option<MailPorts>,
}

impl AllPorts {
    /// The ports that are asked for; `None`: those of SMTP.
    pub fn asked(&self) -> Option<MailPorts> {
        let all = self.mail.then_some(MailPorts::All);
        all.or_else(|| self.ports.clone())
    }
}

/// The value of `pin --check --format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Table,
    /// For programs: the whole set, and how it differs
    Json,
}

/// The value of `pin --by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ByArg {
    /// The certificate itself: nothing else is accepted, and a renewed one needs a new pin
    Fingerprint,
    /// Its key, for some of --for: renewed certificates with the same key are accepted
    Key,
    /// The CA that its chain leads to: renewed certificates of that CA are accepted
    Cacerts,
}

impl From<ByArg> for By {
    fn from(by: ByArg) -> Self {
        match by {
            ByArg::Fingerprint => Self::Certificate,
            ByArg::Key => Self::Key,
            ByArg::Cacerts => Self::Ca,
        }
    }
}

/// The value of `pin --digest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DigestArg {
    /// SHA-256
    Sha256,
    /// SHA-512
    Sha512,
    /// SHA-1: weak, for old programs
    Sha1,
}

impl From<DigestArg> for Algorithm {
    fn from(digest: DigestArg) -> Self {
        match digest {
            DigestArg::Sha256 => Self::Sha256,
            DigestArg::Sha512 => Self::Sha512,
            DigestArg::Sha1 => Self::Sha1,
        }
    }
}
