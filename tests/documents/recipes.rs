//! Every command of README.md, `docs/`, the help and the man pages, run as written, where
//! `mail.example.org` exists.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use clap::CommandFactory as _;
use smtp_certcheck::cli::Cli;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use testkit::example_network::{ExampleNetwork, PICTURES, Place, STORE, enter};
use testkit::pki::Revoked;
use testkit::program::{Dir, program};
use testkit::skip::skip;
use testkit::terminal::Terminal;
use testkit::user::sha256;
use time::{Duration, OffsetDateTime};

/// Commands that other tests run, or that need more than a home and servers.
const ELSEWHERE: &[(&str, &str)] = &[
    ("apt-get install \"$(packaging/deb)\"", "tests/package/run"),
    ("apt-get install debhelper", "tests/install"),
    (
        "smtp-certcheck mail.example.org:587 --via socks5://proxy.example.org:1080",
        "tests/server/through.rs",
    ),
    (
        "smtp-certcheck mail.example.org:25 --via http://proxy.example.org:3128",
        "tests/server/through.rs",
    ),
    (
        "smtp-certcheck mail.example.org:25 --via-command 'ssh -o BatchMode=yes -W %h:%p jump.example.org'",
        "tests/server/through.rs",
    ),
    (
        "smtp-certcheck mail.example.org:25 --proxy-protocol",
        "tests/server/through.rs",
    ),
    (
        "smtp-certcheck mail.example.org:587 --cert client.pem --key client.key",
        "tests/server/clients.rs",
    ),
    (
        "smtp-certcheck lmtp+unix:/run/dovecot/lmtp --servername mail.example.org",
        "tests/server/through.rs",
    ),
    ("packaging/tarball", "tests/package/run"),
    ("PREFIX=/usr/local ./install", "tests/package/tarball"),
    (
        "PREFIX=/usr/local ./install --uninstall",
        "tests/package/tarball",
    ),
    ("cargo build --release --locked", "packaging/deb"),
    (
        "DESTDIR=/tmp/package PREFIX=/usr packaging/install",
        "packaging/debian/rules",
    ),
    ("packaging/image", "tests/package/run"),
    ("cargo install --locked --path .", "tests/package/run"),
    (
        "systemctl enable --now smtp-certcheck.timer",
        "tests/package/inside",
    ),
    (
        "parallel --pipe -N 500 smtp-certcheck audit --input - --format jsonl --fail-on never < hosts.txt > all.jsonl",
        "tests/audit/distributed.rs",
    ),
];

/// Commands about domains, which need a DNS whose root is that of a test: `tests/domain` runs them.
const OF_DOMAINS: &[&str] = &[
    "smtp-certcheck mx:example.org",
    "smtp-certcheck mx:example.org mx:example.net -q",
    "smtp-certcheck mx:example.org --format json",
    "smtp-certcheck mx:example.org --require any",
    "smtp-certcheck mx:example.org --require any --format nagios",
    "smtp-certcheck mx1.example.org:25 --dane",
    "smtp-certcheck -H mx:example.org",
    "smtp-certcheck audit --input domains.txt",
    "smtp-certcheck audit --input domains.txt --baseline domains.jsonl --save domains.jsonl --quiet",
    "smtp-certcheck audit --input domains.txt --format prometheus --output smtp.prom -q",
];

/// Commands that end with a hint on their first day, as they go on with what another has left, and
/// what that is.
const SECOND_DAY: &[(&str, &str)] = &[
    (
        "smtp-certcheck --chain saved.pem --servername mail.example.org --at 2027-01-01",
        "a chain from --format pem",
    ),
    ("smtp-certcheck --hg-version 6.3.2", HGRC),
    ("smtp-certcheck -q --pin-expires 21", HGRC),
    ("smtp-certcheck pin", HGRC),
    ("smtp-certcheck pin --write --add", HGRC),
];
const HGRC: &str = "a server in Mercurial's configuration";

/// Fills in the placeholders of the documents.
fn filled(command: &str, digest: &str) -> String {
    let tomorrow = (OffsetDateTime::now_utc() + Duration::days(1)).date();
    let places = [
        ("sha256:9ab0…", digest),
        ("sha256:9ab0...", digest),
        ("2027-01-01", &tomorrow.to_string()),
        ("pin TARGET", "pin mail.example.org:587"),
        ("--for TOOL", "--for postfix"),
        (
            "NAME --connect ADDRESS",
            "mail.example.org --connect 192.0.2.25",
        ),
    ];
    places.iter().fold(command.to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}

/// The commands of a Markdown document: lines of blocks that are not files, and code in a line that
/// begins with the program.
fn of_markdown(text: &str, into: &mut BTreeSet<String>) {
    let mut block = None;
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            block = block.is_none().then(|| language.to_owned());
        } else if block.as_deref() == Some("") {
            // Of a block with output, the commands have a prompt.
            let command = line.strip_prefix("$ ").unwrap_or(line);
            if runs(command) {
                into.insert(command.to_owned());
            }
        } else if block.is_none() {
            let code = line.split('`').skip(1).step_by(2);
            into.extend(code.filter(|code| ours(code)).map(str::to_owned));
        }
    }
}

fn ours(command: &str) -> bool {
    command.starts_with("smtp-certcheck ")
}

fn runs(command: &str) -> bool {
    let first = command.split(' ').next().unwrap_or_default();
    let known = ["apt-get", "cargo", "systemctl", "parallel", "hg", "printf"];
    let ours_too = ["packaging/", "PREFIX=", "DESTDIR="];
    ours(command) || known.contains(&first) || ours_too.iter().any(|start| first.starts_with(start))
}

/// The examples of a help.
fn of_help(command: &clap::Command, into: &mut BTreeSet<String>) {
    let help = command.get_after_long_help().map(ToString::to_string);
    let name = command.get_name();
    let examples = help
        .as_deref()
        .and_then(|help| help.split_once("Examples:\n"));
    let (_, examples) = examples.expect(name);
    into.extend(examples.lines().map(|line| line.trim().to_owned()));
}

/// The commands of the man pages that are in no help text.
fn of_pages(into: &mut BTreeSet<String>) {
    for (path, text) in smtp_certcheck::commands::generated_files() {
        if path.ends_with(".5") {
            let below = text
                .split_once(".SH EXAMPLES\n.nf\n")
                .map(|(_, below)| below);
            let examples = below
                .and_then(|below| below.split_once("\n.fi\n"))
                .expect("examples")
                .0;
            let plain = examples.replace("\\-", "-").replace("\\(aq", "'");
            into.extend(plain.lines().map(str::to_owned));
        }
    }
}

fn commands() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = BTreeSet::new();
    let docs = std::fs::read_dir(root.join("docs")).expect("docs");
    let mut documents: Vec<_> = docs.map(|entry| entry.expect("an entry").path()).collect();
    documents.extend([root.join("README.md"), root.join("SECURITY.md")]);
    for path in documents
        .iter()
        .filter(|path| path.extension() == Some("md".as_ref()))
    {
        of_markdown(
            &std::fs::read_to_string(path).expect("a document"),
            &mut all,
        );
    }
    let cli = Cli::command();
    of_help(&cli, &mut all);
    for command in cli.get_subcommands() {
        of_help(command, &mut all);
    }
    of_pages(&mut all);
    all
}

/// The folders of a home that other programs make.
const FOLDERS: &[&str] = &[
    "src/project/.hg",
    ".local/share/bash-completion/completions",
    ".local/share/man/man5",
    ".config/fish/completions",
    ".config/elvish",
    ".zfunc",
];

/// A home with all that the commands name.
struct Home {
    dir: Dir,
}

impl Home {
    /// A home on the first day: nothing is there but what the texts take for granted, a list of
    /// hosts, the CA of a company with its revocation lists, and the folders of other programs.
    fn bare(network: &ExampleNetwork) -> Self {
        let dir = Dir::new();
        let targets = "mail.example.org:587\nmx2.example.org\nsmtps://mail.example.org\n";
        for list in ["hosts.txt", "million.txt"] {
            dir.file(list, targets);
        }
        for ca in ["corp-ca.pem", ".root.pem"] {
            dir.file(ca, network.pki.root_pem());
        }
        let lists = [
            ("ca.crl", network.pki.crl(&Revoked::now(&[]))),
            ("root.crl", network.pki.root_crl(&Revoked::now(&[]))),
        ];
        std::fs::create_dir(dir.path().join("crls")).expect("a folder");
        for (name, list) in lists {
            dir.file(name, &list);
            dir.file(&format!("crls/{name}"), list);
        }
        for folder in FOLDERS {
            std::fs::create_dir_all(dir.path().join(folder)).expect("a folder");
        }
        Self { dir }
    }

    /// A home with what earlier commands have left.
    fn new(network: &ExampleNetwork) -> Self {
        let home = Self::bare(network);
        let dir = &home.dir;
        dir.file("saved.pem", network.identity.chain_pem());
        let smtp = "[smtp]\nhost = mail.example.org\nport = 587\ntls = starttls\n";
        let pin = format!(
            "[hostsecurity]\nmail.example.org:fingerprints = {}\n",
            sha256(&network.identity)
        );
        let email = "[extensions]\npatchbomb =\n";
        dir.file(".hgrc", format!("{email}{smtp}{pin}"));
        let made = home.run("smtp-certcheck audit --input hosts.txt --save results.jsonl");
        assert!(made.status.success(), "{made:?}");
        home
    }

    /// In a shell, as it is typed; a question is answered with yes.
    fn run(&self, command: &str) -> Output {
        let binary = program().get_program().to_owned();
        let bin = Path::new(&binary)
            .parent()
            .expect("a folder")
            .display()
            .to_string();
        let asks = command.contains(" --write") && !command.contains("--yes");
        let mut shell = if asks {
            let mut script = Command::new("script");
            script.args(["--quiet", "--return", "--command", command, "/dev/null"]);
            script
        } else {
            let mut bash = Command::new("bash");
            bash.args(["-o", "pipefail", "-c", command]);
            bash
        };
        let mut child = shell
            .env_clear()
            .env("PATH", format!("{bin}:/usr/bin:/bin"))
            .env("HOME", self.dir.path())
            .env("SSL_CERT_FILE", self.dir.path().join(".root.pem"))
            .env("LC_ALL", "C.UTF-8")
            .env("SHELL", "/bin/sh")
            .current_dir(self.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut stdin = child.stdin.take().expect("a pipe");
        // It may end without a question.
        let _ = stdin.write_all(b"y\n");
        let output = child.wait_with_output().expect("it ends");
        drop(stdin);
        output
    }

    /// What a command says that it writes is there.
    fn wrote(&self, command: &str) -> Result<(), String> {
        let words: Vec<&str> = command.split(' ').collect();
        for pair in words.windows(2) {
            let writes = [">", ">>", "--output", "--save", "--ca-out", "--resume"];
            if writes.contains(&pair[0]) {
                let path = pair[1].replacen('~', &self.dir.path().to_string_lossy(), 1);
                let path = self.dir.path().join(path);
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                if text.is_empty() {
                    return Err(format!("{} is empty", path.display()));
                }
            }
        }
        let hgrc = std::fs::read_to_string(self.dir.path().join(".hgrc")).unwrap_or_default();
        if words.contains(&"--write") && !hgrc.contains("\nmail.example.org:") {
            return Err(format!("nothing is pinned in\n{hgrc}"));
        }
        Ok(())
    }
}

/// The text of a picture and what the program shows now differ in numbers only.
fn look_at_the_picture(file: &str, target: &str) {
    let svg = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(file);
    let svg = std::fs::read_to_string(svg).expect("the picture");
    is_readable(&svg);
    let text = svg.split_once("<text").expect("text").1;
    let text: String = text
        .split('<')
        .map(|tag| tag.split_once('>').map_or("", |(_, text)| text))
        .collect();
    let text = text
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&");
    // The file indents each line.
    let bare = |line: &str| {
        line.strip_prefix("    ")
            .unwrap_or(line)
            .trim_end()
            .chars()
            .count()
    };
    let widest = text.lines().map(bare).max();
    assert!(widest <= Some(80), "{file} is wider than its terminal");
    let mut command = program();
    command.args([target, "--color", "never", "--no-hgrc"]);
    command.env("LC_ALL", "C.UTF-8").env("SSL_CERT_FILE", STORE);
    let shown = Terminal::shown_by(&mut command, 80);
    let shown = format!("$ smtp-certcheck {target}\n{shown}");
    let words = |text: &str| -> Vec<String> {
        let hidden = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        text.split_whitespace()
            .map(|word| word.replace(hidden, ""))
            .collect()
    };
    assert_eq!(
        words(&text),
        words(&shown),
        "{file} is stale: cargo run --example picture"
    );
}

/// Every colour of the text stands out from the background (WCAG 2.2, 1.4.3: 4.5 to 1).
fn is_readable(svg: &str) {
    let colour = |rule: &str| {
        let at = svg.find(rule).expect(rule);
        let hex = svg[at..].split_once('#').expect("a colour").1;
        u32::from_str_radix(&hex[..6], 16).expect("six digits")
    };
    let luminance = |colour: u32| {
        let part = |shift: u32| {
            let part = f64::from((colour >> shift) & 0xff) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    };
    let behind = luminance(colour(".bg "));
    let names = svg
        .split(".fg")
        .skip(1)
        .filter_map(|rest| rest.split_once(' '));
    for (name, _) in names.filter(|(name, _)| name.len() < 20) {
        let contrast = (luminance(colour(&format!(".fg{name} "))) + 0.05) / (behind + 0.05);
        assert!(contrast >= 4.5, ".fg{name}: {contrast:.1}");
    }
}

/// What is wrong with what a command has done; empty if nothing is.
fn fault(home: &Home, command: &str, output: &Output) -> String {
    let silent = command.contains(" -q") || command.contains("--quiet") || command.contains('>');
    if !output.status.success() {
        output.status.to_string()
    } else if !silent && output.stdout.is_empty() && output.stderr.is_empty() {
        "no output".to_owned()
    } else if command.contains("crl")
        && String::from_utf8_lossy(&output.stdout).contains("revocation-unknown")
    {
        "nothing is known of a certificate".to_owned()
    } else {
        home.wrote(command).err().unwrap_or_default()
    }
}

/// On the first day a command does what it says, too, or says what to do first.
fn try_on_the_first_day(network: &ExampleNetwork, documented: &str, command: &str) -> String {
    let home = Home::bare(network);
    let output = home.run(command);
    // On a terminal both are one.
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).replace('\r', "");
    let waits = SECOND_DAY.iter().any(|(waits, _)| *waits == documented);
    if waits {
        let is_hint = said.contains("error: ") && said.contains("\n  hint: ");
        return match (output.status.code(), is_hint) {
            (Some(2), true) => String::new(),
            _ => format!("{}, without a hint", output.status),
        };
    }
    fault(&home, command, &output)
}

fn try_all() {
    let network = ExampleNetwork::start();
    network.is_trusted_by_the_system();
    for (file, target) in PICTURES {
        look_at_the_picture(file, target);
    }
    let digest = sha256(&network.identity);
    let elsewhere = ELSEWHERE.iter().map(|(command, _)| *command);
    let elsewhere: BTreeSet<String> = elsewhere
        .chain(OF_DOMAINS.iter().copied())
        .map(str::to_owned)
        .collect();
    let all = commands();
    let listed = SECOND_DAY.iter().map(|(command, _)| (*command).to_owned());
    let listed: BTreeSet<String> = listed.chain(elsewhere.iter().cloned()).collect();
    let stale: Vec<_> = listed.difference(&all).collect();
    assert!(stale.is_empty(), "no document has {stale:?}");
    let mut failures = Vec::new();
    let mut count = 0;
    for documented in all.difference(&elsewhere) {
        let command = filled(documented, &digest);
        let home = Home::new(&network);
        if command.contains("pin ") && command.contains("--write") && !command.contains("--add") {
            // The first pin: none exists yet.
            home.dir.file(".hgrc", "# mine\n");
        }
        let output = home.run(&command);
        let said = [&output.stdout[..], &output.stderr]
            .map(String::from_utf8_lossy)
            .concat();
        let first_day = try_on_the_first_day(&network, documented, &command);
        if !first_day.is_empty() {
            failures.push(format!("{command}, on the first day: {first_day}"));
        }
        let wrong = fault(&home, &command, &output);
        if !wrong.is_empty() {
            failures.push(format!("{command}: {wrong}\n{said}"));
        }
        count += 1;
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 40, "{count}");
}

#[test]
fn every_command_of_the_documents_does_what_it_says() {
    const TEST: &str = "recipes::every_command_of_the_documents_does_what_it_says";
    match enter(&[TEST, "--exact", "--nocapture"]) {
        Place::Inside => try_all(),
        Place::Outside(status) => assert!(status.success(), "see above: {status}"),
        Place::Closed => skip(TEST, "this machine makes no namespaces (root, unshare, ip)"),
    }
}
