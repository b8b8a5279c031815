//! How a domain is shown: made-up facts with real certificates, in every format and width.
#![allow(unreachable_pub, reason = "the world is another test's, too")]

mod audits;
mod cases;
#[allow(dead_code, reason = "what only the judge's tests need")]
#[path = "../../../judge/domain/world.rs"]
mod world;

use super::assert_text;
use super::redact::Redactor;
use smtp_certcheck::render::style::Style;
use smtp_certcheck::render::{json, nagios, table};
use smtp_certcheck::report::DomainReport;
use std::fmt::Write as _;
use testkit::program::{check_characters, check_schema};

/// Each case below its name.
fn all(show: impl Fn(&DomainReport) -> String) -> String {
    let mut out = String::new();
    for (name, report) in cases::all() {
        let _ = writeln!(out, "──── {name}\n{}", show(&report));
    }
    Redactor::new(*cases::BASE, []).redact(&out)
}

fn style(width: u16) -> Style {
    Style {
        width: Some(width),
        ..Style::plain()
    }
}

#[test]
fn tables_fit_their_terminals() {
    for width in [50, 80, 200] {
        let text = all(|report| table::domain(report, style(width)));
        assert_text(&format!("domain_table_{width}"), &text);
        let most = usize::from(width);
        for line in text.lines() {
            // It is there to be copied.
            let is_record =
                line.contains(". IN T") || line.split(' ').any(|word| word.len() + 8 > most);
            let columns = line.chars().count();
            assert!(columns <= most || is_record, "{width}: {line}");
        }
    }
}

#[test]
fn without_utf_8_the_marks_are_ascii() {
    let ascii = Style {
        ascii: true,
        ..style(80)
    };
    for (name, report) in cases::all() {
        let text = table::domain(&report, ascii);
        assert!(text.is_ascii(), "{name}: {text}");
    }
}

#[test]
fn details_say_what_each_record_matches() {
    let verbose = Style {
        verbose: true,
        ..style(80)
    };
    assert_text(
        "domain_verbose",
        &all(|report| table::domain(report, verbose)),
    );
}

#[test]
fn colours_are_those_of_the_outcome() {
    let colour = Style {
        color: true,
        ..style(80)
    };
    let text = all(|report| table::domain(report, colour)).replace('\x1b', "␛");
    assert_text("domain_color", &text);
}

#[test]
fn a_quiet_check_has_a_line_only_if_something_is_to_be_done() {
    let text = all(|report| table::domain_verdict(report, style(80)));
    assert_text("domain_quiet", &text);
}

#[test]
fn a_plugin_has_a_line_and_the_state_of_the_domain() {
    let text = all(|report| {
        let (text, state) = nagios::domain(report);
        format!("{text}exit {}", state.exit().number())
    });
    assert_text("domain_nagios", &text);
}

#[test]
fn json_is_what_the_schema_says() {
    let text = all(|report| {
        let text = json::domain(report);
        check_characters(&text);
        let value = serde_json::from_str(&text).expect("JSON");
        check_schema(&value);
        let line = json::compact_domain(report);
        let same: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value, same);
        assert_eq!(line.lines().count(), 1);
        // The reports on hosts have snapshots of their own.
        let without = DomainReport {
            hosts: Vec::new(),
            ..report.clone()
        };
        json::domain(&without)
    });
    assert_text("domain_json", &text);
}

#[test]
fn the_report_on_a_host_is_that_of_a_server() {
    let (_, report) = cases::all().swap_remove(0);
    let value: serde_json::Value = serde_json::from_str(&json::domain(&report)).expect("JSON");
    let host = report.hosts[0].as_deref().expect("a report");
    let alone: serde_json::Value = serde_json::from_str(&json::host(host)).expect("JSON");
    assert_eq!(value["hosts"][0]["reports"], serde_json::json!([alone]));
    let both = [host.clone().into(), report.clone().into()];
    let several: serde_json::Value = serde_json::from_str(&json::render(&both)).expect("JSON");
    assert_eq!(several, serde_json::json!([alone, value]));
    assert_eq!(
        json::render(&[report.clone().into()]),
        json::domain(&report)
    );
}

#[test]
fn sums_count_both_kinds() {
    let mut reports: Vec<_> = cases::all()
        .into_iter()
        .map(|(_, report)| report.into())
        .collect();
    let (_, report) = cases::all().swap_remove(0);
    reports.push(report.hosts[0].as_deref().expect("a report").clone().into());
    assert_text("domain_sums", &table::sums(&reports));
}
