//! Whatever the facts are, every format shows them, and nothing that must not reach a terminal.

use super::{properties, world};
use smtp_certcheck::audit::{Audited, Completeness, Least, Levels, Summary};
use smtp_certcheck::escape::is_unsafe;
use smtp_certcheck::finding::Severity;
use smtp_certcheck::judge::domain::{Domain, Required, judge_domain};
use smtp_certcheck::records::Status;
use smtp_certcheck::records::mta_sts::StsRecords;
use smtp_certcheck::render::audit::{
    Csv, Extent, Format, HtmlPage, Jsonl, Junit, Nagios, Prometheus, Table,
};
use smtp_certcheck::render::style::Style;
use smtp_certcheck::render::{json, nagios, table};
use smtp_certcheck::report::{Dns, DomainReport, ValidatedBy};
use std::time::Duration;
use testkit::generate::dice::Dice;

const HOSTILE: &[&str] = &[
    "mx1.example.org",
    "\x1b[2J\u{202e}.example.org",
    "a|b='c';\"\\.example.org",
    "<script>\u{2028}</script>",
    "",
    "\u{e9}\u{65e5}.example.org",
];

fn report(mut domain: Domain, dice: &mut Dice) -> DomainReport {
    domain.required = dice.chance(30).then_some(Required::Any);
    for host in &mut domain.hosts {
        (*dice.pick(HOSTILE)).clone_into(&mut host.name);
        host.tlsa.base_domain.clone_from(&host.name);
        if dice.chance(30) {
            host.alias_of = Some((*dice.pick(HOSTILE)).to_owned());
        }
        host.addresses.why = dice.chance(20).then(|| (*dice.pick(HOSTILE)).to_owned());
    }
    DomainReport {
        input: format!("mx:{}", dice.pick(HOSTILE)),
        verdict: judge_domain(&domain),
        hosts: Vec::new(),
        at: domain.now,
        facts: domain,
        dns: Dns {
            resolver: dice.chance(80).then(|| "192.0.2.53:53".to_owned()),
            validated_by: ValidatedBy::Resolver,
            anchors: (*dice.pick(HOSTILE)).to_owned(),
        },
        at_was_chosen: dice.chance(10),
        defaults: Vec::new(),
        checked_at: None,
        elapsed: Duration::from_millis(7),
    }
}

fn safe(what: &str, text: &str) {
    let found = text.chars().find(|&c| c != '\n' && is_unsafe(c));
    assert_eq!(found, None, "{what}: {text:?}");
}

/// Every format of a check.
fn check(report: &DomainReport, dice: &mut Dice) {
    for width in [None, Some(40), Some(80), Some(200)] {
        let style = Style {
            width,
            ascii: dice.chance(50),
            verbose: dice.chance(50),
            ..Style::plain()
        };
        let text = table::domain(report, style);
        safe("table", &text);
        let first = table::domain_verdict(report, style);
        safe("first line", &first);
        assert_eq!(first.is_empty(), !report.warns());
    }
    let (text, _) = nagios::domain(report);
    safe("plugin", &text);
    let bars = text.lines().next().map(|line| line.matches('|').count());
    assert_eq!(bars, Some(1), "{text}");
    let text = json::domain(report);
    safe("JSON", &text);
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["outcome"], report.outcome().as_str());
    assert_eq!(value["target"]["input"], report.input.as_str());
}

/// Every format of an audit.
fn audit(report: DomainReport) {
    let at = report.at;
    let audited = Audited {
        findings: report.findings().to_vec(),
        report,
        label: Some("<b>\u{202e}|".to_owned()),
        levels: Levels {
            warning: Least::Auto,
            critical: Least::Auto,
            public_cas: false,
        },
        left_out: Vec::new(),
        differences: None,
        position: 0,
    };
    let mut formats: Vec<Box<dyn Format>> = vec![
        Box::new(Csv),
        Box::new(HtmlPage::new(at)),
        Box::new(Jsonl::default()),
        Box::new(Junit::new(Severity::Warning)),
        Box::new(Nagios::default()),
        Box::new(Prometheus::new(at)),
        Box::new(Table::new(Style::plain(), Extent::All, true)),
    ];
    let mut summary = Summary::default();
    summary.add_domain(&audited);
    for format in &mut formats {
        let text = format.domain(&audited);
        let end = format.end(&Completeness::default(), &summary).text;
        safe("audit", &text);
        safe("audit", &end);
    }
}

#[test]
fn whatever_the_facts_are_every_format_is_safe_to_show() {
    let mut dice = Dice::thrown(7505);
    for _ in 0..150 {
        let domain = properties::domain(&mut dice);
        let report = report(domain, &mut dice);
        check(&report, &mut dice);
        audit(report);
    }
}

#[test]
fn what_the_dns_does_not_say_of_mta_sts_is_not_called_broken() {
    for (status, words) in [
        (Status::NoAnswer, "MTA-STS: no answer from the DNS"),
        (Status::Bogus, "MTA-STS: bogus in the DNS"),
    ] {
        let mut domain = world::single();
        let sts = world::sts(&mut domain);
        world::set(&mut sts.lookup, status);
        sts.records = StsRecords::Absent;
        sts.fetched = None;
        let mut report = report(world::single(), &mut Dice::thrown(1));
        report.verdict = judge_domain(&domain);
        report.facts = domain;
        let text = table::domain(&report, Style::plain());
        let first = text.lines().next().unwrap_or_default();
        assert!(first.contains(words), "{first}");
        assert!(!text.contains("broken"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&json::domain(&report)).expect("JSON");
        assert_eq!(json["mta_sts"]["state"], "broken");
        assert_eq!(json["mta_sts"]["status"], status.as_str());
    }
}
