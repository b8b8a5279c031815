//! What Mercurial makes of a target, its pins, and the lints of its configuration.

use crate::fingerprint::Comparison;
use crate::hgrc::Source;
use crate::mercurial::Pins;
use crate::mercurial::{Decision, Lint};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct LintJson {
    code: &'static str,
    key: String,
    source: String,
    other: Option<String>,
    message: String,
    advice: String,
}

#[derive(Serialize)]
pub(super) struct PinsJson {
    configured: Vec<PinJson>,
    matched: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct PinJson {
    value: String,
    key: String,
    source: String,
}

#[derive(Serialize)]
pub(super) struct MercurialJson {
    accepts: Option<bool>,
    decided_by: &'static str,
    lines: Vec<LineJson>,
    reason: String,
    hg_version: Option<String>,
}

#[derive(Serialize)]
pub(super) struct LineJson {
    file: String,
    line: usize,
    key: String,
}

impl From<&Lint> for LintJson {
    fn from(lint: &Lint) -> Self {
        Self {
            code: lint.code.as_str(),
            key: lint.line.key.clone(),
            source: lint.line.source.to_string(),
            other: lint.other.as_ref().map(Source::to_string),
            message: lint.message.clone(),
            advice: lint.advice.clone(),
        }
    }
}

impl From<&Pins> for PinsJson {
    fn from(pins: &Pins) -> Self {
        let configured = pins.configured.iter().map(|pin| PinJson {
            value: pin.value.clone(),
            key: pin.line.key.clone(),
            source: pin.line.source.to_string(),
        });
        Self {
            configured: configured.collect(),
            matched: match pins.comparison {
                Comparison::NotMade => None,
                Comparison::Match => Some(true),
                Comparison::Mismatch => Some(false),
            },
        }
    }
}

impl From<&Decision> for MercurialJson {
    fn from(decision: &Decision) -> Self {
        let lines = decision.lines.iter().map(|line| LineJson {
            file: line.source.file.display().to_string(),
            line: line.source.line,
            key: line.key.clone(),
        });
        Self {
            accepts: decision.answer.accepts(),
            decided_by: decision.decided_by.as_str(),
            lines: lines.collect(),
            reason: decision.reason.clone(),
            hg_version: decision.hg_version.clone(),
        }
    }
}
