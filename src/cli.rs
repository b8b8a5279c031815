//! What can be typed: the command line's definitions, no behaviour. The man page and the
//! completions are made from it.

use crate::audit::{CODES, Range, Shard};
use crate::endpoint::{Host, Target, TargetError, TlsMode};
use crate::fingerprint::Algorithm;
use crate::pins::{By, Tool};
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Inspect and validate the TLS certificates of SMTP servers
///
/// Connects to each TARGET, starts TLS (STARTTLS or implicit), shows the certificate chain that
/// the server presents with its fingerprints, and validates it against the configured trust
/// anchors. No mail is sent and no login is tried.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "smtp-certcheck",
    version,
    max_term_width = 100,
    after_long_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to look at, and how.
    #[command(flatten)]
    pub inspect: Inspect,

    /// Something else to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The other things that the program can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show the settings of Mercurial that decide which SMTP server `hg email` trusts, and where
    /// each of them stands
    ///
    /// Reads the configuration files as Mercurial does: the system's, the user's and the
    /// repository's, or those of HGRCPATH, with includes. Values of passwords are masked. The exit
    /// code is 2 if a file cannot be read, also when Mercurial could not read it either.
    #[command(after_long_help = CONFIG_AFTER_HELP)]
    Config(Config),
    /// Pin a server's certificate in Mercurial's configuration, or for another program
    ///
    /// Connects to TARGET, checks its certificate, and prints the lines that make `hg email` accept
    /// this certificate and no other; with --write it puts them into the hgrc, with --for it prints
    /// the lines of another program. Nothing is pinned that is not trusted, unless you confirm the
    /// fingerprint, and nothing replaces an existing pin unless you say so.
    #[command(after_long_help = PIN_AFTER_HELP)]
    Pin(Box<Pin>),
    /// Check many servers, and tell what is bad, what will be bad soon, and what has changed
    ///
    /// The list is a stream of targets, one a line, as on the command line, with comments (#) and
    /// columns behind the target: servername=NAME pin=sha256:HEX cacerts=FILE label=TEXT. Results
    /// come in the order in which the servers answer.
    #[command(after_long_help = AUDIT_AFTER_HELP)]
    Audit(Box<Audit>),
    /// Print the completions of a shell
    ///
    /// In bash, zsh, fish and elvish they offer the hosts of Mercurial's configuration, too, where
    /// a TARGET is due.
    #[command(after_long_help = COMPLETIONS_AFTER_HELP)]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL", value_parser = CompletionsParser)]
        shell: Completions,
    },
    /// Print a man page
    ///
    /// For those who installed without the pages.
    #[command(after_long_help = MAN_AFTER_HELP)]
    Man {
        /// The command whose page it is, or json for the report; without one that of the program
        #[arg(value_parser = ["audit", "completions", "config", "json", "man", "pin"], hide_possible_values = true)]
        page: Option<String>,
    },
}

/// The arguments of `audit`.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Audit {
    /// More servers, as in the list
    #[arg(value_name = "TARGET", value_parser = target)]
    pub targets: Vec<TargetArg>,

    /// The list; - reads standard input
    #[arg(short, long, value_name = "FILE", help_heading = LIST)]
    pub input: Option<PathBuf>,

    /// Read the whole list first, and stop at a bad line before connecting anywhere
    #[arg(long, help_heading = LIST)]
    pub strict: bool,

    /// Only the Kth of N parts of the list, for one of N machines
    #[arg(long, value_name = "K/N", help_heading = LIST)]
    pub shard: Option<Shard>,

    /// Go on where an earlier run stopped: skip the targets of this jsonl file, and append to it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "format"], help_heading = LIST)]
    pub resume: Option<PathBuf>,

    /// Targets at once
    #[arg(short, long, value_name = "N", default_value = "256", value_parser = clap::value_parser!(u32).range(1..=65_536), help_heading = MANNERS)]
    pub jobs: u32,

    /// Connections to one address at a time
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=65_536), help_heading = MANNERS)]
    pub per_address: u32,

    /// Between two connections to one address
    #[arg(long, value_name = "SECONDS", default_value = "0.1", value_parser = pause, help_heading = MANNERS)]
    pub pause: Duration,

    /// New connections a second, of all [default: no limit]
    #[arg(long, value_name = "N", value_parser = rate, help_heading = MANNERS)]
    pub rate: Option<f64>,

    /// Look at one address of each name, the first that answers, instead of at all (up to 16)
    ///
    /// Clients get any of the addresses, so one that serves a bad certificate makes the name bad.
    /// With this it is found only by luck; it saves the connections to the others.
    #[arg(long, help_heading = MANNERS)]
    pub one_address: bool,

    /// Tries beyond the first where a server is busy, within its --timeout
    #[arg(long, value_name = "N", default_value = "2", help_heading = MANNERS)]
    pub retries: u32,

    /// A certificate that ends in fewer days is a warning
    #[arg(long, value_name = "DAYS", default_value = "21", help_heading = FINDINGS)]
    pub warning: i64,

    /// A certificate that ends in fewer days is critical
    #[arg(long, value_name = "DAYS", default_value = "7", help_heading = FINDINGS)]
    pub critical: i64,

    /// Findings to leave out, by their code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = CodeParser, hide_possible_values = true, help_heading = FINDINGS)]
    pub ignore: Vec<String>,

    /// Only these findings, by their code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = CodeParser, hide_possible_values = true, help_heading = FINDINGS)]
    pub only: Vec<String>,

    /// Which findings make the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "critical", help_heading = FINDINGS)]
    pub fail_on: FailOnArg,

    /// Tell what has changed since this jsonl file of an earlier audit
    #[arg(long, value_name = "FILE", help_heading = FINDINGS)]
    pub baseline: Option<PathBuf>,

    /// Show only targets that have changed, or are gone from the list
    #[arg(long, requires = "baseline", help_heading = FINDINGS)]
    pub changes_only: bool,

    /// How to connect.
    #[command(flatten)]
    pub connection: Connection,

    /// What to trust.
    #[command(flatten)]
    pub trust: Trust,

    /// The format of the results
    #[arg(long, value_name = "FORMAT", default_value = "table", help_heading = OUTPUT)]
    pub format: AuditFormat,

    /// Write there, in one step at the end
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,

    /// Also save all results as jsonl there, in one step at the end: the next --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "resume", help_heading = OUTPUT)]
    pub save: Option<PathBuf>,

    /// Show only targets that have changed or that --fail-on is about, and nothing if there are none
    #[arg(short, long, conflicts_with_all = ["verbose", "changes_only"], help_heading = OUTPUT)]
    pub quiet: bool,

    /// Tell on standard error every 30 s how far it is, also without a terminal
    #[arg(short, long, help_heading = OUTPUT)]
    pub verbose: bool,

    /// When to use colours; NO_COLOR in the environment turns them off
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub color: ColorArg,
}

/// The value of `audit --format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For people: a line for each target, and a summary
    Table,
    /// For programs: a report on each line, as it is finished
    Jsonl,
    /// For spreadsheets
    Csv,
    /// For the textfile collector of Prometheus
    Prometheus,
    /// For CI systems
    Junit,
    /// For browsers: one page with charts and a table, to be sent on
    Html,
    /// For monitoring: a plugin's line for the whole list, and its exit code (0 OK, 1 warning, 2
    /// critical, 3 unknown)
    Nagios,
}

/// The value of `audit --fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOnArg {
    /// Critical ones
    Critical,
    /// Warnings, too
    Warning,
    /// None
    Never,
}

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

    /// Print what another program reads instead of Mercurial; without TOOL: list what is known
    ///
    /// The lines alone are on standard output, advice is on standard error. Mercurial's
    /// configuration is not read.
    #[arg(
        long = "for",
        value_name = "TOOL",
        num_args = 0..=1,
        conflicts_with_all = ["legacy", "replace", "add", "prune", "write", "dry_run", "yes", "accept_unproven", "repository", "hgrc", "no_hgrc"],
        help_heading = PIN
    )]
    pub for_tool: Option<Option<ToolArg>>,

    /// What to pin [default: fingerprint; of --for TOOL what the list has first]
    #[arg(long, value_name = "WHAT", help_heading = PIN)]
    pub by: Option<ByArg>,

    /// Save the certificate there that the lines name: the CA's for --by cacerts
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
    /// For servers too old to be spoken to: their certificate is read, and the handshake goes no
    /// further. Mercurial makes its own handshake, and sends nothing where the key is missing.
    /// Never for a server whose signature is wrong.
    #[arg(long, help_heading = PIN)]
    pub accept_unproven: bool,

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

    /// What to trust.
    #[command(flatten)]
    pub trust: Trust,

    /// Pin in the repository's .hg/hgrc
    #[arg(short = 'R', long, value_name = "DIR", help_heading = MERCURIAL)]
    pub repository: Option<PathBuf>,

    /// Pin in this file; it is made if it is not there
    ///
    /// If hg reads it here, the other files that hg reads count as well: a pin in one of them that
    /// does not match is an alarm.
    #[arg(long, value_name = "FILE", conflicts_with = "repository", help_heading = MERCURIAL)]
    pub hgrc: Option<PathBuf>,

    /// Do not read Mercurial's configuration: print the lines for somebody who has none
    #[arg(long, conflicts_with_all = ["repository", "hgrc", "write", "dry_run"], help_heading = MERCURIAL)]
    pub no_hgrc: bool,

    /// When to use colours; NO_COLOR in the environment turns them off
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub color: ColorArg,
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

/// The value of `pin --for`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ToolArg {
    /// Postfix: an entry of the TLS policy table
    Postfix,
    /// msmtp: an account of ~/.msmtprc
    Msmtp,
    /// git send-email: a section of git's configuration
    Git,
    /// curl: a file for --config
    Curl,
    /// OpenSSL: a file of trusted certificates
    Openssl,
    /// GnuTLS: a line of its known hosts, or a file of trusted certificates
    Gnutls,
    /// Exim: a transport
    Exim,
    /// TLSA records (DANE): lines of a zone file
    Tlsa,
    /// All that can be pinned, for any other program
    Json,
}

impl From<ToolArg> for Tool {
    fn from(tool: ToolArg) -> Self {
        match tool {
            ToolArg::Postfix => Self::Postfix,
            ToolArg::Msmtp => Self::Msmtp,
            ToolArg::Git => Self::Git,
            ToolArg::Curl => Self::Curl,
            ToolArg::Openssl => Self::Openssl,
            ToolArg::Gnutls => Self::Gnutls,
            ToolArg::Exim => Self::Exim,
            ToolArg::Tlsa => Self::Tlsa,
            ToolArg::Json => Self::Json,
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

/// A fingerprint that the user has from elsewhere.
pub type ExpectedPin = crate::fingerprint::Pin;

/// The arguments of `config`.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// The repository whose settings apply [default: the one around the current directory]
    #[arg(short = 'R', long, value_name = "DIR")]
    pub repository: Option<PathBuf>,

    /// Read only this file, and what it includes
    #[arg(long, value_name = "FILE", conflicts_with = "repository")]
    pub hgrc: Option<PathBuf>,

    /// Show every section, not only those that matter for mail
    #[arg(long)]
    pub all: bool,

    /// The format; json has the fields of `hg config -Tjson --source`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ConfigFormat,
}

/// The value of `config --format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConfigFormat {
    /// For people: a line for each setting, as `hg config --source` has it
    Table,
    /// For programs
    Json,
}

/// The arguments of the main command.
#[derive(Clone, Debug, Args)]
pub struct Inspect {
    /// The servers.
    #[arg(value_name = "TARGET", help = TARGET_HELP, long_help = TARGET_LONG_HELP, value_parser = target)]
    pub targets: Vec<TargetArg>,

    /// How to connect.
    #[command(flatten)]
    pub connection: Connection,

    /// What to trust.
    #[command(flatten)]
    pub trust: Trust,

    /// Judge at this time instead of now: 2027-01-01T00:00:00Z or 2027-01-01
    #[arg(long, value_name = "TIME", value_parser = point_in_time, help_heading = JUDGEMENT)]
    pub at: Option<OffsetDateTime>,

    /// Judge a saved chain (PEM or DER, the server's certificate first; - reads standard input)
    /// without any network
    #[arg(long, value_name = "FILE", conflicts_with_all = ["targets", "connect"], requires = "servername", help_heading = JUDGEMENT)]
    pub chain: Option<PathBuf>,

    /// What to read of Mercurial's configuration.
    #[command(flatten)]
    pub hgrc: Hgrc,

    /// Only look for lines that do not do what they seem to; no network
    ///
    /// With a TARGET only for those about its host. The exit code is 1 if there are any.
    #[arg(long, conflicts_with_all = ["chain", "no_hgrc"], help_heading = MERCURIAL)]
    pub lint: bool,

    /// Warn when the pinned certificate ends in fewer days, or none is pinned
    ///
    /// The exit code is 1 then. The pinned certificate is the server's, if one of the configured fingerprints is its own;
    /// else the anchor, if a CA file is named for this host or with --cacerts. A warning does not
    /// keep `hg email` from sending.
    #[arg(long, value_name = "DAYS", conflicts_with_all = ["chain", "lint"], value_parser = clap::value_parser!(u32).range(..=36_500), help_heading = MERCURIAL)]
    pub pin_expires: Option<u32>,

    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "table", help_heading = OUTPUT)]
    pub format: FormatArg,

    /// With --format nagios: fewer days left are a warning; a number, or a range of the plugin
    /// guidelines
    #[arg(long, value_name = "DAYS", default_value = "21", help_heading = OUTPUT)]
    pub warning: Range,

    /// With --format nagios: fewer days left are critical
    #[arg(long, value_name = "DAYS", default_value = "7", help_heading = OUTPUT)]
    pub critical: Range,

    /// Print nothing when all is well, else the verdict line alone
    #[arg(short, long, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub quiet: bool,

    /// Show the SMTP dialogue, every name and every digest
    #[arg(short, long, action = ArgAction::SetTrue, help_heading = OUTPUT)]
    pub verbose: bool,

    /// When to use colours; NO_COLOR in the environment turns them off
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub color: ColorArg,
}

/// How to connect.
#[derive(Clone, Debug, Args)]
pub struct Connection {
    /// How TLS starts, for targets without a scheme
    #[arg(long, value_name = "MODE", default_value = "auto", help_heading = CONNECTION)]
    pub tls: TlsArg,

    /// Connect there, under the target's name
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = connect_to, help_heading = CONNECTION)]
    pub connect: Option<ConnectTo>,

    /// Use IPv4 only
    #[arg(short = '4', conflicts_with = "ipv6", help_heading = CONNECTION)]
    pub ipv4: bool,

    /// Use IPv6 only
    #[arg(short = '6', help_heading = CONNECTION)]
    pub ipv6: bool,

    /// The name to give in EHLO
    ///
    /// By default this machine's fully qualified name, else the address of the connection in
    /// brackets. Some servers refuse names that do not resolve.
    #[arg(long, value_name = "NAME", value_parser = ehlo_name, help_heading = CONNECTION)]
    pub ehlo: Option<String>,

    /// Ask for a certificate with this type of key [default: the one that the server prefers]
    ///
    /// A server may have two certificates, and show each to clients that ask for its type of key.
    #[arg(long, value_name = "TYPE", hide_short_help = true, help_heading = CONNECTION)]
    pub key_type: Option<KeyTypeArg>,

    /// Do not send the server's name in the TLS handshake (SNI)
    ///
    /// A server for several names may answer with another certificate then.
    #[arg(long, hide_short_help = true, help_heading = CONNECTION)]
    pub no_sni: bool,

    /// The most time for one target, in seconds
    ///
    /// Bounds everything: lookup, connection, greeting, handshake. Servers that delay their
    /// greeting by 20 s are normal.
    #[arg(long, value_name = "SECONDS", default_value = "45", value_parser = duration, help_heading = CONNECTION)]
    pub timeout: Duration,

    /// The most time for one connection attempt, in seconds
    ///
    /// A name with several addresses gets one attempt for each, a quarter of a second apart.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = duration, hide_short_help = true, help_heading = CONNECTION)]
    pub connect_timeout: Duration,
}

/// The value of `--key-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyTypeArg {
    /// RSA
    Rsa,
    /// An elliptic curve
    Ecdsa,
}

/// What to trust.
#[derive(Clone, Debug, Args)]
pub struct Trust {
    /// Trust the certificates in FILE (PEM or DER) or DIR instead of the system's; may be repeated
    #[arg(long, value_name = "FILE|DIR", help_heading = JUDGEMENT)]
    pub cacerts: Vec<PathBuf>,

    /// The name that the certificate must be for, also sent as SNI [default: the target's host]
    #[arg(long, value_name = "NAME", value_parser = host, help_heading = JUDGEMENT)]
    pub servername: Option<Host>,
}

/// What to read of Mercurial's configuration.
#[derive(Clone, Debug, Args)]
pub struct Hgrc {
    /// The repository whose Mercurial settings apply [default: the one around the current directory]
    #[arg(short = 'R', long, value_name = "DIR", help_heading = MERCURIAL)]
    pub repository: Option<PathBuf>,

    /// Of Mercurial's configuration read only this file, and what it includes
    #[arg(long, value_name = "FILE", conflicts_with = "repository", help_heading = MERCURIAL)]
    pub hgrc: Option<PathBuf>,

    /// Do not read Mercurial's configuration
    #[arg(long, conflicts_with_all = ["repository", "hgrc"], help_heading = MERCURIAL)]
    pub no_hgrc: bool,
}

const TARGET_HELP: &str = "The servers: HOST, HOST:PORT, [IPV6]:PORT, smtp://HOST (STARTTLS), smtps://HOST (implicit TLS)";
const TARGET_LONG_HELP: &str = "\
The servers: HOST, HOST:PORT, [IPV6]:PORT, smtp://HOST (STARTTLS), smtps://HOST (implicit TLS)

The port is 25 when left out, 465 for smtps://. Without a target it is the server that `hg email` \
would use here: smtp.host, smtp.port and smtp.tls of Mercurial's configuration.";
const CONNECTION: &str = "Connection";
const JUDGEMENT: &str = "Judgement";
const OUTPUT: &str = "Output";
const MERCURIAL: &str = "Mercurial";
const PIN: &str = "Pin";
const LIST: &str = "List";
const MANNERS: &str = "Manners";
const FINDINGS: &str = "Findings";
const AUDIT_AFTER_HELP: &str = "\
Exit status:
  0    nothing that --fail-on names was found
  1    something was
  2    wrong usage, a file that cannot be read, or bad lines in the list (the rest was checked)
  130  interrupted: what was done is written, and --resume goes on
  With --format nagios: 0 OK, 1 warning, 2 critical, 3 unknown.

Examples:
  smtp-certcheck audit --input hosts.txt
  smtp-certcheck audit --input - --format jsonl < hosts.txt > today.jsonl
  smtp-certcheck audit --input hosts.txt --baseline yesterday.jsonl --changes-only
  smtp-certcheck audit --input hosts.txt --baseline results.jsonl --save results.jsonl --quiet
  smtp-certcheck audit --input hosts.txt --format prometheus --output /var/lib/node_exporter/smtp.prom
  smtp-certcheck audit --input hosts.txt --format nagios --warning 21 --critical 7
  smtp-certcheck audit --input million.txt --resume results.jsonl --jobs 1000";
const CONFIG_AFTER_HELP: &str = "\
Exit status:
  0  the settings are shown
  2  wrong usage, or a file that cannot be read

Examples:
  smtp-certcheck config
  smtp-certcheck config -R ~/src/project";
const COMPLETIONS_AFTER_HELP: &str = "\
Exit status:
  0  they are printed
  2  wrong usage

Notes:
  For zsh, ~/.zshrc needs fpath=(~/.zfunc $fpath) before compinit. The script for PowerShell has
  not been tried there.

Examples:
  smtp-certcheck completions bash > ~/.local/share/bash-completion/completions/smtp-certcheck
  smtp-certcheck completions zsh > ~/.zfunc/_smtp-certcheck
  smtp-certcheck completions fish > ~/.config/fish/completions/smtp-certcheck.fish
  smtp-certcheck completions elvish >> ~/.config/elvish/rc.elv";
const MAN_AFTER_HELP: &str = "\
Exit status:
  0  the page is printed
  2  wrong usage

Examples:
  smtp-certcheck man | man -l -
  smtp-certcheck man json > ~/.local/share/man/man5/smtp-certcheck-json.5";
const PIN_TARGET_HELP: &str = "\
The server: HOST, HOST:PORT, [IPV6]:PORT, smtp://HOST (STARTTLS), smtps://HOST (implicit TLS) \
[default: the one that `hg email` would use here]

Without a port, and if it is the host of smtp.host, smtp.port and smtp.tls say how to connect. --for \
TOOL does not look there, and needs a TARGET.";

const PIN_AFTER_HELP: &str = "\
Exit status:
  0  the lines are printed, or are written and in force, or stood there already
  1  nothing was pinned, or the pin is written but not in force; the message says why
  2  wrong usage, or a file that cannot be read or written
  3, 4, 5  as for the main command: unreachable, refused by SMTP, TLS failed

Notes:
  A pin replaces everything: hg looks at neither CA nor name nor dates then. It holds for one
  certificate, so a renewed certificate needs a new pin; --add keeps both while it changes.

Examples:
  smtp-certcheck pin mail.example.org:587 >> ~/.hgrc
  smtp-certcheck pin mail.example.org:587 --write
  smtp-certcheck pin mail.example.org:587 --write --yes --expect sha256:9ab0…
  smtp-certcheck pin mail.example.org:587 --write --add
  smtp-certcheck pin smtps://mail.example.org --write --by cacerts --ca-out ~/mail-ca.pem
  smtp-certcheck pin --for
  smtp-certcheck pin mail.example.org:587 --for postfix --by key >> /etc/postfix/tls_policy
  smtp-certcheck pin mail.example.org:587 --for git --ca-out ~/mail-ca.pem";

const AFTER_HELP: &str = "\
Exit status:
  0  every chain is trusted, or its certificate is pinned
  1  a certificate is not trusted, or --pin-expires warns
  2  wrong usage, or a file that cannot be read
  3  a server cannot be reached: name, connection, or a time-out at any step
  4  SMTP said no: STARTTLS missing or refused, busy, not an SMTP server
  5  the TLS handshake failed
  With several targets: 1 if it is the code of any, else the largest.

Environment:
  SSL_CERT_FILE, SSL_CERT_DIR  where the system's trust anchors are, unless --cacerts is given
  NO_COLOR                     no colours, unless --color always

Examples:
  smtp-certcheck mail.example.org:587
  smtp-certcheck smtps://mail.example.org smtp://mx2.example.org:25
  smtp-certcheck '[2001:db8::25]:25' --servername mail.example.org --ehlo probe.example.net
  smtp-certcheck mail.example.org:587 --cacerts corp-ca.pem --format json
  smtp-certcheck mail.example.org:587 --format nagios --warning 21 --critical 7
  smtp-certcheck -q --pin-expires 21
  smtp-certcheck mail.example.org:587 --format pem > saved.pem
  smtp-certcheck --chain saved.pem --servername mail.example.org --at 2027-01-01";

/// A target and the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetArg {
    /// As typed.
    pub input: String,
    /// What it means.
    pub target: Target,
}

/// The value of `--connect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    /// The address or name.
    pub host: Host,
    /// The port, if one was given.
    pub port: Option<u16>,
}

/// The value of `--tls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsArg {
    /// Implicit TLS on port 465, else STARTTLS; if the port speaks the other one, find out and go on
    Auto,
    /// In the clear first, upgraded by the STARTTLS command
    Starttls,
    /// TLS from the first byte
    Smtps,
}

impl TlsArg {
    /// The mode that must be used, if one must.
    pub fn mode(self) -> Option<TlsMode> {
        match self {
            Self::Auto => None,
            Self::Starttls => Some(TlsMode::Starttls),
            Self::Smtps => Some(TlsMode::Smtps),
        }
    }
}

/// The value of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people
    Table,
    /// For programs: one object, or an array for several targets
    Json,
    /// The presented chain
    Pem,
    /// For monitoring: a plugin's line and exit code (0 OK, 1 warning, 2 critical, 3 unknown)
    Nagios,
}

/// The value of `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal
    Auto,
    /// Also into files and pipes
    Always,
    /// Never
    Never,
}

/// What `completions` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completions {
    /// The script of a shell.
    Script(Shell),
    /// The targets that Mercurial's configuration knows: what the scripts ask for.
    Hosts,
}

/// Reads it. Only the shells are told of: generators of completions do not know what is hidden.
#[derive(Clone)]
struct CompletionsParser;

impl TypedValueParser for CompletionsParser {
    type Value = Completions;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Completions, clap::Error> {
        if value == "hosts" {
            return Ok(Completions::Hosts);
        }
        let shell = EnumValueParser::<Shell>::new().parse_ref(command, arg, value)?;
        Ok(Completions::Script(shell))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let shells = Shell::value_variants().iter();
        Some(Box::new(shells.filter_map(ValueEnum::to_possible_value)))
    }
}

/// Reads a code of a finding. They can be completed, and are refused with a hint.
#[derive(Clone)]
struct CodeParser;

impl TypedValueParser for CodeParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        TypedValueParser::parse_ref(&code, command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(CODES.iter().copied().map(PossibleValue::new)))
    }
}

/// As `openssl x509 -fingerprint` prints it, as Mercurial writes it, or bare hex.
fn expected(text: &str) -> Result<ExpectedPin, String> {
    let bare = text
        .rsplit('=')
        .next()
        .unwrap_or(text)
        .trim()
        .to_ascii_lowercase();
    let known = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
    let named = known
        .into_iter()
        .find(|algorithm| bare.starts_with(&format!("{algorithm}:")));
    let hex = match named {
        Some(algorithm) => bare[algorithm.to_string().len() + 1..].to_owned(),
        None => bare.clone(),
    };
    let hex: String = hex
        .chars()
        .filter(|c| !matches!(c, ':' | ' ' | '-'))
        .collect();
    let fits = known
        .into_iter()
        .find(|algorithm| algorithm.hex_digits() == hex.len());
    match fits {
        Some(algorithm)
            if hex.bytes().all(|b| b.is_ascii_hexdigit())
                && named.is_none_or(|named| named == algorithm) =>
        {
            Ok(ExpectedPin::new(algorithm, &hex))
        }
        _ => Err(
            "it must be a whole SHA-256, SHA-512 or SHA-1 in hex, such as sha256:9ab0…".to_owned(),
        ),
    }
}

fn target(text: &str) -> Result<TargetArg, TargetError> {
    Ok(TargetArg {
        input: text.to_owned(),
        target: text.parse()?,
    })
}

fn host(text: &str) -> Result<Host, TargetError> {
    text.parse()
}

fn connect_to(text: &str) -> Result<ConnectTo, String> {
    let target: Target = text.parse().map_err(|e: TargetError| e.to_string())?;
    if target.tls.is_some() {
        return Err("give an address without a scheme; the mode belongs to the target".to_owned());
    }
    Ok(ConnectTo {
        host: target.host,
        port: target.port,
    })
}

/// A domain or an address literal (RFC 5321 §4.1.1.1); anything that could end the command is out.
fn ehlo_name(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic());
    if plain {
        Ok(text.to_owned())
    } else {
        Err(
            "it must be a host name or an address in brackets, in ASCII and without spaces"
                .to_owned(),
        )
    }
}

/// Seconds with an optional fraction, or a number with `ms`, `s` or `m`.
fn duration(text: &str) -> Result<Duration, String> {
    const DAY: f64 = 86_400.0;
    let (number, factor) = match text {
        _ if text.ends_with("ms") => (&text[..text.len() - 2], 0.001),
        _ if text.ends_with('s') => (&text[..text.len() - 1], 1.0),
        _ if text.ends_with('m') => (&text[..text.len() - 1], 60.0),
        _ => (text, 1.0),
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match number.parse::<f64>().map(|number| number * factor) {
        Ok(seconds) if plain && seconds > 0.0 && seconds <= DAY => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err("it must be a number of seconds, up to a day: 45, 0.5, 500ms, 2m".to_owned()),
    }
}

/// As a duration, but it may be nothing.
fn pause(text: &str) -> Result<Duration, String> {
    match text {
        "0" => Ok(Duration::ZERO),
        text => duration(text),
    }
}

/// A code of a finding; a misspelt one would leave out nothing, or everything.
fn code(text: &str) -> Result<String, String> {
    if CODES.contains(&text) {
        return Ok(text.to_owned());
    }
    let near = CODES
        .iter()
        .min_by_key(|code| strsim::damerau_levenshtein(text, code));
    let near = near.copied().unwrap_or_default();
    Err(format!(
        "no finding has that code, the nearest is \"{near}\"; docs/audit.md and docs/json.md list them"
    ))
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.001..=1e6).contains(&rate) => Ok(rate),
        _ => Err("it must be a number of connections a second, from 0.001".to_owned()),
    }
}

/// RFC 3339, or a date alone for its first moment in UTC. webpki's clock begins in 1970.
fn point_in_time(text: &str) -> Result<OffsetDateTime, String> {
    let full = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    match OffsetDateTime::parse(&full, &Rfc3339) {
        // Certificates know whole seconds only, and their last one counts to its end.
        Ok(time) if time.unix_timestamp() >= 0 => Ok(time.replace_nanosecond(0).unwrap_or(time)),
        Ok(_) => Err("times before 1970 cannot be judged".to_owned()),
        Err(_) => Err("write it as 2027-01-01T00:00:00Z or 2027-01-01".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        let mut command = Cli::command();
        command.clone().debug_assert();
        // There is a page for each command.
        command.build();
        let mut names: Vec<_> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        // And one for the report.
        names.push("json");
        names.sort_unstable();
        let man = command.find_subcommand("man").expect("it is there");
        let page = man.get_positionals().next().expect("one argument");
        let pages = page.get_possible_values();
        let pages: Vec<_> = pages.iter().map(PossibleValue::get_name).collect();
        assert_eq!(pages, names);
    }

    #[test]
    fn durations_are_bounded_numbers() {
        assert_eq!(duration("45"), Ok(Duration::from_secs(45)));
        assert_eq!(duration("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for text in ["", "0", "-1", "x", "1e9", "inf", "nan", "ms", "86401"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_rfc_3339_or_dates() {
        let noon = point_in_time("2027-01-01T12:00:00+01:00").expect("a time");
        assert_eq!(noon.unix_timestamp(), 1_798_801_200);
        assert_eq!(
            point_in_time("2027-01-01").map(OffsetDateTime::unix_timestamp),
            Ok(1_798_761_600)
        );
        for text in [
            "",
            "yesterday",
            "1969-12-31",
            "2027-02-30",
            "2027-13-01T00:00:00Z",
        ] {
            assert!(point_in_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_expected_fingerprint_is_whole() {
        let hex = "ab".repeat(32);
        let colons = vec!["AB"; 32].join(":");
        for text in [
            hex.clone(),
            format!("sha256:{hex}"),
            format!("SHA256:{colons}"),
            format!("sha256 Fingerprint={colons}"),
        ] {
            assert_eq!(
                expected(&text).map(|pin| pin.to_string()),
                Ok(format!("sha256:{hex}")),
                "{text}"
            );
        }
        for text in [
            "",
            "sha256:",
            "ab",
            "md5:ab",
            &format!("sha1:{hex}"),
            &format!("{}zz", &hex[2..]),
        ] {
            assert!(expected(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_ehlo_name_cannot_end_its_command() {
        assert!(ehlo_name("probe.example").is_ok());
        assert!(ehlo_name("[192.0.2.1]").is_ok());
        for text in ["", "a b", "a\r\nMAIL", "ü"] {
            assert!(ehlo_name(text).is_err(), "{text:?}");
        }
    }
}
