//! What programs compute at once is in the JSON already: days left, version, times; and one shape
//! for one target and for many.

use serde_json::Value;
use testkit::pki::{KeyKind, Pki, leaf, now};
use testkit::program::{Dir, finish, json_lines, program, report};
use testkit::raw::closed_port;
use testkit::server::serve;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// The time in a field.
fn time(report: &Value, field: &str) -> OffsetDateTime {
    let text = report[field].as_str().expect(field);
    OffsetDateTime::parse(text, &Rfc3339).expect("RFC 3339")
}

#[test]
fn days_left_are_rounded_down_and_count_from_the_time_of_the_judgement() {
    let pki = Pki::new("Fields", KeyKind::P256);
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let mut params = leaf(&["localhost"]);
    let end = now().replace_nanosecond(0).expect("a time") + Duration::days(10);
    params.not_after = end;
    let chain = dir.file("chain.pem", pki.identity(params).chain_pem());
    for (left, days) in [
        (Duration::days(10), 10),
        (Duration::days(10) - Duration::SECOND, 9),
        (Duration::HOUR, 0),
        (Duration::ZERO, 0),
        (-Duration::SECOND, -1),
        (-Duration::days(1), -1),
        (-Duration::days(1) - Duration::SECOND, -2),
    ] {
        let at = (end - left).format(&Rfc3339).expect("RFC 3339");
        let args = [
            "--chain",
            chain.to_str().expect("UTF-8"),
            "--cacerts",
            root.to_str().expect("UTF-8"),
            "--servername",
            "localhost",
            "--at",
            &at,
        ];
        let (_, report) = report(args);
        assert_eq!(report["days_left"], days, "{left}");
        assert_eq!(report["chain"][0]["days_left"], days, "{left}");
        let other = report["chain"][1]["days_left"].as_i64().expect("a number");
        assert!(other > 100, "the intermediate has its own: {other}");
        assert_eq!(report["judged_at"], at);
        assert_eq!(report["checked_at"], Value::Null, "no server was asked");
        assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    }
}

#[test]
fn json_lines_have_one_shape_for_one_target_and_for_many() {
    let pki = Pki::new("Fields", KeyKind::P256);
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let good = format!(
        "localhost:{}",
        serve(&pki.identity(leaf(&["localhost"]))).port()
    );
    let away = format!("localhost:{}", closed_port().port());
    let check = |format: &str, targets: &[&str]| {
        let mut command = program();
        command.args(["--no-hgrc", "--format", format, "--cacerts"]);
        finish(command.arg(&root).args(targets))
    };
    let begin = now();
    let targets = |reports: &[Value]| -> Vec<String> {
        let inputs = reports
            .iter()
            .map(|report| report["target"]["input"].to_string());
        inputs.map(|input| input.replace('"', "")).collect()
    };
    for (wanted, code) in [
        (vec![good.as_str()], 0),
        (vec![away.as_str()], 3),
        (vec![good.as_str(), &away], 3),
        (vec![away.as_str(), &good, &good], 3),
    ] {
        let run = check("jsonl", &wanted);
        assert_eq!((run.code, run.stderr.as_str()), (code, ""));
        let reports = json_lines(&run.stdout);
        assert_eq!(targets(&reports), wanted);
        for report in &reports {
            let at = time(report, "checked_at");
            assert!(at >= begin - Duration::SECOND && at <= now(), "{at}");
            assert!(time(report, "judged_at") <= at);
            let has_leaf = report["chain"] != Value::Array(Vec::new());
            assert_eq!(report["days_left"].is_i64(), has_leaf, "{report}");
        }
    }
    // The same object as in --format json.
    let [line, whole] = ["jsonl", "json"].map(|format| {
        let text = check(format, &[&good]).stdout;
        let mut report: Value = serde_json::from_str(&text).expect("JSON");
        for varying in ["checked_at", "judged_at", "connection"] {
            report[varying].take();
        }
        report
    });
    assert_eq!(line, whole);
}
