//! What `pin` shows: the lines to paste, the alarm, the diff.

use super::timestamp::timestamp;
use crate::certificate::Certificate;
use crate::escape::{excerpt, visible};
use crate::finding::Code;
use crate::fingerprint::Algorithm;
use crate::hgrc::{Document, Kind};
use crate::judge::Judgement;
use crate::mercurial::{Assignment, FileEdit, is_secret};
use crate::programs::comment_text;
use crate::report::{Report, listed};
use similar::TextDiff;
use std::fmt::Write as _;
use time::OffsetDateTime;

/// The limit of a name's length in comments; longer names are cut.
const NAME: usize = 60;

/// Comments that say what was checked, then the settings by section. The first line is empty: with
/// `>>` it completes a last line without a line feed.
///
/// `comments` are about each certificate.
pub fn snippet(
    report: &Report,
    comments: &[String],
    settings: &[Assignment],
    version: &str,
) -> String {
    let mut out = format!(
        "\n# {}, checked {} by smtp-certcheck {version}\n",
        visible(&report.target.label),
        report.at.date(),
    );
    for one in comments {
        let _ = writeln!(out, "# {one}");
    }
    let mut current = "";
    for Assignment {
        section,
        key,
        value,
    } in settings
    {
        if *section != current {
            let gap = if current.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}[{section}]");
            current = section;
        }
        let _ = writeln!(out, "{key} = {value}");
    }
    out
}

/// A comment about each certificate of a server, with its addresses if they are several.
pub fn comments(pinned: &[Report]) -> Vec<String> {
    let comment = |one: &Report| {
        let leaves = one.leaves();
        let at = leaves.first().filter(|_| pinned.len() > 1);
        let at = at.map_or_else(String::new, |leaf| {
            format!("at {}: ", listed(&leaf.addresses))
        });
        format!("{at}{}", about(one))
    };
    pinned.iter().map(comment).collect()
}

/// A comment about a certificate that is to come.
pub fn coming(report: &Report) -> String {
    format!("to come, not seen yet: {}", about(report))
}

/// Comments above a saved CA certificate.
pub fn ca_comment(report: &Report, anchor: &Certificate, version: &str) -> String {
    let until = anchor.facts().map_or_else(
        |_| String::new(),
        |facts| format!(", {}", end(facts.not_after, report.at)),
    );
    format!(
        "# {}{until}\n# {}\n# the CA of {}, saved {} by smtp-certcheck {version}\n",
        // PEM readers find block borders within a line, too.
        comment_text(&excerpt(&anchor.label(), NAME)),
        anchor.fingerprint(Algorithm::Sha256),
        visible(&report.target.label),
        report.at.date(),
    )
}

/// The leaf and the judgement on its chain, in one line.
pub fn about(report: &Report) -> String {
    let leaf = report.leaf();
    let leaf = leaf.map_or_else(String::new, |leaf| describe(leaf, report.at));
    let judgement = report.judgement();
    let anchor = judgement.and_then(|judgement| judgement.path.last());
    let problems = problems(judgement);
    match anchor {
        Some(anchor) if problems.is_empty() => {
            format!("{leaf}; chain valid to {}", excerpt(&anchor.label(), NAME))
        }
        _ => format!("{leaf}; chain NOT valid: {}", Code::list(&problems)),
    }
}

/// The codes of the problems, except for pins.
pub fn problems(judgement: Option<&Judgement>) -> Vec<Code> {
    let mut codes: Vec<Code> = judgement
        .map_or(&[][..], |judgement| &judgement.problems)
        .iter()
        .map(|problem| problem.code)
        .filter(|code| *code != Code::PinMismatch)
        .collect();
    codes.dedup();
    codes
}

/// A certificate in one line: name, issuer, and expiry date.
pub fn describe(certificate: &Certificate, at: OffsetDateTime) -> String {
    let label = excerpt(&certificate.label(), NAME);
    match certificate.facts() {
        Err(_) => format!("{label}, not readable"),
        Ok(facts) => {
            let issuer = facts.issuer.label();
            let attribute = if facts.subject.has_common_name() {
                "CN="
            } else {
                ""
            };
            format!(
                "{attribute}{label}, issued by {}, {}",
                excerpt(&issuer, NAME),
                end(facts.not_after, at)
            )
        }
    }
}

fn end(not_after: OffsetDateTime, at: OffsetDateTime) -> String {
    let verb = if not_after < at { "expired" } else { "expires" };
    format!("{verb} on {}", not_after.date())
}

/// What the user compares before confirming.
pub fn identity(report: &Report) -> String {
    let Some(leaf) = report.leaf() else {
        return String::new();
    };
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        let column = if label.is_empty() { 0 } else { 13 };
        let _ = writeln!(out, "  {label:column$}{}", visible(text));
    };
    line("server", &report.target.label);
    line("certificate", &describe(leaf, report.at));
    for algorithm in [Algorithm::Sha256, Algorithm::Sha1] {
        // With a label it would exceed 80 columns.
        line("", &leaf.fingerprint(algorithm).to_string());
    }
    let problems = problems(report.judgement());
    match problems.as_slice() {
        [] => line("chain", "trusted"),
        problems => line("chain", &format!("NOT trusted: {}", Code::list(problems))),
    }
    out
}

/// The alarm: no configured pin matches the certificate. Shows old and new, one below the other.
pub fn alarm(report: &Report) -> String {
    let mut out = format!(
        "THE CERTIFICATE OF {} IS NOT THE PINNED ONE\n",
        visible(&report.target.label)
    );
    let mut shown: Vec<&str> = Vec::new();
    for pin in &report.pins().configured {
        if !shown.contains(&pin.value.as_str()) {
            let _ = writeln!(out, "  pinned      {}", visible(&pin.value));
            let same = report
                .pins()
                .configured
                .iter()
                .filter(|other| other.value == pin.value);
            for place in same {
                let (key, place) = (&place.line.key, place.line.source.to_string());
                let _ = writeln!(out, "              {}, {}", visible(key), visible(&place));
            }
            shown.push(&pin.value);
        }
    }
    if let Some(leaf) = report.leaf() {
        let _ = writeln!(out, "  presented   {}", leaf.fingerprint(Algorithm::Sha256));
        if let Ok(facts) = leaf.facts() {
            let _ = writeln!(
                out,
                "              valid since {}",
                timestamp(facts.not_before)
            );
        }
    }
    out + &identity(report)
}

/// A unified diff, with secrets masked and unprintable characters escaped.
pub fn diff(edit: &FileEdit, color: bool) -> String {
    let old = shown(edit.before.as_deref().unwrap_or_default());
    let new = shown(&edit.after);
    let slices = |lines: &'_ [String]| {
        lines
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .concat()
    };
    let (old, new) = (slices(&old), slices(&new));
    let path = visible(&edit.path.display().to_string()).into_owned();
    let from = if edit.before.is_some() {
        path.clone()
    } else {
        "/dev/null".to_owned()
    };
    let text = TextDiff::from_lines(&old, &new)
        .unified_diff()
        .context_radius(3)
        .header(&from, &path)
        .to_string();
    if !color {
        return text;
    }
    let mut out = String::new();
    for line in text.lines() {
        let ansi = match line.as_bytes() {
            [b'+', ..] => "\x1b[32m",
            [b'-', ..] => "\x1b[31m",
            [b'@', ..] => "\x1b[36m",
            _ => "",
        };
        let off = if ansi.is_empty() { "" } else { "\x1b[0m" };
        let _ = writeln!(out, "{ansi}{line}{off}");
    }
    out
}

/// The lines of a file, as shown.
fn shown(bytes: &[u8]) -> Vec<String> {
    let mut secret = false;
    Document::parse(bytes)
        .lines()
        .iter()
        .map(|line| {
            if let Kind::Item { key, .. } = &line.kind {
                secret = is_secret(key);
            }
            let raw = String::from_utf8_lossy(&line.raw);
            let text = raw.trim_end_matches(['\r', '\n']);
            let text = match &line.kind {
                Kind::Item { key, .. } if secret => {
                    format!("{} = ***", String::from_utf8_lossy(key))
                }
                Kind::Continuation(_) if secret => "  ***".to_owned(),
                _ => text.to_owned(),
            };
            format!("{}\n", visible(&text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_masks_secrets_and_escapes_the_rest() {
        let edit = FileEdit {
            path: "/h/\u{1b}rc".into(),
            before: Some(b"[smtp]\npassword = hunter2\n  more\nhost = a\r\n".to_vec()),
            after: b"[smtp]\npassword = hunter2\n  more\nhost = a\r\nport = \x1b\r\n".to_vec(),
        };
        let text = diff(&edit, false);
        assert!(
            !text.contains("hunter2") && !text.contains("more"),
            "{text}"
        );
        assert!(text.contains("\n+port = \\x1b\n"), "{text}");
        assert!(
            text.starts_with("--- /h/\\x1brc\n+++ /h/\\x1brc\n@@"),
            "{text}"
        );
    }
}
