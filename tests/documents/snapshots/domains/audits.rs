//! Domains and a server in one list, in every format of an audit.

use super::cases;
use crate::snapshots::assert_text;
use crate::snapshots::redact::Redactor;
use regex::Regex;
use smtp_certcheck::audit::{
    Audited, Change, Completeness, Difference, Field, Least, LeftOut, Levels, Selection, Sort,
    Standing, Summary, findings,
};
use smtp_certcheck::finding::{Code, Severity};
use smtp_certcheck::render::audit::{
    Csv, Extent, Format, HtmlPage, Jsonl, Junit, Nagios, Prometheus, Table,
};
use smtp_certcheck::render::style::Style;
use smtp_certcheck::report::{DomainReport, Report};
use std::path::Path;
use testkit::program::json_lines;

const LEVELS: Levels = Levels {
    warning: Least::Auto,
    critical: Least::Auto,
    public_cas: false,
};

fn audited<R>(report: R, position: u64) -> Audited<R> {
    Audited {
        report,
        label: None,
        levels: LEVELS,
        findings: Vec::new(),
        left_out: Vec::new(),
        differences: None,
        position,
    }
}

/// Of the cases the second is new, the third has a finding left out, and the last has changed.
fn domains() -> Vec<Audited<DomainReport>> {
    let cases = cases::all().into_iter().zip(0..);
    let mut domains: Vec<_> = cases
        .map(|((name, report), position)| {
            let findings = report.findings().to_vec();
            Audited {
                label: Some(name.to_owned()),
                findings,
                ..audited(report, position)
            }
        })
        .collect();
    domains[1].differences = Some(vec![Change::New.into()]);
    domains[2]
        .findings
        .retain(|finding| finding.severity == Severity::Note);
    domains[2].left_out = vec![LeftOut {
        code: Code::StsMaxAge,
        severity: Severity::Warning,
        accepted: false,
        ignored: true,
    }];
    let field = Some(Field::Outcome);
    let changed = Difference {
        change: Change::Worse,
        field,
        before: Some("authenticated".to_owned()),
        after: Some("deferred".to_owned()),
    };
    let last = domains.last_mut().expect("one");
    last.differences = Some(vec![changed]);
    domains
}

fn server() -> Audited {
    let (_, report) = cases::all().swap_remove(0);
    let report: Report = report.hosts[0].as_deref().expect("a report").clone();
    Audited {
        findings: findings(&report, LEVELS),
        ..audited(report, 99)
    }
}

fn show(format: &mut dyn Format) -> String {
    let mut summary = Summary::default();
    let mut out = format.begin() + &format.heads();
    for domain in domains() {
        summary.add_domain(&domain);
        out += &format.domain(&domain);
    }
    let server = server();
    summary.add(&server);
    out += &format.target(&server);
    let completeness = Completeness::default();
    out + &format.end(&completeness, &summary).text
}

/// The certificates are made some seconds after the beginning, with serial numbers by chance.
fn redacted(text: &str) -> String {
    let text = Redactor::new(*cases::BASE, []).redact(text);
    let seconds = Regex::new(r"(T00:00:|\b18039456|\b17961696)[0-9]{2}").expect("a pattern");
    let serials = Regex::new(r#"(0x|serial=")[0-9a-f]{10,}"#).expect("a pattern");
    let text = seconds.replace_all(&text, "${1}00");
    serials.replace_all(&text, "${1}0").into_owned()
}

#[test]
fn a_list_with_domains_is_shown_in_every_format() {
    let style = |width, verbose| Style {
        width: Some(width),
        verbose,
        ..Style::plain()
    };
    let at = *cases::BASE;
    let mut formats: Vec<(&str, Box<dyn Format>)> = vec![
        ("csv", Box::new(Csv)),
        ("prometheus", Box::new(Prometheus::new(at))),
        ("junit", Box::new(Junit::new(Severity::Critical))),
        ("nagios", Box::new(Nagios::default())),
    ];
    for (name, width, verbose) in [("50", 50, false), ("80", 80, false), ("verbose", 120, true)] {
        let table = Table::new(style(width, verbose), Extent::All, true);
        formats.push((name, Box::new(table)));
    }
    for (name, format) in &mut formats {
        let text = redacted(&show(format.as_mut()));
        assert_text(&format!("domain_audit_{name}"), &text);
    }
}

#[test]
fn json_lines_are_what_the_schema_says() {
    let lines = json_lines(&show(&mut Jsonl::default()));
    assert_eq!(lines.len(), domains().len() + 1);
    let first = &lines[1];
    assert_eq!(first["changes"], serde_json::json!(["new"]));
    assert_eq!(first["label"], "a signature ends");
    assert_eq!(lines[2]["left_out"][0]["code"], "sts-max-age");
    assert_eq!(lines[2]["findings"][0]["severity"], "note");
}

#[test]
fn the_page_has_a_row_for_each_domain_and_its_hosts_in_it() {
    let text = show(&mut HtmlPage::new(*cases::BASE));
    // To be looked at.
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pages");
    std::fs::create_dir_all(&pages).expect("a folder");
    std::fs::write(pages.join("domains.html"), &text).expect("the page");
    assert_eq!(
        text.matches("<tr role=\"row\" id=\"mx:").count(),
        domains().len()
    );
    for part in [
        "senders with DANE do not deliver",
        "<li>senders with DANE: deferred</li>",
        "Its hosts:",
        "certificate until",
        "</code> matches nothing",
        "id=\"mx:example.org/2\"",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<b>.example.org") && !text.contains('\x1b'));
    assert_eq!(text.matches("No certificate was seen").count(), 0);
}

#[test]
fn domains_have_their_places_among_servers() {
    let domains = domains();
    let server = server();
    let by = |sort: Sort| {
        let mut keys: Vec<_> = domains
            .iter()
            .map(|domain| (sort.key_of_domain(domain), domain.position))
            .collect();
        keys.push((sort.key(&server), server.position));
        keys.sort();
        keys.into_iter()
            .map(|(_, position)| position)
            .collect::<Vec<_>>()
    };
    let input: Vec<u64> = domains
        .iter()
        .map(|domain| domain.position)
        .chain([99])
        .collect();
    assert_eq!(by(Sort::Input), input);
    // "example.org" before "mx1.example.org".
    assert_eq!(by(Sort::Host).last(), Some(&99));
    let worst = by(Sort::Severity)[0];
    let worst = domains.iter().find(|domain| domain.position == worst);
    assert_eq!(worst.map(Audited::standing), Some(Standing::Critical));
    let changed = domains
        .iter()
        .filter(|domain| Selection::Changed.takes(domain));
    assert_eq!(changed.count(), 2);
    let bad = Selection::ChangedOr(Severity::Critical);
    assert!(domains.iter().filter(|domain| bad.takes(domain)).count() > 5);
}
