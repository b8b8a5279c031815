//! What is printed of the reports, and the exit code.

use super::{Setting, levels};
use crate::cli::FormatArg;
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::terminal::{print, warn};
use crate::render::style::Style;
use crate::render::{json, nagios, pem, table};
use crate::report::{DomainReport, Exit, Report, Reported};

/// Whether nothing is to be done.
fn is_well(report: &Reported) -> bool {
    report.exit() == Exit::SUCCESS && !report.warns()
}

impl Setting<'_> {
    /// The exit code that `--help` documents, or a plugin's.
    pub(super) fn exit(&self, reports: &[Reported]) -> Exit {
        if self.cli.format == FormatArg::Nagios {
            return nagios::render_all(reports, self.thresholds()).1.exit();
        }
        Exit::of_all(reports.iter().map(Reported::exit))
    }

    fn thresholds(&self) -> nagios::Thresholds {
        let (warning, critical) = levels(self.cli).thresholds();
        nagios::Thresholds { warning, critical }
    }

    /// Notes what expires soon. A plugin has its own words for it.
    pub(super) fn note_expiry(&self, report: &mut Report) {
        if self.cli.format != FormatArg::Nagios {
            levels(self.cli).note(report);
        }
    }

    /// Prints a report as soon as it is there, if its format has no frame around all.
    pub(super) fn show(&self, report: &Reported, is_first: bool) -> Result<(), Error> {
        if !matches!(self.cli.format, FormatArg::Json | FormatArg::Nagios) {
            let gap = if is_first || self.is_terse() {
                ""
            } else {
                "\n"
            };
            print(&format!("{gap}{}", self.render_one(report)))?;
        }
        if self.cli.format == FormatArg::Pem && !is_well(report) {
            // The data alone would not show it, nor that it is that of one address.
            let verdict = report
                .host()
                .map(|host| table::verdict(host, Style::plain()));
            warn(verdict.unwrap_or_default().trim_end());
        }
        Ok(())
    }

    /// Prints what is about all reports.
    pub(super) fn show_all(&self, reports: &[Reported]) -> Result<(), Error> {
        match self.cli.format {
            FormatArg::Json => print(&json::render(reports)),
            // Its first line covers all targets.
            FormatArg::Nagios => print(&nagios::render_all(reports, self.thresholds()).0),
            FormatArg::Table if !self.cli.quiet && reports.len() > 1 => {
                print(&format!("\n{}", table::sums(reports)))
            }
            FormatArg::Table | FormatArg::Pem | FormatArg::Jsonl => Ok(()),
        }
    }

    fn is_terse(&self) -> bool {
        self.cli.quiet || matches!(self.cli.format, FormatArg::Pem | FormatArg::Jsonl)
    }

    pub(super) fn render_one(&self, report: &Reported) -> String {
        match report {
            _ if self.cli.format == FormatArg::Table && self.cli.quiet && is_well(report) => {
                String::new()
            }
            Reported::Host(report) => self.host(report),
            Reported::Domain(report) => self.domain(report),
        }
    }

    fn host(&self, report: &Report) -> String {
        let style = environment::style(self.cli.color, self.cli.verbose);
        match self.cli.format {
            FormatArg::Json => json::host(report),
            FormatArg::Jsonl => json::compact(report),
            FormatArg::Pem if self.targets.len() > 1 => pem::render_named(report),
            FormatArg::Pem => pem::render(report),
            FormatArg::Nagios => nagios::render(report, self.thresholds()).0,
            FormatArg::Table if self.cli.quiet => table::verdict(report, style),
            FormatArg::Table => table::render(report, style),
        }
    }

    fn domain(&self, report: &DomainReport) -> String {
        let style = environment::style(self.cli.color, self.cli.verbose);
        match self.cli.format {
            FormatArg::Json => json::domain(report),
            FormatArg::Jsonl => json::compact_domain(report),
            // It was refused before.
            FormatArg::Pem => String::new(),
            FormatArg::Nagios => nagios::domain(report).0,
            FormatArg::Table if self.cli.quiet => table::domain_verdict(report, style),
            FormatArg::Table => table::domain(report, style),
        }
    }
}
