//! Prometheus and Grafana.

use super::{Desk, HOSTS, wait_for};
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::program::{Run, finish};
use testkit::recipe::{cron_command, recipe};
use testkit::skip::skip;
use testkit::system::{Running, promtool, unpacked};

const FOLDER: &str = "/var/lib/prometheus/node-exporter";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What Grafana's own classes say of the dashboard.
fn dashboard(test: &str) -> Option<Run> {
    let python = here("target/grafana/bin/python");
    if !python.exists() {
        skip(
            test,
            "the classes of Grafana are not there: run tests/install",
        );
        return None;
    }
    let mut python = Command::new(python);
    python.arg(here("tests/monitoring/dashboard.py"));
    Some(finish(python.arg(here("docs/monitoring/dashboard.json"))))
}

/// Grafana itself is not in Debian; its classes, from `PyPI`, know every field of the dashboard.
#[test]
fn the_dashboard_is_one_of_grafana() {
    let Some(run) = dashboard("monitoring::metrics::the_dashboard_is_one_of_grafana") else {
        return;
    };
    assert_eq!(run.code, 0, "{}", run.stderr);
    let differences = run.stdout.lines();
    let differences: Vec<&str> = differences
        .filter(|line| line.starts_with("difference: "))
        .collect();
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(run.stdout.lines().count() > 10, "{}", run.stdout);
}

#[test]
fn the_rules_fire_when_they_should() {
    const TEST: &str = "monitoring::metrics::the_rules_fire_when_they_should";
    let rules = here("docs/monitoring/alerts.yml");
    for (command, file) in [
        ("check", &rules),
        ("test", &here("tests/monitoring/alerts.yml")),
    ] {
        let Some(mut promtool) = promtool(TEST) else {
            return;
        };
        let run = finish(promtool.args([command, "rules"]).arg(file));
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("SUCCESS"), "{}", run.stdout);
    }
    // Each rule has its case, and its row in the document.
    let read = |path: &str| std::fs::read_to_string(here(path)).expect(path);
    let (rules, cases) = (
        read("docs/monitoring/alerts.yml"),
        read("tests/monitoring/alerts.yml"),
    );
    let document = read("docs/monitoring.md");
    let names = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let mut count = 0;
    for name in names {
        assert!(
            cases.contains(&format!("alertname: {name}\n        exp_alerts:")),
            "{name}"
        );
        assert!(document.contains(&format!("`{name}`")), "{name}");
        count += 1;
    }
    assert_eq!(document.matches("`Smtp").count(), count);
}

/// `promtool query`, of the server that runs here.
fn query(test: &str, expression: &str) -> Option<String> {
    let mut promtool = promtool(test)?;
    promtool.args(["query", "instant", "http://127.0.0.1:9090", expression]);
    let run = finish(&mut promtool);
    (run.code == 0 && !run.stdout.trim().is_empty()).then_some(run.stdout)
}

/// The metrics of a domain, as a renderer has written them: no domain is in this network.
fn metrics_of_a_domain() -> String {
    let snapshot = here("tests/documents/snapshots/texts/domain_audit_prometheus.snap");
    let text = std::fs::read_to_string(snapshot).expect("a snapshot");
    let is_of_it = |line: &&str| {
        let of_domains = ["smtp_", "# HELP smtp_", "# TYPE smtp_"];
        let of_domains = of_domains.map(|begin| format!("{begin}certcheck_domain_"));
        let is_sample = !line.starts_with('#');
        of_domains
            .iter()
            .any(|begin| line.starts_with(begin.as_str()))
            && (!is_sample || line.contains("label=\"a signature ends\""))
    };
    let lines: Vec<&str> = text.lines().filter(is_of_it).collect();
    lines.join("\n") + "\n"
}

/// The line for cron writes the file, `node_exporter` reads it, Prometheus scrapes that, the rules
/// fire, and every panel of the dashboard gets an answer.
pub(super) fn prometheus(desk: &Desk, test: &str) {
    let exporter = unpacked(test, "node_exporter", "usr/bin/prometheus-node-exporter");
    let server = unpacked(test, "prometheus", "usr/bin/prometheus");
    let (Some(mut exporter), Some(mut server)) = (exporter, server) else {
        return;
    };
    for folder in [FOLDER, "/etc/smtp-certcheck"] {
        std::fs::create_dir_all(folder).expect("this network has its own");
    }
    let list = format!("{HOSTS}mail.example.org:2525\n");
    std::fs::write("/etc/smtp-certcheck/hosts.txt", list).expect("the list");
    let command = cron_command(&recipe("monitoring.md", "cron.d", "prometheus"), 6);
    let run = desk.shell(&command);
    // A server is expired: that is the exit code, and nothing is printed.
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (1, "", "")
    );

    let domains = format!("{FOLDER}/domains.prom");
    std::fs::write(domains, metrics_of_a_domain()).expect("metrics");

    exporter.args(["--collector.disable-defaults", "--collector.textfile"]);
    exporter.arg(format!("--collector.textfile.directory={FOLDER}"));
    exporter.arg("--web.listen-address=127.0.0.1:9100");
    let _exporter = Running::start(&mut exporter, &desk.dir.path().join("exporter.log"));
    let config = format!(
        "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files: [ {} ]\n\
         scrape_configs:\n  - job_name: node\n    static_configs:\n      - targets: [ '127.0.0.1:9100' ]\n",
        here("docs/monitoring/alerts.yml").display()
    );
    server
        .arg("--config.file")
        .arg(desk.dir.file("prometheus.yml", config));
    server
        .arg("--storage.tsdb.path")
        .arg(desk.dir.path().join("tsdb"));
    server.arg("--web.listen-address=127.0.0.1:9090");
    let log = desk.dir.path().join("prometheus.log");
    let _server = Running::start(&mut server, &log);

    let alerts = wait_for(&log, || {
        query(test, "ALERTS{alertname=\"SmtpCertificateUntrusted\"}")
    });
    assert!(
        alerts.contains("host=\"old.example.org\"") && !alerts.contains("mail.example.org"),
        "{alerts}"
    );
    assert_eq!(
        query(test, "ALERTS{alertname=\"SmtpCertificateChanged\"}"),
        None
    );
    let Some(run) = dashboard(test) else { return };
    let expressions = run.stdout.lines();
    for expression in expressions.filter_map(|line| line.strip_prefix("expression: ")) {
        let expression = expression.replace("$host", ".*");
        let answer = query(test, &expression);
        assert!(answer.is_some(), "no answer to {expression}");
    }
    let untrusted = "count(smtp_certcheck_trusted == 0 and smtp_certcheck_reachable == 1)";
    let untrusted = query(test, untrusted).expect("a number");
    assert!(untrusted.contains("=> 1 @"), "{untrusted}");
}
