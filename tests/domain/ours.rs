//! What the program says of the domains.

use crate::case::Case;
use crate::lab::Lab;
use serde_json::Value;
use testkit::program::{self, check_schema};
use testkit::side_by_side::side_by_side;

/// As many domains as one run gets.
const AT_ONCE: usize = 10;

/// What is compared of a report.
#[derive(Debug)]
pub struct Ours {
    /// `OUTCOME: DANE MTA-STS OPPORTUNISTIC`.
    pub verdict: String,
    /// The state of MTA-STS.
    pub state: String,
    /// The codes of the findings in order, each once; `!` is critical, `?` a note.
    pub codes: Vec<String>,
    /// The whole report.
    pub report: Value,
}

/// The reports on all domains of a lab, in their order.
pub fn all(lab: &Lab) -> Vec<Ours> {
    let parts: Vec<&[Case]> = lab.cases.chunks(AT_ONCE).collect();
    let reports = side_by_side(&parts, |cases| run(lab, cases, "127.0.0.1"));
    reports.into_iter().flatten().collect()
}

/// The reports on some, by this resolver.
pub fn run(lab: &Lab, cases: &[Case], resolver: &str) -> Vec<Ours> {
    run_with(cases, &options(lab, resolver))
}

/// The reports on some, with these options.
pub fn run_with(cases: &[Case], options: &[String]) -> Vec<Ours> {
    let targets = cases.iter().map(|case| format!("mx:{}", case.domain()));
    let mut command = program::program();
    command.args(targets).args(options);
    command.args(["--format", "json"]);
    let run = program::finish(&mut command);
    let reports: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|why| {
        panic!("{why}: {} {}", run.stdout, run.stderr);
    });
    let reports = match reports {
        Value::Array(reports) => reports,
        report => vec![report],
    };
    assert_eq!(reports.len(), cases.len(), "{}", run.stderr);
    reports.into_iter().map(Ours::from).collect()
}

/// What every run gets.
pub fn options(lab: &Lab, resolver: &str) -> Vec<String> {
    let anchors = lab.anchors.display().to_string();
    let cas = lab.cas.display().to_string();
    let options = [
        ["--resolver", resolver],
        ["--timeout", "6"],
        ["--trust-anchor", &anchors],
        ["--cacerts", &cas],
    ];
    options
        .as_flattened()
        .iter()
        .map(ToString::to_string)
        .collect()
}

impl From<Value> for Ours {
    fn from(report: Value) -> Self {
        check_schema(&report);
        let text = |value: &Value| value.as_str().unwrap_or("missing").to_owned();
        let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
        let results = list("verdicts");
        let results: Vec<String> = results.iter().map(|one| text(&one["result"])).collect();
        let mut codes: Vec<String> = list("findings").iter().map(code).collect();
        codes.sort();
        codes.dedup();
        Self {
            verdict: format!("{}: {}", text(&report["outcome"]), results.join(" ")),
            state: text(&report["mta_sts"]["state"]),
            codes,
            report,
        }
    }
}

fn code(finding: &Value) -> String {
    let code = finding["code"].as_str().expect("a code");
    let mark = match finding["severity"].as_str() {
        Some("critical") => "!",
        Some("note") => "?",
        _ => "",
    };
    format!("{code}{mark}")
}
