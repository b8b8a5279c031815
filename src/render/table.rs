//! The report for people: the verdict first, then what to do about it, then the facts.

use super::lint;
use super::style::Style;
use super::text::labelled;
use super::timestamp::timestamp;
use crate::certificate::{Certificate, Facts, Idn, Sans, Unparsable};
use crate::escape::{excerpt, visible};
use crate::finding::{Code, Finding};
use crate::fingerprint::Algorithm;
use crate::judge::Judgement;
use crate::judge::clients::Answer;
use crate::observation::{ClientCertificate, Possession, Sighting};
use crate::report::{Outcome, Report};
use crate::starttls::Line;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use std::fmt::Write as _;
use time::OffsetDateTime;

/// The whole report; ends in a line feed.
pub fn render(report: &Report, style: Style) -> String {
    let mut page = Page {
        out: verdict(report, style.color),
        style,
    };
    if report.at_was_chosen {
        page.line(&format!("  judged as of {}", timestamp(report.at)));
    }
    page.problems(report);
    page.connection(report);
    if !report.chain().is_empty() {
        page.chain(report);
        page.fingerprints(report);
        page.leaf_details(report);
    }
    page.mercurial(report);
    page.lints(report);
    page.notes(report);
    if style.verbose {
        page.clients(report);
        page.dialogue(report);
    }
    page.out
}

/// The verdict line alone; ends in a line feed.
pub fn verdict(report: &Report, color: bool) -> String {
    let outcome = report.outcome();
    let (word, ansi) = match outcome {
        _ if report.pin_warning().is_some() => ("WARNING", "\x1b[1;33m"),
        Outcome::Trusted => ("TRUSTED", "\x1b[1;32m"),
        Outcome::Pinned => ("PINNED", "\x1b[1;32m"),
        Outcome::Untrusted => ("NOT TRUSTED", "\x1b[1;31m"),
        Outcome::Unreachable => ("UNREACHABLE", "\x1b[1;33m"),
        Outcome::SmtpRefused => ("SMTP REFUSED", "\x1b[1;33m"),
        Outcome::TlsFailed => ("TLS FAILED", "\x1b[1;31m"),
    };
    let word = if color {
        format!("{ansi}{word}\x1b[0m")
    } else {
        word.to_owned()
    };
    let label = visible(&report.target.label).into_owned();
    format!("{word}  {label}  {}\n", reason(report, outcome))
}

fn reason(report: &Report, outcome: Outcome) -> String {
    let failure = report.failure();
    let judgement = report.judgement();
    if let Some(failure) = failure {
        let text = match obsolete(report) {
            Some(problem) => format!("{}: {}; {failure}", problem.code, problem.message),
            None => failure.to_string(),
        };
        return visible(&text).into_owned();
    }
    if let Some(hg) = report
        .mercurial()
        .filter(|_| report.representative.from_hgrc && !report.hg_is_safe())
    {
        return format!("hg email: {}", visible(&hg.reason));
    }
    if let Some(warning) = report.pin_warning() {
        return visible(&warning.message).into_owned();
    }
    if outcome == Outcome::Pinned {
        return "the certificate is pinned; its chain does not validate".to_owned();
    }
    if outcome != Outcome::Trusted {
        let mut codes: Vec<Code> = Vec::new();
        for problem in judgement.map_or(&[][..], |j| &j.problems) {
            if !codes.contains(&problem.code) {
                codes.push(problem.code);
            }
        }
        return Code::list(&codes);
    }
    let path = judgement.map_or(&[][..], |j| &j.path);
    let anchor = path.last().map(Certificate::label).unwrap_or_default();
    // The path ends with the first of its certificates.
    let ends = path
        .iter()
        .filter_map(|certificate| certificate.facts().ok())
        .map(|facts| facts.not_after)
        .min();
    let until = ends.map_or_else(String::new, |end| {
        format!("until {}, ", until_text(end, report.at))
    });
    format!("{until}anchor \"{}\"", excerpt(&anchor, 40))
}

/// The problem that explains the failure of the handshake better than the failure does.
fn obsolete(report: &Report) -> Option<&Finding> {
    let problems = report.problems();
    problems.iter().find(|p| p.code == Code::ObsoleteTls)
}

/// A date, and how far off it is.
fn until_text(date: OffsetDateTime, now: OffsetDateTime) -> String {
    let days = (date - now).whole_days();
    match (date - now).is_negative() {
        true => format!("{} (expired)", date.date()),
        false if days == 1 => format!("{} (1 day)", date.date()),
        false => format!("{} ({days} days)", date.date()),
    }
}

struct Page {
    out: String,
    style: Style,
}

impl Page {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    fn heading(&mut self, text: &str) {
        let (on, off) = if self.style.color {
            ("\x1b[1m", "\x1b[0m")
        } else {
            ("", "")
        };
        let _ = writeln!(self.out, "\n{on}{text}{off}");
    }

    fn width(&self) -> usize {
        self.style.columns()
    }

    /// Text under a label, wrapped at words and indented to the same column.
    fn labelled(&mut self, indent: usize, label: &str, column: usize, text: &str) {
        let width = self.width();
        labelled(&mut self.out, width, indent, label, column, text);
    }

    fn problems(&mut self, report: &Report) {
        let failure = report.failure();
        if let Some(failure) = failure.filter(|_| obsolete(report).is_none()) {
            self.labelled(2, "->", 3, failure.advice());
        }
        let problems = report.problems();
        if problems.is_empty() {
            return;
        }
        self.heading("Problems");
        for problem in problems {
            self.finding(problem);
        }
    }

    fn mercurial(&mut self, report: &Report) {
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
                self.fact("", &format!("{} ({})", line.key, line.place()));
            }
            let trusted = report.judgement().map(Judgement::is_trusted);
            match (decision.answer, trusted) {
                (Answer::Accepts, Some(false)) => {
                    self.fact("differs", "hg takes what is not trusted by RFC 5280");
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
                &format!("{} ({}, {})", pin.value, pin.line.key, pin.line.place()),
            );
        }
        match pins.matched {
            Some(true) => self.fact("", "one of them is the server's certificate"),
            Some(false) => self.fact("", "NONE of them is the server's certificate"),
            None => {}
        }
    }

    fn lints(&mut self, report: &Report) {
        if !report.lints().is_empty() {
            self.heading("Mercurial's configuration");
            let width = self.width();
            lint::list(&mut self.out, report.lints(), 2, width);
        }
    }

    fn notes(&mut self, report: &Report) {
        let notes = report.notes();
        if notes.is_empty() {
            return;
        }
        self.heading("Notes");
        for note in notes {
            self.finding(note);
        }
    }

    /// What each family of clients would say of chain and name.
    fn clients(&mut self, report: &Report) {
        let clients = report.judgement().map_or(&[][..], |j| &j.clients);
        if clients.is_empty() {
            return;
        }
        self.heading("Clients");
        for (family, verdict) in clients {
            let programs = family.programs();
            let text = match verdict.answer {
                Answer::Accepts => format!("accepts: {programs}"),
                Answer::Refuses => format!("refuses: {programs}: {}", verdict.reason),
                Answer::Unknown => format!("cannot be known: {programs}: {}", verdict.reason),
            };
            self.fact(family.as_str(), &text);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let about = finding
            .certificate
            .map_or(String::new(), |index| format!(" [{index}]"));
        let text = format!("{}{about}: {}", finding.code, finding.message);
        self.labelled(2, "", 0, &text);
        self.labelled(4, "->", 3, &finding.advice);
    }

    fn connection(&mut self, report: &Report) {
        let Some(seen) = report.seen() else { return };
        // Without a connection the verdict has said all.
        if seen.address.is_none() && seen.attempts.len() < 2 {
            return;
        }
        self.heading("Connection");
        self.attempts(seen);
        if let Some(greeting) = &seen.greeting {
            let text = excerpt(&greeting.lines.join(" / "), 200);
            self.fact("greeting", &text);
        }
        if let (Some(tls), Some(mode)) = (&seen.tls, seen.mode) {
            let mode = match mode {
                crate::endpoint::Start::Starttls => "STARTTLS",
                crate::endpoint::Start::Implicit => "implicit TLS",
            };
            let unknown = if seen.legacy {
                "read from a second connection, without a handshake"
            } else {
                "no key exchange"
            };
            let group = tls.key_exchange.as_deref().unwrap_or(unknown);
            let text = format!("{mode}, {}, {}, {group}", tls.version, tls.cipher_suite);
            self.fact("TLS", &text);
        }
        if !report.chain().is_empty() {
            self.fact("key", possession(seen.possession));
        }
        match seen.client_certificate {
            ClientCertificate::NotAsked => {}
            ClientCertificate::Asked => self.fact("client cert", "asked for, not required"),
            ClientCertificate::Required => self.fact("client cert", "required by the server"),
        }
    }

    fn attempts(&mut self, seen: &Sighting) {
        for attempt in &seen.attempts {
            if let Some(error) = &attempt.error {
                self.fact("tried", &format!("{}: {error}", attempt.address));
            }
        }
        if let Some(address) = seen.address {
            let elapsed = format!(
                "{address} ({} ms, {} round trip{})",
                seen.elapsed.as_millis(),
                seen.round_trips,
                if seen.round_trips == 1 { "" } else { "s" }
            );
            self.fact("address", &elapsed);
        }
    }

    fn fact(&mut self, label: &str, text: &str) {
        self.labelled(2, label, 15, text);
    }

    fn chain(&mut self, report: &Report) {
        self.heading(if report.seen().is_some() {
            "Presented chain"
        } else {
            "Chain"
        });
        let mut table = self.table();
        let header = ["#", "subject", "issuer", "valid until", "key", "signature"];
        // On a narrow terminal the names need the room.
        let columns = if self.width() < 100 {
            header.len() - 1
        } else {
            header.len()
        };
        table.set_header(&header[..columns]);
        for (index, certificate) in report.chain().iter().enumerate() {
            table.add_row(&row(index, certificate, report.at)[..columns]);
        }
        for fixed in [0, 3, 4] {
            if let Some(column) = table.column_mut(fixed) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        self.line(&table.trim_fmt());
        if let Some(judgement) = report.judgement() {
            self.path(judgement);
        }
    }

    fn path(&mut self, judgement: &Judgement) {
        if judgement.path.is_empty() {
            return;
        }
        let labels: Vec<String> = judgement
            .path
            .iter()
            .map(|c| format!("\"{}\"", c.label()))
            .collect();
        self.line("");
        self.fact("path", &labels.join(" <- "));
        if let Some(anchor) = &judgement.anchor {
            self.fact("anchor from", &anchor.source);
        }
    }

    fn fingerprints(&mut self, report: &Report) {
        self.heading("Fingerprints");
        let mut table = self.table();
        for (index, certificate) in report.chain().iter().enumerate() {
            let mut algorithms = vec![Algorithm::Sha256];
            if index == 0 || self.style.verbose {
                algorithms.push(Algorithm::Sha1);
            }
            if self.style.verbose {
                algorithms.push(Algorithm::Sha512);
            }
            let mut lines: Vec<String> = algorithms
                .into_iter()
                .map(|algorithm| certificate.fingerprint(algorithm).to_string())
                .collect();
            if let Some(spki) = certificate.spki_sha256().filter(|_| self.style.verbose) {
                lines.push(format!("spki-{spki}"));
            }
            for (line, text) in lines.into_iter().enumerate() {
                let number = if line == 0 {
                    index.to_string()
                } else {
                    String::new()
                };
                table.add_row([number, text]);
            }
        }
        // The longest line just fits 80 columns.
        if let Some(column) = table.column_mut(1) {
            column.set_padding((1, 0));
        }
        self.line(&table.trim_fmt());
    }

    fn leaf_details(&mut self, report: &Report) {
        if let Some(Ok(facts)) = report.leaf().map(Certificate::facts) {
            self.heading("Names of the server's certificate");
            self.names(facts);
        }
        if self.style.verbose {
            for (index, certificate) in report.chain().iter().enumerate() {
                self.certificate(index, certificate);
            }
        }
    }

    fn names(&mut self, facts: &Facts) {
        const MOST: usize = 8;
        let names = all_sans(facts);
        if names.is_empty() {
            return self.labelled(2, "", 0, "none (no subject alternative name)");
        }
        let most = if self.style.verbose {
            names.len()
        } else {
            MOST
        };
        let shown: Vec<&str> = names.iter().take(most).map(String::as_str).collect();
        let more = match names.len().saturating_sub(most) {
            0 => String::new(),
            more => format!(" and {more} more (-v shows all)"),
        };
        self.labelled(2, "", 0, &format!("{}{more}", shown.join(", ")));
    }

    fn certificate(&mut self, index: usize, certificate: &Certificate) {
        self.heading(&format!("Certificate {index}"));
        let facts = match certificate.facts() {
            Ok(facts) => facts,
            Err(why) => return self.remains(why),
        };
        self.fact("subject", &facts.subject.to_string());
        self.fact("issuer", &facts.issuer.to_string());
        self.fact("serial", &facts.serial);
        self.fact("valid from", &timestamp(facts.not_before));
        self.fact("valid until", &timestamp(facts.not_after));
        if index > 0 && facts.sans.is_some() {
            self.fact("names", &all_sans(facts).join(", "));
        }
        if let Some(constraints) = facts.basic_constraints {
            let length = constraints
                .path_len
                .map_or(String::new(), |n| format!(", path length {n}"));
            self.fact(
                "CA",
                &format!("{}{length}", if constraints.ca { "yes" } else { "no" }),
            );
        }
        if let Some(usage) = facts.key_usage {
            self.fact("key usage", &usage.names().join(", "));
        }
        if let Some(usage) = &facts.extended_key_usage {
            self.fact("purposes", &usage.purposes.join(", "));
        }
        if facts.must_staple {
            self.fact("TLS feature", "status_request (must-staple)");
        }
        self.fact("key id", facts.ski.as_deref().unwrap_or("none"));
        self.fact("issuer key id", facts.aki.as_deref().unwrap_or("none"));
        self.fact("CT stamps", &facts.sct_count.to_string());
    }

    fn remains(&mut self, unparsable: &Unparsable) {
        self.fact("unparsable", &unparsable.why);
        let remains = &unparsable.remains;
        if let Some(subject) = &remains.subject {
            self.fact("subject", &subject.to_string());
        }
        if let Some(issuer) = &remains.issuer {
            self.fact("issuer", &issuer.to_string());
        }
        if let Some(serial) = &remains.serial {
            self.fact("serial", serial);
        }
        if let Some((from, until)) = remains.validity {
            self.fact("valid from", &timestamp(from));
            self.fact("valid until", &timestamp(until));
        }
        if let Some(key) = &remains.public_key {
            self.fact("key", &key.describe());
        }
        if let Some(sans) = &remains.sans {
            self.fact("names", &all_names(sans).join(", "));
        }
    }

    fn dialogue(&mut self, report: &Report) {
        let Some(seen) = report.seen().filter(|seen| !seen.transcript.is_empty()) else {
            return;
        };
        self.heading("Dialogue");
        for line in &seen.transcript {
            let (mark, text) = match line {
                Line::Client(text) => ("C:", text),
                Line::Server(text) => ("S:", text),
            };
            self.labelled(2, mark, 3, text);
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        match self.style.width {
            Some(width) => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(width.max(40));
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        table
    }
}

fn row(index: usize, certificate: &Certificate, now: OffsetDateTime) -> [String; 6] {
    let safe = |text: String| visible(&text).into_owned();
    match certificate.facts() {
        Ok(facts) => [
            index.to_string(),
            safe(both_forms(&certificate.label())),
            safe(if facts.self_issued {
                "itself".to_owned()
            } else {
                facts.issuer.label()
            }),
            until_text(facts.not_after, now),
            safe(facts.public_key.describe()),
            safe(facts.signature_algorithm.clone()),
        ],
        Err(why) => [
            index.to_string(),
            safe(format!("cannot be parsed: {why}")),
            String::new(),
            String::new(),
            format!("{} octets", certificate.der().len()),
            String::new(),
        ],
    }
}

fn possession(possession: Possession) -> &'static str {
    match possession {
        Possession::Proven => "the server proved that it holds the certificate's key",
        Possession::Refuted => "NOT held by the server: the handshake is signed with another key",
        Possession::NotSeen => "NOT proven: the handshake ended before",
        Possession::NotCheckable => "NOT proven: the signature could not be checked",
    }
}

fn all_sans(facts: &Facts) -> Vec<String> {
    facts.sans.as_ref().map(all_names).unwrap_or_default()
}

fn all_names(sans: &Sans) -> Vec<String> {
    let dns = sans.dns.iter().map(|name| both_forms(name));
    let ip = sans.ip.iter().map(|ip| format!("IP {ip}"));
    let email = sans.email.iter().map(|email| format!("email {email}"));
    let uri = sans.uri.iter().map(|uri| format!("URI {uri}"));
    let other = sans
        .other
        .iter()
        .map(|other| format!("{} {}", other.0, other.1));
    dns.chain(ip).chain(email).chain(uri).chain(other).collect()
}

/// A host name with its other form, in A-labels or U-labels, behind it.
fn both_forms(name: &str) -> String {
    match Idn::read(name) {
        Some(idn) => format!("{name} ({})", idn.other(name)),
        None => name.to_owned(),
    }
}
