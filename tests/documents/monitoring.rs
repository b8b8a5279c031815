//! docs/monitoring.md and what lies beside it: each monitoring system reads what is to be pasted
//! there, and runs it against the servers of the example network.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

mod agents;
mod metrics;
mod plugins;

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::example_network::{ExampleNetwork, Place, enter};
use testkit::program::{Dir, Run, finish, program};
use testkit::recipe::{cron_command, recipe};
use testkit::skip::skip;

/// The servers of a list, one of which has an expired certificate.
const HOSTS: &str =
    "# servers\n\nmail.example.org:587 label=main\nmx2.example.org\nold.example.org:587\n";

/// A folder with what a monitoring machine has.
struct Desk {
    dir: Dir,
}

impl Desk {
    fn new(network: &ExampleNetwork) -> Self {
        // The network has its own /etc, and the system trusts its CA: daemons clear the environment.
        let store = "/etc/ssl/certs/ca-certificates.crt";
        std::fs::write(store, network.pki.root_pem()).expect("a store");
        Self { dir: Dir::new() }
    }

    /// The environment of a program that starts ours.
    fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let bin = Path::new(program().get_program()).with_file_name("");
        command
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .env("HOME", self.dir.path())
            .current_dir(self.dir.path())
    }

    /// What a shell prints.
    fn shell(&self, script: &str) -> Run {
        let mut sh = Command::new("sh");
        finish(self.prepare(sh.args(["-c", script])))
    }
}

/// A block of the document, with the program of this test for the one of the package.
fn block(language: &str, mark: &str) -> String {
    let here = program().get_program().to_str().expect("UTF-8").to_owned();
    recipe("monitoring.md", language, mark).replace("/usr/bin/smtp-certcheck", &here)
}

/// Waits until there is something; a system needs a moment to start. Without it the log is shown.
fn wait_for<T>(log: &Path, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it does not answer; its log:\n{}",
            std::fs::read_to_string(log).unwrap_or_default()
        );
        sleep(Duration::from_millis(100));
    }
}

/// Runs a test in the example network.
fn inside(test: &str, run: impl FnOnce(&ExampleNetwork, &str)) {
    match enter(&[test, "--exact", "--nocapture"]) {
        Place::Inside => run(&ExampleNetwork::start(), test),
        Place::Outside(status) => assert!(status.success(), "see above: {status}"),
        Place::Closed => skip(test, "this machine makes no namespaces (root, unshare, ip)"),
    }
}

#[test]
fn nagios_icinga_and_nrpe_run_the_plugin() {
    inside(
        "monitoring::nagios_icinga_and_nrpe_run_the_plugin",
        |network, test| {
            let desk = Desk::new(network);
            plugins::nagios(&desk, test);
            plugins::icinga(&desk, test);
            plugins::nrpe(&desk, test);
        },
    );
}

#[test]
fn checkmk_and_zabbix_get_what_they_read() {
    inside(
        "monitoring::checkmk_and_zabbix_get_what_they_read",
        |network, test| {
            let desk = Desk::new(network);
            agents::checkmk(&desk);
            agents::zabbix(&desk, test);
        },
    );
}

#[test]
fn prometheus_scrapes_alerts_and_answers_the_dashboard() {
    inside(
        "monitoring::prometheus_scrapes_alerts_and_answers_the_dashboard",
        |network, test| {
            metrics::prometheus(&Desk::new(network), test);
        },
    );
}

#[test]
fn the_line_for_cron_mails_what_is_critical_or_new() {
    inside(
        "monitoring::the_line_for_cron_mails_what_is_critical_or_new",
        |network, _| {
            let desk = Desk::new(network);
            desk.dir.file("hosts.txt", "mail.example.org:587\n");
            let command = cron_command(&recipe("monitoring.md", "cron", "audit"), 5);
            let first = desk.shell(&command);
            assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
            // A day without news.
            let second = desk.shell(&command);
            assert_eq!(
                (second.code, second.stdout.as_str(), second.stderr.as_str()),
                (0, "", "")
            );
            desk.dir.file("hosts.txt", HOSTS);
            let third = desk.shell(&command);
            assert_eq!(third.code, 1);
            assert!(
                third.stdout.contains("old.example.org:587"),
                "{}",
                third.stdout
            );
            one_server(&desk);
        },
    );
}

/// The line for one server prints nothing, a warning, or what is wrong.
fn one_server(desk: &Desk) {
    let command = cron_command(&recipe("monitoring.md", "cron", "--warning"), 5);
    let run = desk.shell(&command);
    let silent = (0, "", "");
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), silent);
    let early = command.replace("--warning 21", "--warning 90");
    let run = desk.shell(&early);
    assert_eq!(run.code, 1, "{early}");
    let begin = "WARNING  mail.example.org:587  ";
    assert!(run.stdout.starts_with(begin), "{}", run.stdout);
    let run = desk.shell(&command.replace("mail.example.org", "old.example.org"));
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("old.example.org:587"), "{}", run.stdout);
}
