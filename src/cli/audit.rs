//! `audit`: its definitions.

use super::dns::Dns;
use super::groups::{Connection, Trust};
use super::help::{FINDINGS, LIST, OUTPUT, PACING};
use super::ports::Ports;
use super::value::{CodeParser, ColorArg, SubjectArg, left, pause, rate, subject};
use crate::audit::{Least, Shard};
use crate::finding::Code;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// The arguments of `audit`.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Audit {
    /// More servers and domains, as in the list
    #[arg(value_name = "TARGET", value_parser = subject)]
    pub targets: Vec<SubjectArg>,

    /// The list of targets; - reads standard input
    #[arg(short, long, value_name = "FILE", help_heading = LIST)]
    pub input: Option<PathBuf>,

    /// Read the whole list first, and stop at a bad line before connecting anywhere
    #[arg(long, help_heading = LIST)]
    pub strict: bool,

    /// Check only the Kth of N parts of the list, for one of N machines; 0/N is N/N
    #[arg(long, value_name = "K/N", help_heading = LIST)]
    pub shard: Option<Shard>,

    /// Go on where an earlier run stopped: skip the targets of this jsonl file, and append to it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "format"], help_heading = LIST)]
    pub resume: Option<PathBuf>,

    /// Targets at once
    #[arg(short, long, value_name = "N", default_value = "256", value_parser = clap::value_parser!(u32).range(1..=65_536), help_heading = PACING)]
    pub jobs: u32,

    /// Connections to one address at a time
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=65_536), help_heading = PACING)]
    pub per_address: u32,

    /// Time between two connections to one address
    #[arg(long, value_name = "SECONDS", default_value = "0.1", value_parser = pause, help_heading = PACING)]
    pub pause: Duration,

    /// New connections per second, in total [default: no limit]
    #[arg(long, value_name = "N", value_parser = rate, help_heading = PACING)]
    pub rate: Option<f64>,

    /// Further tries where a server is busy, within its --timeout
    #[arg(long, value_name = "N", default_value = "2", help_heading = PACING)]
    pub retries: u32,

    /// A certificate with less left is a warning: 21 (days), 72h, or 30%
    ///
    /// A % is of the certificate's lifetime; auto is the lesser of 21 days and a third. The column
    /// warning= of the list counts instead. 0 turns it off.
    #[arg(long, short_alias = 'w', value_name = "LEFT", default_value = "auto", value_parser = left, help_heading = FINDINGS)]
    pub warning: Least,

    /// A certificate with less left is critical
    ///
    /// Here auto is the lesser of 7 days and a sixth, and of a third of --warning, where only that is
    /// given. The column critical= of the list counts instead.
    #[arg(long, short_alias = 'c', value_name = "LEFT", default_value = "auto", value_parser = left, help_heading = FINDINGS)]
    pub critical: Least,

    /// Leave out findings with this code; may be repeated
    ///
    /// A warning that is left out is accepted. A target where something critical is left out, or why
    /// nothing was seen, is shown as "-", not as OK.
    #[arg(long, value_name = "CODE", value_parser = CodeParser, hide_possible_values = true, help_heading = FINDINGS)]
    pub ignore: Vec<Code>,

    /// Report only findings with this code; may be repeated
    ///
    /// A target with other findings above a note is shown as "-", not as OK.
    #[arg(long, value_name = "CODE", value_parser = CodeParser, hide_possible_values = true, help_heading = FINDINGS)]
    pub only: Vec<Code>,

    /// Findings that make the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "critical", help_heading = FINDINGS)]
    pub fail_on: FailOnArg,

    /// Report what has changed since the audit that saved FILE
    ///
    /// Where --save names the same FILE, it need not exist yet: that is the first run.
    #[arg(long, value_name = "FILE", help_heading = FINDINGS)]
    pub baseline: Option<PathBuf>,

    /// Show only targets that have changed, or are gone from the list, and the sums
    #[arg(long, requires = "baseline", help_heading = FINDINGS)]
    pub changes_only: bool,

    /// Which ports to look at.
    #[command(flatten)]
    pub ports: Ports,

    /// How to connect.
    #[command(flatten)]
    pub connection: Connection,

    /// What to trust.
    #[command(flatten)]
    pub trust: Trust,

    /// How domains are asked for.
    #[command(flatten)]
    pub dns: Dns,

    /// The format of the results
    #[arg(long, value_name = "FORMAT", default_value = "table", help_heading = OUTPUT)]
    pub format: AuditFormat,

    /// Order of the results: by severity unless they take long; any other once all are there
    ///
    /// Without it, a table on a terminal begins after a second, and is in the order of the answers
    /// from then on; a table in a file or a pipe is sorted, up to 10,000 targets. jsonl and csv are
    /// in the order of the answers.
    #[arg(long, value_name = "ORDER", conflicts_with = "resume", help_heading = OUTPUT)]
    pub sort: Option<SortArg>,
    /// Write the results to FILE, replacing it atomically at the end
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,

    /// Also save all results to FILE as JSON Lines once the audit is complete, for the next
    /// --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "resume", help_heading = OUTPUT)]
    pub save: Option<PathBuf>,

    /// Show only targets that changed or that make the exit code 1; print nothing if there are none
    #[arg(short, long, conflicts_with_all = ["verbose", "changes_only"], overrides_with = "quiet", help_heading = OUTPUT)]
    pub quiet: bool,

    /// Show every finding in full, with advice, and report progress every 30 s
    #[arg(short, long, overrides_with = "verbose", help_heading = OUTPUT)]
    pub verbose: bool,

    /// When to use colours
    #[arg(long, alias = "colour", value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub color: ColorArg,
}

/// The value of `audit --format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For people: a line for each target, and a summary
    Table,
    /// For programs: a report on each line, as it is finished
    #[value(alias = "json")]
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

/// The value of `audit --sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortArg {
    /// The worst first, then what expires first
    Severity,
    /// What expires first
    Expiry,
    /// By the name of the host, then by port
    Host,
    /// As in the list
    Input,
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
