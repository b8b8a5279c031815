//! The output of `--format nagios` by the Monitoring Plugins Guidelines, judged by parsers that we
//! did not write.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use testkit::pki::{KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::raw::closed_port;
use testkit::server::serve;
use testkit::skip::skip;

/// Three problems at once: expired, for another name, and of an unknown CA.
fn three_problems() -> SocketAddr {
    let other = Pki::new("Unknown", KeyKind::P256);
    serve(&other.identity(expired_leaf(&["elsewhere.example"])))
}

/// The plugin, trusting one CA.
fn plugin(pki: &Pki, args: &[&str]) -> Run {
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let mut command = program();
    command.args(args).arg("--no-hgrc").arg("--cacerts");
    finish(command.arg(root))
}

#[test]
fn several_problems_are_counted_in_the_first_line_and_listed_below_it() {
    let pki = Pki::new("Plugin", KeyKind::P256);
    let target = format!("localhost:{}", three_problems().port());
    let run = plugin(&pki, &[&target, "--format", "nagios"]);
    assert_eq!(run.code, 2);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let begin = format!("SMTP CERT CRITICAL - {target}: ");
    assert!(
        lines[0].starts_with(&begin) && lines[0].contains("; and 2 more problems | days="),
        "{}",
        run.stdout
    );
    let codes: Vec<&str> = lines[1..]
        .iter()
        .filter(|line| !line.starts_with("-> "))
        .filter_map(|line| line.split(':').next())
        .collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["expired", "name-mismatch", "unknown-issuer"]);
    assert!(
        lines[0][begin.len()..].starts_with(codes[0]),
        "{}",
        lines[0]
    );
    // Each has its advice below it.
    assert_eq!(lines.len(), 7, "{}", run.stdout);
    assert!(
        lines[2..]
            .iter()
            .step_by(2)
            .all(|line| line.starts_with("-> "))
    );

    // In a list, the line of the server counts them.
    let dir = Dir::new();
    let list = dir.file("list", &target);
    let list = list.to_str().expect("UTF-8");
    let root = dir.file("root.pem", pki.root_pem());
    let mut audit = program();
    audit.args(["audit", "--format", "nagios", "--input", list, "--cacerts"]);
    let run = finish(audit.arg(root));
    assert_eq!(run.code, 2);
    let below = run.stdout.lines().nth(1).unwrap_or_default();
    assert!(below.ends_with("; and 2 more findings"), "{}", run.stdout);
}

/// A command for `check_ssl_cert` or `check_smtp` fits.
#[test]
fn the_standard_options_of_plugins_are_understood() {
    let pki = Pki::new("Plugin", KeyKind::P256);
    let port = serve(&pki.identity(leaf(&["localhost"])))
        .port()
        .to_string();
    let fine = [
        "-H",
        "localhost",
        "-p",
        &port,
        "-w",
        "21",
        "-c",
        "7",
        "-t",
        "20",
    ];
    let run = plugin(&pki, &fine);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    let begin = format!("SMTP CERT OK - localhost:{port}: trusted, expires in ");
    assert!(run.stdout.starts_with(&begin), "{}", run.stdout);
    assert!(run.stdout.contains(";21:;7: "), "{}", run.stdout);
    let soon = ["-H", "localhost", "-p", &port, "-w", "20000", "-c", "10000"];
    assert_eq!(plugin(&pki, &soon).code, 2);
    // What is wrong with the command is unknown, on standard output.
    for wrong in [
        &["-H", "localhost", "-p", &port, "-w", "7", "-c", "21"][..],
        &["-H", "localhost", "-w", "many"],
        &["-H", "not a host"],
        &["-H", "localhost", "--no-such-option"],
    ] {
        let run = plugin(&pki, wrong);
        assert_eq!(run.code, 3, "{wrong:?}: {}", run.stdout);
        let lines = run.stdout.lines().count();
        let begins = run.stdout.starts_with("SMTP CERT UNKNOWN - ");
        assert!(begins && lines == 1, "{wrong:?}: {}", run.stdout);
    }
    // Without -H these are options of the program.
    let run = plugin(&pki, &["-p", "587"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("needs a host"), "{}", run.stderr);
}

/// Performance data as Perl's `Monitoring::Plugin` reads them: a line for each with the label, the
/// value, the unit and both thresholds.
fn read_by_perl(test: &str, data: &str) -> Option<Vec<String>> {
    const SCRIPT: &str = "use Monitoring::Plugin::Performance;\
        my @all = Monitoring::Plugin::Performance->parse_perfstring(<STDIN>);\
        print join('|', map { $_ // '' } $_->label, $_->value, $_->uom, $_->threshold->warning, \
            $_->threshold->critical), \"\\n\" for @all;";
    let mut perl = Command::new("perl");
    perl.args(["-MMonitoring::Plugin::Performance", "-e", "1"]);
    if !perl.output().is_ok_and(|output| output.status.success()) {
        skip(
            test,
            "Monitoring::Plugin is not installed: run tests/install",
        );
        return None;
    }
    let mut perl = Command::new("perl");
    perl.args(["-e", SCRIPT]).stdin(Stdio::piped());
    let mut child = perl.stdout(Stdio::piped()).spawn().expect("perl starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(data.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let values = String::from_utf8(output.stdout).expect("UTF-8");
    Some(values.lines().map(str::to_owned).collect())
}

#[test]
fn perl_reads_the_performance_data() {
    const TEST: &str = "perl_reads_the_performance_data";
    let pki = Pki::new("Plugin", KeyKind::P256);
    let good = serve(&pki.identity(leaf(&["localhost"]))).port();
    let (good, bad) = (
        format!("localhost:{good}"),
        format!("localhost:{}", three_problems().port()),
    );
    let away = format!("[::1]:{}", closed_port().port());
    let one = plugin(&pki, &[&good, "--format", "nagios", "--warning", "21"]);
    let three = plugin(&pki, &[&good, &bad, &away, "--format", "nagios"]);
    let dir = Dir::new();
    let list = dir.file("list", format!("{good}\n{bad}\n{away}\n"));
    let audit = ["audit", "--format", "nagios", "--input"];
    let audit = finish(program().args(audit).arg(list));
    for (run, labels) in [
        (
            one,
            vec!["days", "days_chain_elem1", "days_chain_elem2", "time"],
        ),
        (
            three,
            vec![
                &*format!("days_{good}"),
                &format!("time_{good}"),
                &format!("days_{bad}"),
                &format!("time_{bad}"),
                &format!("time_{}", away.replace("::", ":_:")),
            ],
        ),
        (audit, vec!["targets", "critical", "warnings", "slowest"]),
    ] {
        let first = run.stdout.lines().next().expect("a line");
        let (_, data) = first.split_once(" | ").expect("performance data");
        // Nothing of the data is in the text, and no bar is below.
        assert_eq!(run.stdout.matches('|').count(), 1, "{}", run.stdout);
        let Some(read) = read_by_perl(TEST, data) else {
            return;
        };
        let found: Vec<&str> = read
            .iter()
            .filter_map(|one| one.split('|').next())
            .collect();
        assert_eq!(found, labels, "{data}");
        for one in &read {
            let fields: Vec<&str> = one.split('|').collect();
            assert!(fields[1].parse::<f64>().is_ok(), "{one}");
            let is_time = fields[0].starts_with("time") || fields[0] == "slowest";
            assert_eq!(fields[2] == "s", is_time, "{one}");
            let is_days = fields[0].starts_with("days");
            assert_eq!(fields[4].ends_with(':'), is_days, "{one}");
        }
    }
}
