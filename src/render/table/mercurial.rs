//! Mercurial's decision about the target, and the lints of its configuration.

use super::page::Page;
use crate::fingerprint::Comparison;
use crate::judge::Judgement;
use crate::judge::clients::Answer;
use crate::render::lint;
use crate::report::Report;

impl Page {
    pub(super) fn mercurial(&mut self, report: &Report) {
        let pins = report.pins();
        if report.mercurial().is_none() && pins.configured.is_empty() {
            return;
        }
        self.heading("Mercurial");
        if let Some(decision) = report.mercurial() {
            let answer = match decision.answer {
                Answer::Accepts if report.hg_is_safe() => "sends",
                Answer::Accepts => "sends UNPROTECTED",
                Answer::Refuses => "refuses",
                Answer::Unknown => "cannot be known",
            };
            self.fact("hg email", &format!("{answer}: {}", decision.reason));
            self.fact("decided by", decision.decided_by.as_str());
            let release = decision.hg_version.as_deref();
            self.fact("release", release.unwrap_or("not known"));
            for line in &decision.lines {
                self.fact("", &format!("{} ({})", line.key, line.source));
            }
            let trusted = report.judgement().map(Judgement::is_trusted);
            match (decision.answer, trusted) {
                (Answer::Accepts, Some(false)) => {
                    self.fact(
                        "differs",
                        "hg accepts a certificate that RFC 5280 validation rejects",
                    );
                }
                (Answer::Refuses, Some(true)) => {
                    self.fact("differs", "the chain is trusted, and hg still refuses");
                }
                _ => {}
            }
        }
        for pin in &pins.configured {
            self.fact(
                "pin",
                &format!("{} ({}, {})", pin.value, pin.line.key, pin.line.source),
            );
        }
        match pins.comparison {
            Comparison::Match => self.fact("", "one of them is the server's certificate"),
            Comparison::Mismatch => self.fact("", "NONE of them is the server's certificate"),
            Comparison::NotMade => {}
        }
    }

    pub(super) fn lints(&mut self, report: &Report) {
        if !report.lints().is_empty() {
            self.heading("Mercurial's configuration");
            lint::list(&mut self.out, report.lints(), 2, self.style);
        }
    }
}
