//! Which targets the user wants to see, and in which format.

use super::arrangement::Arrangement;
use super::outputs::Outputs;
use super::results::Showing;
use crate::audit::{Selection, Sort};
use crate::cli::{Audit as Args, AuditFormat, FailOnArg, SortArg};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::finding::Severity;
use crate::render::audit::{
    Csv, Extent, Format, HtmlPage, Jsonl, Junit, Nagios, Prometheus, Table,
};
use crate::render::style::Style;
use std::io::IsTerminal as _;
use time::OffsetDateTime;

/// What the command line asks for; certificates are judged at `now`.
pub(super) fn showing(args: &Args, outputs: &Outputs, now: OffsetDateTime) -> Showing {
    Showing {
        format: format(args, outputs, now),
        selection: selection(args),
        arrangement: arrangement(args, outputs),
        quiet: args.quiet,
    }
}

/// The order of the results is the user's in formats that have them one after the other.
pub(super) fn check_order(args: &Args) -> Result<(), Error> {
    let has_rows = matches!(
        args.format,
        AuditFormat::Table | AuditFormat::Jsonl | AuditFormat::Csv
    );
    if args.sort.is_some() && !has_rows {
        let text = "--sort is for the formats table, jsonl and csv";
        return Err(Error::new(text).hint("a page in HTML sorts by itself, and by its heads"));
    }
    Ok(())
}

/// In which order results are shown.
fn arrangement(args: &Args, outputs: &Outputs) -> Arrangement {
    if let Some(sort) = args.sort {
        return Arrangement::by(match sort {
            SortArg::Severity => Sort::Severity,
            SortArg::Expiry => Sort::Expiry,
            SortArg::Host => Sort::Host,
            SortArg::Input => Sort::Input,
        });
    }
    if args.resume.is_some() || args.format != AuditFormat::Table {
        return Arrangement::none();
    }
    let is_live = outputs.sink.is_stdout() && std::io::stdout().is_terminal();
    // What writes the list may wait for a result.
    let is_stream = args.input.as_ref().is_some_and(|path| !path.is_file());
    if is_live || is_stream {
        Arrangement::of_a_stream()
    } else {
        Arrangement::of_a_file()
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
        _ if args.resume.is_some() => Box::new(Jsonl::default()),
        AuditFormat::Table => {
            let extent = match (args.quiet, args.changes_only) {
                (true, _) => Extent::NewsOrNothing,
                (false, true) => Extent::News,
                (false, false) => Extent::All,
            };
            Box::new(Table::new(style, extent, on_stdout))
        }
        AuditFormat::Jsonl => Box::new(Jsonl::default()),
        AuditFormat::Csv => Box::new(Csv),
        AuditFormat::Prometheus => Box::new(Prometheus::new(now)),
        AuditFormat::Junit => Box::new(Junit::new(fails_from(args).unwrap_or(Severity::Critical))),
        AuditFormat::Html => Box::new(HtmlPage::new(now)),
        AuditFormat::Nagios => Box::new(Nagios::default()),
    }
}
