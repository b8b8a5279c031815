//! Every command of the documents about domains, run as written, but for the trust anchor: the root of
//! the lab is its own.

use crate::case::{Case, Zone, host};
use crate::lab::{self, Lab};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;
use testkit::program::{Dir, program};

const TEST: &str = "recipes::every_command_about_domains_does_what_it_says";
const POLICY: &str = "version: STSv1\nmode: enforce\nmx: *.{domain}\nmax_age: 604800\n";
const GOOD: [&str; 2] = ["3 1 1 leaf", "3 1 1 next"];

#[test]
fn every_command_about_domains_does_what_it_says() {
    if !lab::is_inside(TEST) {
        return;
    }
    let Some(lab) = Lab::start(TEST, domains()) else {
        return;
    };
    let commands = commands();
    assert!(commands.len() >= 10, "{commands:?}");
    let home = Dir::new();
    home.file(
        "domains.txt",
        "mx:example.org    label=mail\nmx:example.net\n",
    );
    let faults: Vec<String> = commands
        .iter()
        .filter_map(|command| fault(command, &lab, home.path()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(home.path().join("domains.jsonl").exists());
    assert!(home.path().join("smtp.prom").exists());
    // What expires within what the user asks for is a failure, and what is required and missing.
    for (options, code) in [
        ("--warning 9999", 1),
        ("--warning 0 --critical 0", 0),
        ("--require dane", 0),
        ("--require mta-sts --no-mta-sts", 2),
    ] {
        let output = run(
            &format!("smtp-certcheck mx:example.org {options}"),
            &lab,
            home.path(),
        );
        assert_eq!(output.status.code(), Some(code), "{options}: {output:?}");
    }
}

/// The domains that the documents name.
fn domains() -> Vec<Case> {
    let hosts = host("mx1", "ecdsa", &GOOD) + &host("mx2", "rsa", &GOOD);
    let both = format!("@ MX 10 mx1\n@ MX 20 mx2\n{hosts}");
    let one = format!(
        "@ MX 10 mx1\n{}",
        host("mx1", "both", &["3 1 1 leaf", "3 1 1 second"])
    );
    vec![
        Case::new("example", both).in_zone(Zone::Org).policy(POLICY),
        Case::new("example", one).in_zone(Zone::Net).policy(POLICY),
    ]
}

/// The commands of README.md and `docs/domains.md` that need such domains.
fn commands() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path| std::fs::read_to_string(root.join(path)).expect("a document");
    let text = read("README.md") + &read("docs/domains.md");
    let is_about = |line: &&str| {
        let parts = ["mx:", " --dane", "domains.txt"];
        line.starts_with("smtp-certcheck ") && parts.iter().any(|part| line.contains(part))
    };
    text.lines().filter(is_about).map(str::to_owned).collect()
}

/// What is wrong: all is well with these domains, and every command says so.
fn fault(command: &str, lab: &Lab, home: &Path) -> Option<String> {
    let output = run(command, lab, home);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let is_well = output.status.code() == Some(0) && !stderr.contains("error:");
    (!is_well).then(|| {
        let stdout = String::from_utf8_lossy(&output.stdout);
        format!("{command}: {}\n{stdout}{stderr}", output.status)
    })
}

fn run(command: &str, lab: &Lab, home: &Path) -> Output {
    let mut run = program();
    run.current_dir(home).env("HOME", home);
    run.args(command.split(' ').skip(1))
        .arg("--trust-anchor")
        .arg(&lab.anchors);
    run.output().expect("the program runs")
}
