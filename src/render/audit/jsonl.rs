//! An audit for programs: a report on each line.

use super::format::{Ending, Format};
use crate::audit::{Audited, Completeness, Summary};
use crate::render::json::{self, HostTexts};
use crate::report::DomainReport;

/// The format: each line is complete. Kept is the text of hosts that several domains have.
#[derive(Debug, Default)]
pub struct Jsonl {
    hosts: HostTexts,
}

impl Format for Jsonl {
    fn target(&mut self, audited: &Audited) -> String {
        json::line(audited)
    }

    fn domain(&mut self, audited: &Audited<DomainReport>) -> String {
        json::domain_line(audited, &mut self.hosts)
    }

    fn end(&mut self, _: &Completeness, _: &Summary) -> Ending {
        Ending::for_programs(String::new())
    }
}
