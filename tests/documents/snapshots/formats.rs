//! Every format of the check, of `pin`, `config`, `--lint` and `audit`, for servers with every fault.

use super::assert_text;
use super::stage::{NAME, Place, STAGE, Scene, transcript};
use std::fmt::Write as _;
use testkit::names::Names;

/// How a server is named and reached; nothing of this is shown.
fn reach(scene: &Scene) -> Vec<String> {
    let scheme = if scene.name == "implicit TLS" {
        "smtps"
    } else {
        "smtp"
    };
    let address = scene.address.to_string();
    [
        &format!("{scheme}://{NAME}:587"),
        "--connect",
        &address,
        "--cacerts",
        "root.pem",
        "--ehlo",
        "probe.example",
        "--timeout",
        "1",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Runs the program with `before`, the server and `after`.
fn run(place: &Place, scene: &Scene, title: &str, before: &[&str], after: &[&str]) -> String {
    let reach = reach(scene);
    let reach: Vec<&str> = reach.iter().map(String::as_str).collect();
    let run = place.run(&[before, &reach, after].concat());
    let shown = [before, &reach[..1], after].concat().join(" ");
    transcript(title, &shown, &run)
}

/// The check of each server, side by side.
fn check(name: &str, options: &[&str]) {
    let place = Place::new();
    let after = [&["--no-hgrc"], options].concat();
    let look = &|scene: &Scene| run(&place, scene, scene.name, &[], &after);
    let text: String = std::thread::scope(|scope| {
        let runs = STAGE
            .scenes
            .iter()
            .map(|scene| scope.spawn(move || look(scene)));
        let runs: Vec<_> = runs.collect();
        runs.into_iter()
            .map(|run| run.join().expect("it ends"))
            .collect()
    });
    assert_text(name, &STAGE.redactor().redact(&text));
}

#[test]
fn the_check_as_a_table() {
    check("check_table", &[]);
}

#[test]
fn the_check_with_everything() {
    check("check_verbose", &["-v"]);
}

#[test]
fn the_check_in_one_line() {
    check("check_quiet", &["-q"]);
}

#[test]
fn the_check_in_colour() {
    check("check_color", &["--color", "always"]);
}

#[test]
fn the_check_as_json() {
    check("check_json", &["--format", "json"]);
}

#[test]
fn the_check_as_pem() {
    check("check_pem", &["--format", "pem"]);
}

#[test]
fn the_check_for_monitoring() {
    check("check_nagios", &["--format", "nagios"]);
}

/// A configuration with the server, a pin of another certificate, and lines that do not do what they
/// seem to.
const HGRC: &str = "\
[ui]
username = A Name <me@example.org>
[extensions]
patchbomb =
[email]
method = smtp
[smtp]
host = mail.example.org
port = 587
tls = starttls
username = me
password = secret
fingerprint = sha256:ignored
[hostsecurity]
mail.example.org:fingerprints = sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
mail.example.org:minimumprotocol = tls1.2
other.example.org:fingerprint = sha256:00
ciphers = ALL
";

#[test]
fn the_settings_of_mercurial() {
    let place = Place::new();
    place.0.file("hgrc", HGRC);
    let mut text = String::new();
    for args in [
        &["config", "--hgrc", "hgrc"][..],
        &["config", "--hgrc", "hgrc", "--all"],
        &["config", "--hgrc", "hgrc", "--format", "json"],
        &["config", "--hgrc", "hgrc", "--all", "--format", "json"],
        &["--hgrc", "hgrc", "--lint"],
        &["--hgrc", "hgrc", "--lint", "-v"],
        &["--hgrc", "hgrc", "--lint", "-q"],
        &["--hgrc", "hgrc", "--lint", "--color", "always"],
        &["--hgrc", "hgrc", "--lint", "--format", "json"],
        &["--hgrc", "hgrc", "--lint", "elsewhere.example"],
    ] {
        text += &transcript(&args.join(" "), &args.join(" "), &place.run(args));
    }
    assert_text("settings", &STAGE.redactor().redact(&text));
}

#[test]
fn what_hg_email_does() {
    let place = Place::new();
    place.0.file("hgrc", HGRC);
    let bare = "[smtp]\nhost = mail.example.org\nport = 587\ntls = starttls\n";
    place.0.file("bare", bare);
    let ca = format!("{bare}[web]\ncacerts = $HOME/root.pem\n");
    place.0.file("ca", ca);
    let mut text = String::new();
    for (file, more) in [
        ("hgrc", &[][..]),
        ("bare", &[]),
        ("bare", &["--hg-store", "root.pem", "--hg-version", "6.3.2"]),
        ("ca", &["--hg-version", "6.3.2"]),
        ("ca", &["--pin-expires", "90"]),
        ("bare", &["--pin-expires", "21"]),
        ("hgrc", &["--hg-version", "3.8", "--format", "json"]),
        ("ca", &["-v", "--hg-version", "6.3.2"]),
    ] {
        for scene in ["good", "self-signed", "STARTTLS refused"] {
            let scene = STAGE.scene(scene);
            let after = [&["--hgrc", file][..], more].concat();
            text += &run(
                &place,
                scene,
                &format!("{file}: {}", scene.name),
                &[],
                &after,
            );
        }
    }
    assert_text("hg_email", &STAGE.redactor().redact(&text));
}

#[test]
fn a_pin_for_mercurial() {
    let place = Place::new();
    place.0.file(
        "bare",
        "[smtp]\nhost = mail.example.org\nport = 587\ntls = starttls\n",
    );
    place.0.file("hgrc", HGRC);
    place.0.file("written", "# mine\n");
    let mut text = String::new();
    let good = STAGE.scene("good");
    for more in [
        &["--no-hgrc"][..],
        &["--hgrc", "bare"],
        &["--hgrc", "none"],
        &[
            "--hgrc",
            "bare",
            "--legacy",
            "--digest",
            "sha1",
            "--hg-version",
            "3.8",
        ],
        &["--hgrc", "bare", "--digest", "sha512"],
        &["--hgrc", "bare", "--dry-run"],
        &["--hgrc", "bare", "--dry-run", "--color", "always"],
        &["--hgrc", "hgrc", "--dry-run"],
        &["--hgrc", "hgrc", "--dry-run", "--replace"],
        &["--hgrc", "hgrc", "--dry-run", "--add"],
        &["--hgrc", "hgrc", "--dry-run", "--prune"],
        &["--hgrc", "bare", "--by", "cacerts", "--ca-out", "ca.pem"],
        &[
            "--hgrc",
            "bare",
            "--by",
            "cacerts",
            "--ca-out",
            "ca.pem",
            "--dry-run",
        ],
        &["--hgrc", "written", "--write"],
        &["--hgrc", "written", "--write", "--yes"],
        &["--hgrc", "written", "--write", "--yes"],
        &[
            "--hgrc",
            "bare",
            "--expect",
            "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        ],
    ] {
        text += &run(&place, good, &more.join(" "), &["pin"], more);
    }
    let written = std::fs::read_to_string(place.0.path().join("written")).expect("it is there");
    let _ = write!(text, "## The file that was written\n\n{written}\n");
    for scene in &STAGE.scenes {
        text += &run(&place, scene, scene.name, &["pin"], &["--no-hgrc"]);
    }
    for accept in ["--accept-untrusted", "--accept-short-lived"] {
        for scene in ["expired", "expiring", "self-signed"] {
            let scene = STAGE.scene(scene);
            text += &run(&place, scene, scene.name, &["pin"], &["--no-hgrc", accept]);
        }
    }
    assert_text("pin", &STAGE.redactor().redact(&text));
}

#[test]
fn a_pin_for_another_program() {
    let place = Place::new();
    let mut text = transcript("The list", "pin --for", &place.run(&["pin", "--for"]));
    let programs = [
        "postfix", "msmtp", "git", "curl", "openssl", "gnutls", "exim", "tlsa", "json",
    ];
    for program in programs {
        for by in ["fingerprint", "key", "cacerts"] {
            for scene in ["good", "self-signed"] {
                let scene = STAGE.scene(scene);
                // What is published is asked of the DNS, and nothing answers there.
                let nobody: &[&str] = match program {
                    "tlsa" => &["--resolver", "127.0.0.1:1"],
                    _ => &[],
                };
                let before = [&["pin", "--for", program, "--by", by], nobody].concat();
                let file = format!("{program}-{by}.pem");
                for after in [&[][..], &["--ca-out", &file, "--accept-untrusted"]] {
                    text += &run(&place, scene, scene.name, &before, after);
                }
            }
        }
    }
    assert_text("pin_for", &STAGE.redactor().redact(&text));
}

/// The list of all servers.
fn list() -> String {
    let mut list = "# servers\n".to_owned();
    for scene in &STAGE.scenes {
        let scheme = if scene.name == "implicit TLS" {
            "smtps"
        } else {
            "smtp"
        };
        let label = scene.name.replace(' ', "-");
        let _ = writeln!(
            list,
            "{scheme}://{} servername={NAME} label={label}",
            scene.address
        );
    }
    list
}

/// An audit of all servers, one after the other.
fn audit(name: &str, options: &[&str]) {
    let place = Place::new();
    place.0.file("hosts.txt", list());
    let common = [
        "audit",
        "--input",
        "hosts.txt",
        "--cacerts",
        "root.pem",
        "--ehlo",
        "probe.example",
        "--timeout",
        "1",
        "--jobs",
        "1",
        "--pause",
        "0",
    ];
    let run = place.run(&[&common, options].concat());
    let shown = format!("audit --input hosts.txt {}", options.join(" "));
    assert_text(
        name,
        &STAGE.redactor().redact(&transcript("All", &shown, &run)),
    );
}

#[test]
fn an_audit_as_a_table() {
    audit("audit_table", &[]);
}

#[test]
fn an_audit_in_colour() {
    audit("audit_color", &["--color", "always", "--verbose"]);
}

#[test]
fn an_audit_of_what_is_wrong() {
    audit("audit_quiet", &["--quiet"]);
}

#[test]
fn an_audit_as_json_lines() {
    audit("audit_jsonl", &["--format", "jsonl"]);
}

#[test]
fn an_audit_as_csv() {
    audit("audit_csv", &["--format", "csv"]);
}

#[test]
fn an_audit_for_ci() {
    audit("audit_junit", &["--format", "junit"]);
}

#[test]
fn an_audit_as_a_page() {
    audit("audit_html", &["--format", "html"]);
}

#[test]
fn an_audit_for_prometheus() {
    audit("audit_prometheus", &["--format", "prometheus"]);
}

#[test]
fn an_audit_for_monitoring() {
    audit("audit_nagios", &["--format", "nagios"]);
}

/// A name with two addresses: a server with another certificate at each, or none, an expired one or
/// the same at the second.
#[test]
fn the_addresses_of_a_name() {
    let second = [
        ("both.test", 31),
        ("half.test", 32),
        ("worst.test", 33),
        ("same.test", 34),
    ];
    let lines = second.map(|(host, last)| format!("127.0.1.11 {host}\n127.0.1.{last} {host}\n"));
    let Some(names) = Names::new("the_addresses_of_a_name", &lines.concat()) else {
        return;
    };
    let place = Place::new();
    let port = STAGE.scene("good").address.port();
    let mut text = String::new();
    for (host, _) in second {
        let target = format!("{host}:{port}");
        let of_all = [
            "--cacerts",
            "root.pem",
            "--servername",
            NAME,
            "--ehlo",
            "probe.example",
        ];
        for command in [
            &["--no-hgrc"][..],
            &["--no-hgrc", "--format", "json"],
            &["--no-hgrc", "--format", "nagios"],
            &["--no-hgrc", "--format", "pem"],
            &["--no-hgrc", "-q"],
            &["--no-hgrc", "-q", "--one-address", "--pin-expires", "90"],
            &["audit", "--pause", "0"],
            &["audit", "--pause", "0", "--format", "jsonl"],
            &["audit", "--pause", "0", "--one-address"],
            &["pin", "--no-hgrc"],
            &["pin", "--for", "curl", "--by", "key"],
        ] {
            let args = [command, &[&target], &of_all].concat();
            let run = place.run_within(&names, &args);
            let shown = [command, &[&target]].concat().join(" ");
            text += &transcript(host, &shown, &run);
        }
    }
    assert_text("addresses", &STAGE.redactor().redact(&text));
}
