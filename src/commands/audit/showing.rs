//! Which targets the user wants to see, and in which format.

use super::outputs::Outputs;
use super::results::Showing;
use crate::audit::Selection;
use crate::cli::{Audit as Args, AuditFormat, FailOnArg};
use crate::commands::environment;
use crate::finding::Severity;
use crate::render::audit::{Csv, Format, HtmlPage, Jsonl, Junit, Nagios, Prometheus, Table};
use crate::render::style::Style;
use time::OffsetDateTime;

/// What the command line asks for; certificates are judged at `now`.
pub(super) fn showing(args: &Args, outputs: &Outputs, now: OffsetDateTime) -> Showing {
    Showing {
        format: format(args, outputs, now),
        selection: selection(args),
        quiet: args.quiet,
    }
}

/// The least severity that `--fail-on` names.
pub(super) fn fails_from(args: &Args) -> Option<Severity> {
    match args.fail_on {
        FailOnArg::Critical => Some(Severity::Critical),
        FailOnArg::Warning => Some(Severity::Warning),
        FailOnArg::Never => None,
    }
}

fn selection(args: &Args) -> Selection {
    // A target that is missing from the file to resume would be checked again.
    if args.resume.is_some() || !(args.quiet || args.changes_only) {
        return Selection::All;
    }
    match fails_from(args) {
        Some(severity) if args.quiet => Selection::ChangedOr(severity),
        _ => Selection::Changed,
    }
}

/// The registry of formats: one line for each.
fn format(args: &Args, outputs: &Outputs, now: OffsetDateTime) -> Box<dyn Format> {
    let on_stdout = outputs.sink.is_stdout();
    let style = environment::style(args.color, args.verbose);
    let style = Style {
        color: style.color && on_stdout,
        ..style
    };
    match args.format {
        // The file to resume is jsonl.
        _ if args.resume.is_some() => Box::new(Jsonl),
        AuditFormat::Table => Box::new(Table::new(style, args.quiet, on_stdout)),
        AuditFormat::Jsonl => Box::new(Jsonl),
        AuditFormat::Csv => Box::new(Csv),
        AuditFormat::Prometheus => Box::new(Prometheus::new(now)),
        AuditFormat::Junit => Box::new(Junit::new(fails_from(args).unwrap_or(Severity::Critical))),
        AuditFormat::Html => Box::new(HtmlPage::new(now)),
        AuditFormat::Nagios => Box::new(Nagios::default()),
    }
}
