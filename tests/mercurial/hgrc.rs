//! Reading Mercurial's configuration, with the real `hg config` as the judge: whatever the files
//! hold, both must see the same settings from the same lines, or both must refuse the same line.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    reason = "tests read and write files, and end with a word"
)]

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use testkit::hg::{self, Forked};
use testkit::program::{Run, finish, program};

/// A case: files below its directory, the variables that it sets (`@` is that directory), and the
/// directory in which the programs run.
#[derive(Clone, Copy)]
struct Case<'a> {
    name: &'a str,
    files: &'a [(&'a str, &'a [u8])],
    variables: &'a [(&'a str, &'a str)],
    cwd: &'a str,
}

/// A setting: name, value, source.
type Settings = BTreeSet<(String, String, String)>;

/// The result of a program for a case: its settings, or its refusal with the message.
type Outcome = Result<Settings, String>;

fn build(case: &Case<'_>) -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    std::fs::create_dir_all(dir.path().join("home")).expect("a home");
    for (name, content) in case.files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, content).expect("a file");
    }
    std::fs::create_dir_all(dir.path().join(case.cwd)).expect("a directory to be in");
    dir
}

/// The folder that the case is read in, and the whole environment.
fn place_of(case: &Case<'_>, dir: &Path, hg: &Path) -> (PathBuf, BTreeMap<String, String>) {
    let at = dir.to_str().expect("UTF-8");
    let bin = hg.parent().expect("a folder").to_str().expect("UTF-8");
    let path = format!("{bin}:/usr/bin:/bin");
    let usual = [
        ("HOME", format!("{at}/home")),
        ("LC_ALL", "C.UTF-8".to_owned()),
        ("PATH", path.clone()),
    ];
    let own = case.variables.iter().map(|(name, value)| {
        let value = value.replace('@', at).replace("$PATH", &path);
        (*name, value)
    });
    let variables = usual.into_iter().chain(own);
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    (dir.join(case.cwd), variables.collect())
}

/// What hg does with those arguments in the case.
fn hg_in(case: &Case<'_>, dir: &Path, hg: &Path, arguments: &[&str]) -> Output {
    let (folder, variables) = place_of(case, dir, hg);
    let mut command = Forked::new(hg);
    command.args(arguments).current_dir(folder);
    command.env_clear().envs(variables);
    command.output().expect("hg")
}

/// What our program does with them there, with that hg in `PATH`.
fn ours_in(case: &Case<'_>, dir: &Path, hg: &Path, arguments: &[&str]) -> Run {
    let (folder, variables) = place_of(case, dir, hg);
    let mut command = program();
    command.args(arguments).current_dir(folder);
    finish(command.env_clear().envs(variables))
}

/// Renames the lone surrogates that stand for undecodable bytes in this JSON, because strict
/// readers refuse them.
fn read_json(text: &str) -> Vec<Value> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\udc") {
        plain.push_str(&rest[..at]);
        plain.push_str("<byte ");
        plain.push_str(&rest[at + 4..at + 6]);
        plain.push('>');
        rest = &rest[at + 6..];
    }
    plain.push_str(rest);
    serde_json::from_str(&plain).expect("JSON")
}

/// Renames surrogates in hg's output, which writes them in UTF-8 where we escape them.
fn escape_surrogates(json: &[u8]) -> String {
    let mut out = Vec::new();
    let mut rest = json;
    while let Some((&first, after)) = rest.split_first() {
        if let [0xed, high @ (0xb2 | 0xb3), low, ..] = rest {
            let byte = ((high & 0x03) << 6) | (low & 0x3f);
            out.extend(format!("\\udc{byte:02x}").bytes());
            rest = &rest[3..];
        } else {
            out.push(first);
            rest = after;
        }
    }
    String::from_utf8(out).expect("UTF-8")
}

/// The settings from files of the case, without Mercurial's own.
fn settings(json: &str, dir: &Path) -> Settings {
    let root = dir.to_str().expect("UTF-8");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    read_json(json)
        .iter()
        .map(|item| {
            (
                text(&item["name"]),
                text(&item["value"]),
                text(&item["source"]),
            )
        })
        .filter(|(_, _, source)| source.starts_with(root))
        .collect()
}

fn theirs(case: &Case<'_>, dir: &Path, hg: &Path) -> Outcome {
    let output = hg_in(case, dir, hg, &["config", "-Tjson", "--source"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        // 1 means that there are no settings at all.
        Some(0 | 1) if !error.contains("abort") && !error.contains("config error") => {
            Ok(settings(&escape_surrogates(&output.stdout), dir))
        }
        _ => Err(error),
    }
}

fn ours(case: &Case<'_>, dir: &Path, hg: &Path) -> Outcome {
    let run = ours_in(case, dir, hg, &["config", "--all", "--format", "json"]);
    match run.code {
        0 => Ok(settings(&run.stdout, dir)),
        2 => Err(run.stderr),
        code => {
            assert_eq!(code, 2, "{}: {}", case.name, run.stderr);
            Err(String::new())
        }
    }
}

/// The `FILE:LINE` that an error message names, below the directory of the case.
fn place(message: &str, dir: &Path) -> String {
    let root = dir.to_str().expect("UTF-8");
    let from = message.find(root).unwrap_or(message.len());
    let text = &message[from..];
    let end = text
        .match_indices(':')
        .map(|(at, _)| {
            at + 1
                + text[at + 1..]
                    .bytes()
                    .take_while(u8::is_ascii_digit)
                    .count()
        })
        .find(|&end| text[..end].ends_with(|c: char| c.is_ascii_digit()));
    text[..end.unwrap_or(text.len())].to_owned()
}

fn compare(case: &Case<'_>, hg: &Path) {
    compare_in(case, build(case).path(), hg);
}

fn compare_in(case: &Case<'_>, dir: &Path, hg: &Path) {
    let path = dir.canonicalize().expect("a path");
    let (theirs, ours) = (theirs(case, &path, hg), ours(case, &path, hg));
    match (&theirs, &ours) {
        (Ok(theirs), Ok(ours)) => assert_eq!(ours, theirs, "{}", case.name),
        (Err(theirs), Err(ours)) => {
            assert_eq!(
                place(ours, &path),
                place(theirs, &path),
                "{}: {theirs}",
                case.name
            );
        }
        _ => panic!("{}: hg says {theirs:?}, we say {ours:?}", case.name),
    }
}

/// Cases of one user file each; the name of a case is its content.
const SINGLE: &[&[u8]] = &[
    b"",
    b"[smtp]\nhost = mail.example.org\nport = 587\ntls = starttls\n",
    b"[smtp]\nhost=a\n[other]\nx=1\n[smtp]\nhost=b\n",
    b"host = before any section\n",
    b"[ smtp ]\nhost = a\n",
    b"[smtp] ; comment\nhost = a # no comment\n",
    b"[smtp] # x]\nhost = a\n",
    b"[a[b]\nx = 1\n",
    b"[a[b] = c\n",
    b"[]\n",
    b"[]=1\n",
    b"[unclosed\n",
    b"[unclosed = 1\n",
    b"[s]\nkey with spaces : and colons = v\n",
    b"[s]\nk==v\n",
    b"[s]\nk = = v\n",
    b"[s]\n= v\n",
    b"[s]\nk =\n",
    b"[s]\nk = \n more\n",
    b"[s]\nk\n",
    b"[s]\nk v\n",
    b"[s]\n k = v\n",
    b"[s]\n\tk = v\n",
    b"[s]\nk = v\n  two\n\tthree  \n",
    b"[s]\nk = v\n# comment\n two\n; comment\n three\n",
    b"[s]\nk = v\n # no comment\n",
    b"[s]\nk = v\n %include x\n",
    b"[s]\nk = v\n\n two\n",
    b"[s]\nk = v\n   \n two\n",
    b"[s]\nk = v\n[t]\n two\n",
    b"[s]\nk = v\n#c\n\nl = w\n two\n",
    b"[s]\nk = v\n%unset k\n two\n",
    b"[s]\r\nk = v\r\n two\r\n",
    b"[s]\rk = v\r two\r",
    b"[s]\nk = v\rl = w\n",
    b"[s]\nk = a\x0bb\x0c\n",
    b"[s]\nk\x0b=\x0ca\n",
    b"\xef\xbb\xbf[s]\nk = v\n",
    b"\n\xef\xbb\xbf[s]\nk = v\n",
    b"[s]\nk = \xe4\xff\n",
    b"[s\xe4]\nk\xff = \xc3\xbc\n",
    b"[s]\nk = a\x00b\n",
    b"[s]\nk = v",
    b"[s]\nk = v\n two",
    b"[s]\nk = 1\nk = 2\nk = 3\n",
    b"[s]\nk = 1\nK = 2\n",
    b"[S]\nk = 1\n[s]\nk = 2\n",
    b"[s]\nk = 1\n%unset k\n",
    b"[s]\nk = 1\n%unset k l\n",
    b"[s]\nk = 1\n%unset  k\nk = 2\n",
    b"[s]\nk = 1\n%unset other\n",
    b"[s]\n%unset\n",
    b"[s]\n%unset \n",
    b"[s]\n%unset k = 1\n",
    b"[s]\n%unsetk\n",
    b"[s]\n%unknown x\n",
    b"%include missing\n[s]\nk = 1\n",
    b"%include\n",
    b"%include \n",
    b"%include=1\n",
    b"%includefile\n",
    b"%include ~/missing\n%include $NOWHERE/x\n[s]\nk=1\n",
    b"%include .\n",
    b"[hostsecurity]\n[::1]:fingerprints = sha256:aa\n",
    b"[hostsecurity]\n::1:fingerprints = sha256:aa\n",
    b"[hostsecurity]\nmail.example.org:fingerprints = sha256:aa,\n  sha256:bb\n",
    b"[hostsecurity ]\na:fingerprints = x\n",
    b"[hostsecurity] ; x]\na:fingerprints = x\n",
    b"[s]\nk = \"quoted # value\"\n",
    b"[s]\nk = v ; w\n",
    b"; comment\n# comment\n[s]\n;k = 1\nk = 2\n",
    b"[s]\nk = 1\n[t]\n[s]\n 2\n",
    b"[s]\n[t]\nk = 1\n",
    b"   \n\t\n[s]\nk = 1\n",
    b"[s]\nk = 1 \\\n 2\n",
    b"[s]\nk = %(x)s $HOME ~\n",
    b"[s]\nk.a = 1\nk:b = 2\n%c = 3\n",
    b"[s]\n;=1\n",
    b"[s]\n\xc2\xa0k = 1\n",
    b"[s]\nk = \xc2\xa0v\xc2\xa0\n",
];

/// Cases with several files, variables, repositories.
const TREES: &[Case<'static>] = &[
    Case {
        name: "xdg wins over ~/.hgrc",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\nl=1\n"),
            ("home/.config/hg/hgrc", b"[s]\nk=2\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "XDG_CONFIG_HOME",
        files: &[
            ("x/hg/hgrc", b"[s]\nk=1\n"),
            ("home/.config/hg/hgrc", b"[s]\nk=2\n"),
        ],
        variables: &[("XDG_CONFIG_HOME", "@/x")],
        cwd: "home",
    },
    Case {
        name: "relative XDG_CONFIG_HOME",
        files: &[
            ("home/x/hg/hgrc", b"[s]\nk=1\n"),
            ("home/.config/hg/hgrc", b"[s]\nk=2\n"),
        ],
        variables: &[("XDG_CONFIG_HOME", "x")],
        cwd: "home",
    },
    Case {
        name: "HGRCPATH file",
        files: &[("rc", b"[s]\nk=1\n"), ("home/.hgrc", b"[s]\nk=2\n")],
        variables: &[("HGRCPATH", "@/rc")],
        cwd: "home",
    },
    Case {
        name: "HGRCPATH directory",
        files: &[
            ("d/b.rc", b"[s]\nk=b\n"),
            ("d/a.rc", b"[s]\nk=a\nl=a\n"),
            ("d/c.txt", b"[s]\nk=c\n"),
        ],
        variables: &[("HGRCPATH", "@/d")],
        cwd: "home",
    },
    Case {
        name: "HGRCPATH list",
        files: &[
            ("a", b"[s]\nk=1\n"),
            ("b", b"[s]\nk=2\n%unset l\n"),
            ("c", b"[s]\nl=3\n"),
        ],
        variables: &[("HGRCPATH", "@/c:@/missing::@/a:@/b")],
        cwd: "home",
    },
    Case {
        name: "HGRCPATH with ~ and $",
        files: &[("home/rc", b"[s]\nk=1\n"), ("v", b"[s]\nl=1\n")],
        variables: &[("HGRCPATH", "~/rc:$WHERE/v"), ("WHERE", "@")],
        cwd: "home",
    },
    Case {
        name: "HGRCPATH empty",
        files: &[("home/.hgrc", b"[s]\nk=1\n")],
        variables: &[("HGRCPATH", "")],
        cwd: "home",
    },
    Case {
        name: "include relative",
        files: &[
            ("home/.hgrc", b"%include sub/a.rc\n[s]\nk=0\n"),
            ("home/sub/a.rc", b"[s]\nk=1\nl=1\n%include ../b.rc\n"),
            ("home/b.rc", b"m=1\n[s]\nl=2\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "include absolute, ~ and $VAR",
        files: &[
            (
                "home/.hgrc",
                b"%include $D/one\n%include ~/two\n%include ${D}/three\n",
            ),
            ("home/one", b"[s]\na=1\n"),
            ("home/two", b"[s]\nb=1\n"),
            ("home/three", b"[s]\nc=1\n"),
        ],
        variables: &[("D", "@/home")],
        cwd: "home",
    },
    Case {
        name: "include in a section",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\n%include inc\nl=1\n m\n"),
            ("home/inc", b"x=1\n[t]\ny=1\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "include with an error",
        files: &[
            ("home/.hgrc", b"[s]\n%include inc\n"),
            ("home/inc", b"[s]\nk=1\n broken = \n\n x=1\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "include with spaces",
        files: &[
            ("home/.hgrc", b"%include a file  \n"),
            ("home/a file", b"[s]\nk=1\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "include unsets",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\n%include inc\n"),
            ("home/inc", b"[s]\n%unset k\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "unset over files",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\nl=1\n"),
            ("home/.config/hg/hgrc", b"[s]\n%unset k\n%unset l\nl=2\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "continuation over files",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\n"),
            ("home/.config/hg/hgrc", b"[s]\n two\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "error in the second file",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\n"),
            ("home/.config/hg/hgrc", b"[s]\njunk\n"),
        ],
        variables: &[],
        cwd: "home",
    },
    Case {
        name: "repository",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\nl=1\n"),
            ("r/.hg/requires", b""),
            ("r/.hg/hgrc", b"[s]\nk=2\n"),
            ("r/.hg/hgrc-not-shared", b"[s]\nk=3\nm=3\n"),
        ],
        variables: &[],
        cwd: "r/sub/dir",
    },
    Case {
        name: "repository with HGRCPATH empty",
        files: &[("r/.hg/requires", b""), ("r/.hg/hgrc", b"[s]\nk=2\n")],
        variables: &[("HGRCPATH", "")],
        cwd: "r",
    },
    Case {
        name: "HGRCSKIPREPO",
        files: &[
            ("home/.hgrc", b"[s]\nk=1\n"),
            ("r/.hg/requires", b""),
            ("r/.hg/hgrc", b"[s]\nk=2\n"),
        ],
        variables: &[("HGRCSKIPREPO", "1")],
        cwd: "r",
    },
    Case {
        name: "error in the repository's",
        files: &[("r/.hg/requires", b""), ("r/.hg/hgrc", b"[s]\nk=2\njunk\n")],
        variables: &[],
        cwd: "r",
    },
    Case {
        name: "include from the repository's",
        files: &[
            ("r/.hg/requires", b""),
            ("r/.hg/hgrc", b"%include ../shared.rc\n"),
            ("r/shared.rc", b"[s]\nk=9\n"),
        ],
        variables: &[],
        cwd: "r",
    },
    Case {
        name: "include from another user's home, and from nobody's",
        files: &[
            (
                "home/.hgrc",
                b"[s]\nk=1\n%include ~root/..$AT/inc\n%include ~no-such-user/..$AT/none\n",
            ),
            ("inc", b"[s]\nk=2\n"),
            ("none", b"[s]\nk=3\n"),
        ],
        variables: &[("AT", "@")],
        cwd: "home",
    },
    Case {
        name: "something in the path that is called hg and is not a program",
        files: &[
            ("no/bin/hg", b"hello\n"),
            ("no/etc/mercurial/hgrc", b"[s]\nk=1\n"),
        ],
        variables: &[("PATH", "@/no/bin:$PATH")],
        cwd: "home",
    },
    Case {
        name: "HGRCPATH in another user's home",
        files: &[("inc", b"[s]\nk=2\n")],
        variables: &[("AT", "@"), ("HGRCPATH", "~root/..$AT/inc")],
        cwd: "home",
    },
];

/// Cases of trust: the files that are read before the hgrc of a repository that the user 12345
/// owns, and whether that hgrc counts.
const TRUST: &[(&str, &[&[u8]])] = &[
    ("nobody is trusted", &[b""]),
    ("everybody", &[b"[trusted]\nusers = *\n"]),
    ("a pattern is none", &[b"[trusted]\nusers = 1*\n"]),
    (
        "one of a list",
        &[b"[trusted]\nusers = me\t\"12345\", you\n"],
    ),
    (
        "half of a quoted name",
        &[b"[trusted]\nusers = \"a 12345\"\n"],
    ),
    ("the group", &[b"[trusted]\ngroups = 54321\n"]),
    ("the user as a group", &[b"[trusted]\ngroups = 12345\n"]),
    ("any group", &[b"[trusted]\ngroups = *\n"]),
    (
        "a later file trusts others as well",
        &[b"[trusted]\nusers = 12345\n", b"[trusted]\nusers = me\n"],
    ),
    (
        "a later file trusts nobody",
        &[b"[trusted]\nusers = 12345\n", b"[trusted]\nusers =\n"],
    ),
    (
        "a later file takes it back",
        &[b"[trusted]\nusers = 12345\n", b"[trusted]\n%unset users\n"],
    ),
    (
        "taken back in the same file",
        &[b"[trusted]\nusers = 12345\nusers = me\n"],
    ),
];

#[test]
fn one_file_at_a_time() {
    let Some(hg) = hg::hg("one_file_at_a_time") else {
        return;
    };
    for content in SINGLE {
        let name = String::from_utf8_lossy(content);
        let files = [("home/.hgrc", *content)];
        let case = Case {
            name: &name,
            files: &files,
            variables: &[],
            cwd: "home",
        };
        compare(&case, &hg);
    }
    assert!(SINGLE.len() + TREES.len() >= 100);
}

#[test]
fn several_files() {
    let Some(hg) = hg::hg("several_files") else {
        return;
    };
    for case in TREES {
        compare(case, &hg);
    }
}

#[test]
fn a_repository_of_another_owner_counts_if_any_file_trusts_the_owner() {
    const TEST: &str = "a_repository_of_another_owner_counts_if_any_file_trusts_the_owner";
    let Some(hg) = hg::hg(TEST) else { return };
    if !nix::unistd::geteuid().is_root() {
        return testkit::skip::skip(TEST, "only root may give a file away");
    }
    let names = ["etc/a.rc", "etc/b.rc"];
    for (name, before) in TRUST {
        let mut files: Vec<(&str, &[u8])> = names.into_iter().zip(before.iter().copied()).collect();
        files.extend([("r/.hg/requires", &b""[..]), ("r/.hg/hgrc", b"[s]\nk=2\n")]);
        let case = Case {
            name,
            files: &files,
            variables: &[("HGRCPATH", "@/etc")],
            cwd: "r",
        };
        let dir = build(&case);
        let hgrc = dir.path().join("r/.hg/hgrc");
        std::os::unix::fs::chown(hgrc, Some(12345), Some(54321)).expect("the owner");
        compare_in(&case, dir.path(), &hg);
    }
}

/// Mercurial's own reader, for many files in one process: it prints a JSON line for each.
const READER: &str = r"
import json, os, sys
from mercurial import config, error
text = lambda b: ''.join('<%02x>' % x if x > 126 or x < 32 else chr(x) for x in b)
for name in sorted(os.listdir(sys.argv[1])):
    path = os.path.join(sys.argv[1], name).encode()
    c = config.config()
    try:
        c.read(path)
    except error.ConfigError as e:
        print(json.dumps({'error': text(e.location)}))
        continue
    items = [[text(s), text(k), text(v), text(c.source(s, k))] for s in c for k, v in c.items(s)]
    print(json.dumps({'items': sorted(items)}))
";

/// Bytes in the form in which that reader prints them.
fn shown(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&b| match b {
            32..=126 => char::from(b).to_string(),
            _ => format!("<{b:02x}>"),
        })
        .collect()
}

fn our_reading(path: &Path) -> Value {
    use smtp_certcheck::hgrc::{Config, Environment, FileReader, ReadError};
    struct Disk;
    impl FileReader for Disk {
        fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
            std::fs::read(path)
        }
    }
    let mut config = Config::default();
    match config.read(path, &Disk, &Environment::default()) {
        Err(ReadError::Syntax(source, _)) => {
            serde_json::json!({"error": format!("{}:{}", source.file.display(), source.line)})
        }
        Err(why) => panic!("{why:?}"),
        Ok(()) => {
            let mut items: Vec<[String; 4]> = config
                .items()
                .map(|(section, key, item)| {
                    let source = format!("{}:{}", item.source.file.display(), item.source.line);
                    [shown(section), shown(key), shown(&item.value), source]
                })
                .collect();
            items.sort();
            serde_json::json!({"items": items})
        }
    }
}

#[test]
fn thousands_of_files_made_at_random() {
    let Some(python) = hg::python("thousands_of_files_made_at_random") else {
        return;
    };
    const PIECES: &[&str] = &[
        "[",
        "]",
        "[s]",
        "[t]",
        "=",
        "k",
        "l",
        " ",
        "\t",
        "\n",
        "\n",
        "\n",
        "\r",
        "\r\n",
        "#",
        ";",
        "%unset ",
        "%unset",
        "%include nowhere",
        "k = v",
        "l=1",
        "k=",
        " more",
        "\u{b}",
        "\u{c}",
        "\u{feff}",
        "ü",
        ":",
        "\"",
        "\\",
        "a b",
    ];
    let dir = TempDir::new().expect("a temporary directory");
    let mut runner = TestRunner::deterministic();
    let strategy = proptest::collection::vec(proptest::sample::select(PIECES), 0..24);
    let paths: Vec<_> = (0..3000)
        .map(|index| {
            let pieces = strategy.new_tree(&mut runner).expect("a value").current();
            let path = dir.path().join(format!("{index:04}"));
            std::fs::write(&path, pieces.concat()).expect("a file");
            path
        })
        .collect();
    let output = Command::new(python)
        .arg("-c")
        .arg(READER)
        .arg(dir.path())
        .output()
        .expect("python");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let theirs = String::from_utf8(output.stdout).expect("ASCII");
    let mut refused = 0;
    for (path, line) in paths.iter().zip(theirs.lines()) {
        let theirs: Value = serde_json::from_str(line).expect("JSON");
        refused += usize::from(theirs.get("error").is_some());
        let content = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(our_reading(path), theirs, "{content:?}");
    }
    assert!(
        refused > 300 && refused < 2900,
        "both kinds are there: {refused}"
    );
}

/// Mercurial's own reader of list values: a JSON line for each line of hex.
const LISTS: &str = r"
import json, sys
from mercurial.utils.stringutil import parselist
for line in sys.stdin:
    print(json.dumps([item.hex() for item in parselist(bytes.fromhex(line))]))
";

#[test]
fn thousands_of_lists_made_at_random() {
    use std::io::Write as _;
    let Some(python) = hg::python("thousands_of_lists_made_at_random") else {
        return;
    };
    const PIECES: &[&str] = &[
        "\"", "\"", "\"\"", "\\", "\\\"", ",", " ", "\n", "\t", "\u{b}", "\u{1c}", "a", "bc",
        "sha1:d",
    ];
    let strategy = proptest::collection::vec(proptest::sample::select(PIECES), 0..12);
    let mut runner = TestRunner::deterministic();
    let values: Vec<String> = (0..20_000)
        .map(|_| {
            strategy
                .new_tree(&mut runner)
                .expect("a value")
                .current()
                .concat()
        })
        .collect();
    let lines: Vec<String> = values
        .iter()
        .map(|value| hex::encode(value) + "\n")
        .collect();
    let mut input = tempfile::tempfile().expect("a file");
    input.write_all(lines.concat().as_bytes()).expect("a file");
    std::io::Seek::rewind(&mut input).expect("a file");
    let output = Command::new(python)
        .args(["-c", LISTS])
        .stdin(input)
        .output()
        .expect("python");
    let theirs = String::from_utf8(output.stdout).expect("ASCII");
    assert_eq!(theirs.lines().count(), values.len());
    for (value, line) in values.iter().zip(theirs.lines()) {
        let theirs: Vec<String> = serde_json::from_str(line).expect("JSON");
        let ours = smtp_certcheck::mercurial::list_items(value.as_bytes());
        let ours: Vec<String> = ours.iter().map(hex::encode).collect();
        assert_eq!(ours, theirs, "{value:?}");
    }
}

#[test]
fn the_settings_for_mail_are_shown_with_their_lines_and_without_passwords() {
    let files: &[(&str, &[u8])] = &[
        (
            "home/.hgrc",
            b"[smtp]\nhost = a\npassword = hush\n[ui]\nusername = me\n",
        ),
        (
            "home/.config/hg/hgrc",
            b"[smtp]\nhost = b\n[web]\ncacerts = x\nport = 1\n",
        ),
    ];
    let case = Case {
        name: "mail",
        files,
        variables: &[],
        cwd: "home",
    };
    let dir = build(&case);
    let root = dir.path().to_str().expect("UTF-8");
    let hg = Path::new("/usr/bin/hg");
    let run = ours_in(&case, dir.path(), hg, &["config"]);
    let expected = format!(
        "{root}/home/.config/hg/hgrc:2: smtp.host=b\n    overrides {root}/home/.hgrc:2\n\
         {root}/home/.hgrc:3: smtp.password=***\n{root}/home/.config/hg/hgrc:4: web.cacerts=x\n"
    );
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, expected.as_str(), "")
    );
}

#[test]
fn a_file_that_includes_itself_and_a_directory_in_its_place_are_errors() {
    for (content, what) in [
        ("%include .hgrc\n", "without end"),
        ("%include .\n", "cannot include"),
    ] {
        let files = [("home/.hgrc", content.as_bytes())];
        let case = Case {
            name: content,
            files: &files,
            variables: &[],
            cwd: "home",
        };
        let dir = build(&case);
        let hg = Path::new("/usr/bin/hg");
        let run = ours_in(&case, dir.path(), hg, &["config"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{content}");
        assert!(
            run.stderr.contains(what) && run.stderr.contains(".hgrc:1"),
            "{}",
            run.stderr
        );
    }
}

/// Pipes and devices in a stranger's repository do not block a user who works in it.
#[test]
fn a_repository_of_pipes_and_devices_is_left() {
    let dir = TempDir::new().expect("a directory");
    let hg = dir.path().join(".hg");
    std::fs::create_dir(&hg).expect("a repository");
    let mode = nix::sys::stat::Mode::S_IRWXU;
    nix::unistd::mkfifo(&hg.join("requires"), mode).expect("a pipe");
    std::os::unix::fs::symlink("/dev/zero", hg.join("sharedpath")).expect("a link");
    let mut command = testkit::program::program();
    command.arg("config").current_dir(dir.path());
    let limited = command.env("HGRCPATH", "").env("HOME", dir.path());
    let mut child = limited
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program");
    for _ in 0..100 {
        if let Some(status) = child.try_wait().expect("a child") {
            return assert!(status.success());
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().expect("a child");
    panic!("it waits for the pipe");
}

/// The exit code and standard error of a run, which must end by itself.
fn ends(command: &mut Command) -> (Option<i32>, String) {
    use std::process::Stdio;
    let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    for _ in 0..200 {
        if child.try_wait().expect("a child").is_some() {
            let output = child.wait_with_output().expect("its output");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return (output.status.code(), said);
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().expect("a child");
    panic!("it waits for the pipe");
}

/// hg waits for a writer. What it would read then cannot be known.
#[test]
fn a_pipe_in_place_of_a_file_is_an_error_without_a_wait() {
    let dir = TempDir::new().expect("a directory");
    let pipe = dir.path().join("pipe");
    let mode = nix::sys::stat::Mode::S_IRWXU;
    nix::unistd::mkfifo(&pipe, mode).expect("a pipe");
    let including = dir.path().join("including");
    std::fs::write(&including, "%include pipe\n").expect("a file");
    for (hgrc, args) in [
        (&pipe, &["config"][..]),
        (&including, &["config"]),
        (&pipe, &["--lint"]),
        (&pipe, &["-q"]),
    ] {
        let mut command = testkit::program::program();
        command.args(args).env("HGRCPATH", hgrc).current_dir("/");
        let (code, said) = ends(&mut command);
        assert_eq!(code, Some(2), "{args:?}: {said}");
        assert!(said.contains("nothing writes to it"), "{args:?}: {said}");
    }
    // A shell's pipe has a writer, which may be slow.
    let text = "(sleep 1; printf '[smtp]\\nhost = a.example\\n')";
    let command = format!("exec \"$0\" config --hgrc <{text}");
    let mut shell = Command::new("bash");
    let program = testkit::program::program();
    shell.arg("-c").arg(command).arg(program.get_program());
    let output = shell.output().expect("bash");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("a.example"), "{output:?}");
}

/// hg continues until Python's stack overflows, after about 330 files.
#[test]
fn includes_go_as_deep_as_hg_reads_them() {
    let Some(hg) = hg::hg("includes_go_as_deep_as_hg_reads_them") else {
        return;
    };
    for (depth, fine) in [(60, true), (300, true), (400, false)] {
        let names: Vec<String> = (0..=depth).map(|at| format!("home/{at}")).collect();
        let texts: Vec<String> = (0..=depth)
            .map(|at| match at {
                _ if at == depth => "[smtp]\nhost = a.example\n".to_owned(),
                _ => format!("%include {}\n", at + 1),
            })
            .collect();
        let files: Vec<(&str, &[u8])> = names
            .iter()
            .zip(&texts)
            .map(|(name, text)| (name.as_str(), text.as_bytes()))
            .collect();
        let case = Case {
            name: "deep",
            files: &files,
            variables: &[("HGRCPATH", "@/home/0")],
            cwd: "home",
        };
        let dir = build(&case);
        let ours = ours(&case, dir.path(), &hg);
        if fine {
            assert_eq!(ours, theirs(&case, dir.path(), &hg), "{depth}");
            continue;
        }
        assert!(ours.expect_err("an error").contains("deeper than hg"));
        let output = hg_in(&case, dir.path(), &hg, &["config"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("RecursionError"), "{said}");
    }
}

/// In plain mode, hg reads neither `[defaults]` nor `[alias]` (`ui._applyconfig`).
#[test]
fn plain_mode_leaves_the_same_sections_out() {
    let dir = TempDir::new().expect("a temporary directory");
    let hgrc = dir.path().join("hgrc");
    let text = "[defaults]\nemail = --insecure\n[alias]\nemail = email -v\n[smtp]\nhost = a\n";
    std::fs::write(&hgrc, text).expect("a file");
    for (variables, sections) in [
        (&[][..], &["alias", "defaults", "smtp"][..]),
        (&[("HGPLAIN", "1")], &["smtp"]),
        (&[("HGPLAINEXCEPT", "alias")], &["alias", "smtp"]),
        (&[("HGPLAINEXCEPT", "color")], &["smtp"]),
    ] {
        for all in [&[][..], &["--all"]] {
            let mut command = program();
            command
                .args(["config", "--format", "json", "--hgrc"])
                .arg(&hgrc);
            command.args(all).envs(variables.iter().copied());
            let run = finish(&mut command);
            let settings: Value = serde_json::from_str(&run.stdout).expect("JSON");
            let settings = settings.as_array().expect("an array").iter();
            let names = settings.map(|setting| setting["name"].as_str().expect("a name"));
            let found: BTreeSet<&str> = names
                .map(|name| name.split('.').next().expect("a section"))
                .collect();
            assert_eq!(found, sections.iter().copied().collect(), "{variables:?}");
        }
    }
}
