//! The definitions of the command line, without behaviour. The man page and the completions are
//! generated from them.

mod audit;
mod dns;
mod given;
mod groups;
mod help;
mod pin;
mod plugin;
mod ports;
mod value;
mod when;

pub use audit::{Audit, AuditFormat, FailOnArg, SortArg};
pub use dns::{Dns, RequireArg, Resolving};
pub use given::first_given;
pub use groups::{Client, Connection, Defaults, HgVersion, Hgrc, KeyTypeArg, Trust};
pub use pin::{ByArg, CheckFormat, DigestArg, Pin};
pub use plugin::Plugin;
pub use ports::Ports;
pub use value::{
    ColorArg, Completions, ConnectTo, DomainArg, ExpectedPin, FormatArg, HgStoreArg, SubjectArg,
    TargetArg, TlsArg, duration, ehlo_name,
};
pub use when::When;

use crate::audit::{Least, Threshold};
use clap::builder::ArgPredicate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use help::{
    AFTER_HELP, AUDIT_AFTER_HELP, AUDIT_EXAMPLE, COMPLETIONS_AFTER_HELP, CONFIG_AFTER_HELP, DOMAIN,
    EXAMPLE, JUDGEMENT, MAN_AFTER_HELP, MERCURIAL, OUTPUT, PIN_AFTER_HELP, PIN_EXAMPLE,
    TARGET_HELP, TARGET_LONG_HELP,
};
use std::path::PathBuf;
use value::{CompletionsParser, left, subject};

/// The program's name, as it is typed.
pub const NAME: &str = "smtp-certcheck";

/// The hint for a warning level that lies below the critical one.
pub const BELOW_WARNING: &str =
    "name a smaller --critical or a larger --warning; --warning 0 turns the warning off";

/// Inspect and validate the TLS certificates of mail servers
///
/// Connects to each TARGET, starts TLS (STARTTLS or implicit), shows the certificate chain that
/// the server presents with its fingerprints, and validates it against the configured trust
/// anchors. No mail is sent and no login is tried.
#[derive(Clone, Debug, Parser)]
#[command(
    name = NAME,
    version,
    max_term_width = 100,
    after_help = EXAMPLE,
    after_long_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// The targets, and how to check them.
    #[command(flatten)]
    pub inspect: Inspect,

    /// Something else to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The other things that the program can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show the Mercurial settings that decide which server `hg email` trusts, with file and line
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
    #[command(after_help = PIN_EXAMPLE, after_long_help = PIN_AFTER_HELP)]
    Pin(Box<Pin>),
    /// Check many servers: what is broken, what expires soon, what has changed
    ///
    /// The list is a stream of targets, one a line, as on the command line, with comments (#) and
    /// columns after the target: servername=NAME pin=sha256:HEX cacerts=FILE crl=FILE label=TEXT
    /// warning=LEFT critical=LEFT. Results
    /// come in the order in which the servers answer.
    #[command(after_help = AUDIT_EXAMPLE, after_long_help = AUDIT_AFTER_HELP)]
    Audit(Box<Audit>),
    /// Print shell completions
    ///
    /// Where a TARGET is expected, those of bash, zsh, fish and elvish offer the hosts of Mercurial's
    /// configuration, too.
    #[command(after_long_help = COMPLETIONS_AFTER_HELP)]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL", value_parser = CompletionsParser)]
        shell: Completions,
    },
    /// Print a man page
    ///
    /// For installations without the pages. On a terminal, man(1) shows the page.
    #[command(after_long_help = MAN_AFTER_HELP)]
    Man {
        /// The command whose page it is, or json for the report; without one that of the program
        #[arg(value_parser = ["audit", "completions", "config", "json", "man", "pin"], hide_possible_values = true)]
        page: Option<String>,
    },
}

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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Inspect {
    /// The servers.
    #[arg(value_name = "TARGET", help = TARGET_HELP, long_help = TARGET_LONG_HELP, value_parser = subject)]
    pub targets: Vec<SubjectArg>,

    /// The options of monitoring plugins.
    #[command(flatten)]
    pub plugin: Plugin,

    /// Which ports to look at.
    #[command(flatten)]
    pub ports: Ports,

    /// How to connect.
    #[command(flatten)]
    pub connection: Connection,

    /// The certificate of the client.
    #[command(flatten)]
    pub client: Client,

    /// Look up the TLSA records of a server on its port, proven by DNSSEC, and compare (DANE)
    ///
    /// A record that matches makes a certificate as good as a pin does, whoever issued it. Records that
    /// do not match are a problem, and so is it that the DNS does not say whether there are any. Where
    /// there are none, or where they are not signed, DANE changes nothing.
    #[arg(long, conflicts_with_all = ["chain", "lint", "mail", "ports", "connect", "at"], hide_short_help = true, help_heading = DOMAIN)]
    pub dane: bool,

    /// How to ask the DNS.
    #[command(flatten)]
    pub dns: Dns,

    /// What to trust.
    #[command(flatten)]
    pub trust: Trust,

    /// Validate as of TIME, not now: 2027-01-01T00:00:00Z, 2027-01-01, or +30d
    #[arg(long, value_name = "TIME", help_heading = JUDGEMENT)]
    pub at: Option<When>,

    /// Validate the chain in FILE; no network
    ///
    /// PEM or DER, the leaf first; - reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["targets", "hostname", "port", "connect", "mail", "ports", "fetch_crl"], requires = "servername", help_heading = JUDGEMENT)]
    pub chain: Option<PathBuf>,

    /// Warn, with exit code 1, if a certificate expires within LEFT: 21 (days), 72h or 30%
    ///
    /// A % is of the certificate's lifetime; auto is the lesser of 21 days and a third. Without the
    /// option the report notes what expires within auto, -q prints the line, and the exit code stays
    /// 0. Every certificate of the path counts. 0 turns it off. Ranges of the plugin guidelines are
    /// understood, too.
    #[arg(long, short_alias = 'w', value_name = "LEFT", conflicts_with = "lint", help_heading = JUDGEMENT)]
    pub warning: Option<Threshold>,

    /// The same, but critical instead of a warning
    ///
    /// Here auto is the lesser of 7 days and a sixth, and of a third of --warning, where only that is
    /// given.
    #[arg(long, short_alias = 'c', value_name = "LEFT", conflicts_with = "lint", help_heading = JUDGEMENT)]
    pub critical: Option<Threshold>,

    /// What to read of Mercurial's configuration.
    #[command(flatten)]
    pub hgrc: Hgrc,

    /// Which Mercurial is judged.
    #[command(flatten)]
    pub hg: HgVersion,

    /// Only check Mercurial's configuration for lines that have no effect or mislead; no network
    ///
    /// With a TARGET only those about its host. The exit code is 1 if there are any.
    #[arg(long, conflicts_with_all = ["chain", "no_hgrc", "mail", "ports"], help_heading = MERCURIAL)]
    pub lint: bool,

    /// Warn if the pinned certificate expires within LEFT, or if nothing is pinned
    ///
    /// LEFT is 21 (days), 72h (hours) or 30% (of the certificate's lifetime); auto is the lesser of
    /// 21 days and a third. The exit code is 1 then. The pinned certificate is the server's, if one
    /// of the configured fingerprints is its own; else the anchor, if a CA file is named for this
    /// host or with --cacerts. A warning does not keep `hg email` from sending.
    #[arg(long, value_name = "LEFT", conflicts_with_all = ["chain", "lint"], value_parser = left, help_heading = MERCURIAL)]
    pub pin_expires: Option<Least>,

    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "table", default_value_if("hostname", ArgPredicate::IsPresent, "nagios"), help_heading = OUTPUT)]
    pub format: FormatArg,

    /// As --format json.
    #[arg(
        short,
        long,
        conflicts_with = "format",
        overrides_with = "json",
        hide = true
    )]
    pub json: bool,

    /// Print the verdict line alone, and only if something is to be done
    #[arg(short, long, conflicts_with = "verbose", overrides_with = "quiet", help_heading = OUTPUT)]
    pub quiet: bool,

    /// Show the dialogue, every name and digest, and what each family of clients would say
    ///
    /// With --version it shows what the program is built of: the TLS library, the crypto provider,
    /// their versions and the target.
    #[arg(short, long, overrides_with = "verbose", help_heading = OUTPUT)]
    pub verbose: bool,

    /// When to use colours
    #[arg(long, alias = "colour", value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub color: ColorArg,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::builder::PossibleValue;

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
}
