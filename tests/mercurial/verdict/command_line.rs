//! `[defaults]` and `[alias]` of `hg email`, random values near the edge of validity, with hg's own
//! parser as the judge.
#![allow(
    clippy::print_stderr,
    reason = "the seed and the numbers are to be seen"
)]

use serde_json::{Value, json};
use smtp_certcheck::hgrc::{Config, Environment, FileReader};
use smtp_certcheck::mercurial::HostSettings;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::hg;

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/mercurial/verdict/command_line.py"
);

/// The words before the user's.
#[derive(Clone, Debug)]
struct Case {
    defaults: Option<String>,
    alias: Option<String>,
}

/// Pseudo-random numbers from a seed (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).expect("31 bits") % bound
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const LONG: &[&str] = &[
    "insecure",
    "insecure",
    "insecure",
    "no-insecure",
    "inline",
    "intro",
    "in-reply-to",
    "subject",
    "to",
    "test",
    "time",
    "traceback",
    "from",
    "force",
    "flag",
    "cc",
    "bcc",
    "config",
    "config-file",
    "confirm",
    "cwd",
    "color",
    "repository",
    "repo",
    "debugger",
    "debug",
    "date",
    "desc",
    "diffstat",
    "encoding",
    "encodingmode",
    "help",
    "hidden",
    "mbox",
    "noninteractive",
    "no-noninteractive",
    "outgoing",
    "pager",
    "plain",
    "profile",
    "quiet",
    "remotecmd",
    "reply-to",
    "rev",
    "ssh",
    "verbose",
    "version",
    "attach",
    "base",
    "body",
    "bookmark",
    "bundle",
    "bundlename",
    "git",
    "unknown",
    "no-subject",
    "no-help",
    "no-git",
    "",
];

const LETTERS: &[&str] = &[
    "g", "o", "b", "B", "r", "a", "i", "c", "d", "f", "n", "m", "s", "t", "e", "R", "y", "q", "v",
    "h", "z", ":", "-", "=",
];

const OTHER: &[&str] = &[
    "--",
    "--",
    "-",
    "",
    "tip",
    "x",
    "a@b.c",
    "$HOME",
    "${NO}",
    "~",
    "$1",
    "$$",
    "$",
    "\\",
    "#",
    "é",
    "$INSECURE",
];

/// One word, as the parser must return it.
fn word(chance: &mut Chance) -> String {
    match chance.below(10) {
        0..=4 => {
            let name = chance.pick(LONG);
            let cut = if chance.one_in(2) {
                name.len()
            } else {
                chance.below(name.len() + 1)
            };
            let value = match chance.below(6) {
                0 => format!("={}", chance.pick(OTHER)),
                1 => "=".to_owned(),
                _ => String::new(),
            };
            format!("--{}{value}", &name[..cut])
        }
        5 | 6 => {
            let letters = 1 + chance.below(3);
            let letters: String = (0..letters).map(|_| chance.pick(LETTERS)).collect();
            format!("-{letters}")
        }
        7 => "--insecure".to_owned(),
        _ => chance.pick(OTHER).to_owned(),
    }
}

/// One way to write the word.
fn written(chance: &mut Chance, word: &str) -> String {
    match chance.below(12) {
        0 => format!("'{word}'"),
        1 => format!("\"{word}\""),
        2 if !word.is_empty() => {
            let mut at = chance.below(word.len());
            while !word.is_char_boundary(at) {
                at -= 1;
            }
            let quote = chance.pick(&["\"", "'", "\\", "''", "\"\""]);
            format!("{}{quote}{}", &word[..at], &word[at..])
        }
        _ => word.to_owned(),
    }
}

fn words(chance: &mut Chance, most: usize) -> String {
    let count = chance.below(most + 1);
    let words: Vec<String> = (0..count)
        .map(|_| {
            let word = word(chance);
            written(chance, &word)
        })
        .collect();
    words
        .join(chance.pick(&[" ", "  ", "\t"]))
        .trim()
        .to_owned()
}

fn case(chance: &mut Chance) -> Case {
    let defaults = (!chance.one_in(4)).then(|| words(chance, 5));
    let alias = chance.one_in(2).then(|| {
        let command = match chance.below(12) {
            0 => chance.pick(&[
                "log",
                "!true",
                "emai",
                "\"email\"",
                "e'mail'",
                "",
                "--insecure email",
            ]),
            _ => "email",
        };
        format!("{command} {}", words(chance, 4)).trim().to_owned()
    });
    Case { defaults, alias }
}

/// Our answer: certainly refused, certainly sent with or without `--insecure`, or not known.
#[derive(Debug, PartialEq, Eq)]
enum Ours {
    Stops(String),
    Runs { insecure: bool },
    Unknown,
}

fn ours(case: &Case) -> Ours {
    struct Text(String);
    impl FileReader for Text {
        fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
            Ok(self.0.as_bytes().to_vec())
        }
    }
    let mut text = String::new();
    for (section, value) in [("defaults", &case.defaults), ("alias", &case.alias)] {
        if let Some(value) = value {
            let _ = write!(text, "[{section}]\nemail = {value}\n");
        }
    }
    let variables = environment().map(|(name, value)| (name.into(), value.into()));
    let environment = Environment::new(variables);
    let mut config = Config::default();
    config
        .read(Path::new("/hgrc"), &Text(text), &environment)
        .expect("a configuration");
    let settings = HostSettings::read(&config, &environment, b"localhost");
    match settings.command {
        Some(hindrance) if hindrance.certain => Ours::Stops(hindrance.reason),
        Some(_) => Ours::Unknown,
        None => Ours::Runs {
            insecure: settings.insecure.is_some(),
        },
    }
}

fn environment() -> impl Iterator<Item = (&'static str, &'static str)> {
    [("HOME", "/home/me"), ("INSECURE", "--insecure")].into_iter()
}

/// The answers of hg's parser.
fn theirs(python: &Path, cases: &[Case]) -> Vec<Value> {
    let mut child = Command::new(python)
        .arg(SCRIPT)
        .env_clear()
        .envs(environment())
        .env("HGRCPATH", "")
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python");
    let mut input = child.stdin.take().expect("its input");
    let user = ["-f", "a@b.c", "-t", "c@d.e", "-r", "tip", "-y"];
    let mut lines = String::new();
    for case in cases {
        let case = json!({ "defaults": case.defaults, "alias": case.alias, "user": user });
        let _ = writeln!(lines, "{case}");
    }
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("its output");
    writer.join().expect("a thread").expect("all was read");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("JSON")
}

/// Compares the answers, and returns the number of cases that are not known to us.
fn compare(python: &Path, seed: u64, count: usize) -> usize {
    let mut chance = Chance(seed.wrapping_mul(2) | 1);
    let cases: Vec<Case> = (0..count).map(|_| case(&mut chance)).collect();
    let theirs = theirs(python, &cases);
    assert_eq!(theirs.len(), cases.len(), "an answer for each");
    let mut unknown = 0;
    for (number, (case, theirs)) in cases.iter().zip(&theirs).enumerate() {
        let runs = theirs["runs"] == true;
        let insecure = theirs["insecure"] == true;
        let fits = match ours(case) {
            Ours::Stops(_) => !runs,
            Ours::Runs { insecure: said } => runs && said == insecure,
            Ours::Unknown => {
                unknown += 1;
                true
            }
        };
        assert!(
            fits,
            "seed {seed}, case {number}: {case:?}\n hg: {theirs}\n we: {:?}",
            ours(case)
        );
    }
    unknown
}

fn fresh() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(now.expect("a clock").as_millis()).expect("64 bits")
}

/// `SEED=… COUNT=…` in the environment choose other cases.
#[test]
fn random_defaults_and_aliases_are_read_as_hg_reads_them() {
    const TEST: &str = "random_defaults_and_aliases_are_read_as_hg_reads_them";
    let Some(python) = hg::python(TEST) else {
        return;
    };
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let count =
        number("COUNT").map_or(2_000, |count: u64| usize::try_from(count).expect("a count"));
    let python: PathBuf = python;
    for seed in [1, number("SEED").unwrap_or_else(fresh)] {
        eprintln!("seed {seed}: {count} cases");
        let unknown = compare(&python, seed, count);
        eprintln!("seed {seed}: {unknown} of {count} not known");
    }
}
