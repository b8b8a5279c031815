//! What expires soon: noted by itself, and a warning with exit code 1 where `--warning` or
//! `--critical` ask for it, in every format.

use std::path::PathBuf;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::{Dir, Run, codes, finish, program, report};
use testkit::server::{Behaviour, Server};
use time::Duration;

/// A certificate that has `left` to come of its lifetime, and an hour for the duration of the test.
fn lasting(pki: &Pki, lifetime: Duration, left: Duration) -> Identity {
    let mut params = leaf(&["localhost"]);
    params.not_after = now() + left + Duration::HOUR;
    params.not_before = params.not_after - lifetime;
    pki.identity(params)
}

/// A server, and the files that its check needs.
struct Case {
    dir: Dir,
    root: PathBuf,
    server: Server,
    expires: String,
}

impl Case {
    fn new(lifetime: Duration, left: Duration) -> Self {
        let pki = Pki::new("Expiry", KeyKind::P256);
        let identity = lasting(&pki, lifetime, left);
        let dir = Dir::new();
        let root = dir.file("root.pem", pki.root_pem());
        dir.file("chain.pem", identity.chain_pem());
        Self {
            root,
            server: Server::start(&identity, Behaviour::default()),
            expires: (now() + left + Duration::HOUR).date().to_string(),
            dir,
        }
    }

    fn target(&self) -> String {
        format!("localhost:{}", self.server.port())
    }

    fn arguments(&self, args: &[&str]) -> Vec<String> {
        let root = self.root.to_str().expect("UTF-8");
        let common = ["--no-hgrc", "--cacerts", root];
        common.iter().chain(args).map(ToString::to_string).collect()
    }

    fn check(&self, args: &[&str]) -> Run {
        finish(program().arg(self.target()).args(self.arguments(args)))
    }
}

const FIVE_DAYS: Duration = Duration::days(5);

#[test]
fn a_warning_that_was_asked_for_is_exit_code_1_and_others_are_noted() {
    const SILENT: &str = "";
    const WARNING: &str = "WARNING  HOST  expires in 5 days, on DATE\n";
    const CRITICAL: &str = "CRITICAL  HOST  expires in 5 days, on DATE\n";
    const NOTED: &str = "TRUSTED  HOST  until DATE (5 days)\n";
    let case = Case::new(Duration::days(90), FIVE_DAYS);
    for (args, code, line) in [
        ("", 0, NOTED),
        ("--warning 21", 1, CRITICAL),
        ("--warning auto", 1, CRITICAL),
        ("--warning 14 --critical 4", 1, WARNING),
        ("--warning 6", 1, WARNING),
        ("--warning 5", 0, SILENT),
        ("--warning 72h", 0, SILENT),
        ("--warning 30% --critical 1%", 1, WARNING),
        ("--warning 4%", 0, SILENT),
        ("--critical 7", 1, CRITICAL),
        // The usual level of a warning was not asked for.
        ("--critical 3", 0, NOTED),
        ("--warning 0", 0, NOTED),
        ("--warning 0 --critical 0", 0, SILENT),
        ("--warning @5:9 --critical 1:", 1, WARNING),
        ("--warning 10: --critical 2:", 1, WARNING),
    ] {
        let words: Vec<&str> = args.split(' ').filter(|word| !word.is_empty()).collect();
        let line = line
            .replace("HOST", &case.target())
            .replace("DATE", &case.expires);
        let ranged = args.contains('@');
        let run = case.check(&[&words[..], &["-q"]].concat());
        assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{args}");
        if ranged {
            // A range has no single limit; the whole sentence is shown.
            assert!(
                run.stdout.contains("expires in 5 days, on"),
                "{}",
                run.stdout
            );
        } else {
            assert_eq!(run.stdout, line, "{args}");
        }
        // The report has it, too, with advice.
        let run = case.check(&words);
        let is_noted = run.stdout.contains("expiring, certificate 0: ");
        assert_eq!((run.code, is_noted), (code, line != SILENT), "{args}");
        assert_eq!(run.stdout.contains("-> renew it"), is_noted, "{args}");
    }
}

#[test]
fn every_format_has_the_exit_code_and_the_outcome_stays() {
    let case = Case::new(Duration::days(90), FIVE_DAYS);
    let target = case.target();
    let args = [vec![target], case.arguments(&["--warning", "21"])].concat();
    let (code, json) = report(&args);
    assert_eq!((code, json["outcome"].as_str()), (1, Some("trusted")));
    assert_eq!(codes(&json, "notes"), ["expiring"]);
    assert_eq!(json["validation"]["trusted"], true);
    let pem = case.check(&["--warning", "21", "--format", "pem"]);
    assert_eq!(pem.code, 1);
    assert!(pem.stdout.starts_with("-----BEGIN"), "{}", pem.stdout);
    assert!(pem.stderr.contains("expires in 5 days"), "{}", pem.stderr);
    // A plugin has its own line and codes, and says it once.
    let plugin = case.check(&["--format", "nagios", "--warning", "21", "--critical", "1"]);
    assert_eq!(plugin.code, 1);
    assert!(
        plugin.stdout.starts_with("SMTP CERT WARNING"),
        "{}",
        plugin.stdout
    );
    // One target of several is enough.
    let other = Case::new(Duration::days(90), Duration::days(60));
    let run = finish(program().args([
        &case.target(),
        &other.target(),
        "--no-hgrc",
        "-q",
        "--warning",
        "21",
        "--cacerts",
        case.root.to_str().expect("UTF-8"),
        "--cacerts",
        other.root.to_str().expect("UTF-8"),
    ]));
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (1, 1),
        "{}",
        run.stdout
    );
}

#[test]
fn a_saved_chain_is_judged_as_of_the_time_that_is_asked_for() {
    let case = Case::new(Duration::days(90), Duration::days(60));
    let chain = case.dir.path().join("chain.pem");
    let at = |days: i64| (now() + Duration::days(days)).date().to_string();
    for (days, code, word) in [(0, 0, ""), (50, 1, "WARNING"), (70, 1, "UNTRUSTED")] {
        let mut command = program();
        command.arg("--chain").arg(&chain);
        let args = [
            "--servername",
            "localhost",
            "-q",
            "--warning",
            "21",
            "--critical",
            "1",
        ];
        command
            .args(case.arguments(&args))
            .args(["--at", &at(days)]);
        let run = finish(&mut command);
        assert_eq!(run.code, code, "{days}: {}", run.stdout);
        assert!(run.stdout.starts_with(word), "{days}: {}", run.stdout);
        assert_eq!(run.stdout.is_empty(), word.is_empty(), "{days}");
    }
}

/// A certificate for six days is not expiring on every day of its life, and the CA above it counts.
#[test]
fn the_usual_levels_follow_the_lifetime_and_the_whole_path_counts() {
    let short = Case::new(Duration::days(6), Duration::days(3));
    assert_eq!(short.check(&["-q"]).stdout, "");
    let mut ca = testkit::pki::ca("Old CA");
    ca.not_before = now() - Duration::days(300);
    ca.not_after = now() + FIVE_DAYS + Duration::HOUR;
    let mut root = testkit::pki::ca("Expiry Root");
    root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pki = Pki::custom(root, ca, KeyKind::P256);
    let server = Server::start(
        &lasting(&pki, Duration::days(90), Duration::days(60)),
        Behaviour::default(),
    );
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let target = format!("localhost:{}", server.port());
    let root = root.to_str().expect("UTF-8");
    let args = [
        &target,
        "--no-hgrc",
        "--cacerts",
        root,
        "-q",
        "--warning",
        "21",
    ];
    let run = finish(program().args(args));
    assert_eq!(run.code, 1);
    let sentence = "an intermediate certificate, \"Old CA\", expires in 5 days, on";
    assert!(run.stdout.contains(sentence), "{}", run.stdout);
}

/// Where a pin outweighs the dates, the warning still comes.
#[test]
fn an_expired_certificate_that_is_pinned_warns_where_that_was_asked_for() {
    let case = Case::new(Duration::days(90), -Duration::days(3));
    let hgrc = {
        let shown = case.check(&["--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
        let sha256 = json["chain"][0]["fingerprints"]["sha256"]
            .as_str()
            .expect("a digest")
            .to_owned();
        let text = format!("[hostsecurity]\nlocalhost:fingerprints = sha256:{sha256}\n");
        case.dir.file("hgrc", text)
    };
    let hgrc = hgrc.to_str().expect("UTF-8");
    for (args, code, word) in [(&[][..], 0, ""), (&["--warning", "21"], 1, "CRITICAL")] {
        let target = case.target();
        let run = finish(program().args([&target, "--hgrc", hgrc, "-q"]).args(args));
        assert_eq!(run.code, code, "{}", run.stdout);
        assert!(run.stdout.starts_with(word), "{}", run.stdout);
        assert_eq!(run.stdout.is_empty(), word.is_empty(), "{}", run.stdout);
    }
}
