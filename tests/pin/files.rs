//! Replacing a user's file: whatever happens meanwhile, the file is the old one or the new one,
//! with its mode, owner, attributes and links, and no other program's change is lost.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::server::{Behaviour, Server};
use testkit::skip;

static SERVED: LazyLock<(Identity, Server)> = LazyLock::new(|| {
    let pki = Pki::new("Pin files", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    (identity, server)
});

const OLD: &str = "# mine\n[smtp]\nhost = mail.example\n";

fn new_line(host: &str) -> String {
    let pin = Fingerprint::compute(Algorithm::Sha256, &SERVED.0.chain[0]);
    format!("{host}:fingerprints = {pin}\n")
}

fn new_text() -> String {
    format!("{OLD}\n[hostsecurity]\n{}", new_line("localhost"))
}

/// The command line that pins `host` in `hgrc` without asking.
fn arguments(host: &str, hgrc: &Path) -> Vec<String> {
    let port = SERVED.1.port();
    let (target, to) = (format!("{host}:{port}"), format!("127.0.0.1:{port}"));
    let hgrc = hgrc.to_str().expect("UTF-8");
    let words = [
        "pin",
        &target,
        "--connect",
        &to,
        "--accept-untrusted",
        "--write",
        "--yes",
        "--ehlo",
        "x",
        "--hgrc",
        hgrc,
    ];
    words.map(str::to_owned).to_vec()
}

fn pin(host: &str, hgrc: &Path) -> Run {
    finish(
        program()
            .env("HOME", "/nonexistent")
            .env("HGRCPATH", hgrc)
            .args(arguments(host, hgrc)),
    )
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    let mut permissions = path.as_ref().metadata().expect("it").permissions();
    permissions.set_mode(mode);
    std::fs::set_permissions(path, permissions).expect("the mode");
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file")
}

/// The names in a directory.
fn names(path: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(path).expect("a directory");
    entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

// ------------------------------------------------------------------------------- what is kept

#[test]
fn mode_and_links_stay() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("real")).expect("a directory");
    let real = dir.file("real/rc", OLD);
    set_mode(&real, 0o640);
    symlink("rc", dir.path().join("real/second")).expect("a link");
    let link = dir.path().join("hgrc");
    symlink("real/second", &link).expect("a link");
    let run = pin("localhost", &link);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(read(&real), new_text());
    assert_eq!(real.metadata().expect("it").mode() & 0o7777, 0o640);
    assert_eq!(
        std::fs::read_link(&link).expect("a link"),
        Path::new("real/second")
    );
    assert_eq!(
        names(&dir.path().join("real")),
        BTreeSet::from(["rc".into(), "second".into()])
    );
}

#[test]
fn a_link_to_nothing_is_filled() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("real")).expect("a directory");
    let link = dir.path().join("hgrc");
    symlink("real/rc", &link).expect("a link");
    let run = pin("localhost", &link);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(read(&dir.path().join("real/rc")).contains(&new_line("localhost")));
    assert!(std::fs::read_link(&link).is_ok());
}

#[test]
fn attributes_stay() {
    let dir = Dir::new();
    let file = dir.file("hgrc", OLD);
    if xattr::set(&file, "user.note", b"keep me").is_err() {
        return skip::skip(
            "attributes_stay",
            "the file system has no extended attributes",
        );
    }
    assert_eq!(pin("localhost", &file).code, 0);
    assert_eq!(read(&file), new_text());
    let value = xattr::get(&file, "user.note").expect("attributes");
    assert_eq!(value.as_deref(), Some(&b"keep me"[..]));
}

#[test]
fn the_owner_stays() {
    if !is_root() {
        return skip::skip("the_owner_stays", "only root may give a file away");
    }
    let dir = Dir::new();
    let file = dir.file("hgrc", OLD);
    std::os::unix::fs::chown(&file, Some(12345), Some(54321)).expect("the owner");
    assert_eq!(pin("localhost", &file).code, 0);
    let metadata = file.metadata().expect("it");
    assert_eq!((metadata.uid(), metadata.gid()), (12345, 54321));
}

#[test]
fn hard_links_are_not_broken() {
    let dir = Dir::new();
    let file = dir.file("hgrc", OLD);
    std::fs::hard_link(&file, dir.path().join("twin")).expect("a link");
    let run = pin("localhost", &file);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("hard links"), "{}", run.stderr);
    assert_eq!(read(&file), OLD);
}

// ------------------------------------------------------------------------------- what fails

/// Runs the program as a user without privileges, to whom the directory belongs.
fn as_nobody(dir: &Path, hgrc: &Path) -> Run {
    const NOBODY: u32 = 65534;
    let mut command = program();
    command
        .env("HOME", "/nonexistent")
        .env("HGRCPATH", hgrc)
        .args(arguments("localhost", hgrc));
    if is_root() {
        // A copy of the program that this user can reach.
        let copy = dir.join("program");
        // Another process copies it: a file that this process has open for writing while another
        // thread forks could not be executed.
        let copied = Command::new("cp")
            .arg(env!("CARGO_BIN_EXE_smtp-certcheck"))
            .arg(&copy)
            .status();
        assert!(copied.expect("cp").success());
        let mut other = Command::new(copy);
        other
            .args(command.get_args())
            .env("HOME", "/nonexistent")
            .env_remove("HGRCPATH");
        other
            .stdin(Stdio::null())
            .current_dir("/")
            .uid(NOBODY)
            .gid(NOBODY);
        return finish(&mut other);
    }
    finish(&mut command)
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error() {
    let dir = Dir::new();
    set_mode(dir.path(), 0o755);
    let closed = dir.path().join("closed");
    std::fs::create_dir(&closed).expect("a directory");
    let file = dir.file("closed/hgrc", OLD);
    set_mode(&closed, 0o555);
    let run = as_nobody(dir.path(), &file);
    set_mode(&closed, 0o755);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("ermission denied"), "{}", run.stderr);
    assert_eq!((read(&file).as_str(), names(&closed).len()), (OLD, 1));
}

#[test]
fn a_file_of_another_owner_does_not_change_hands() {
    if !is_root() {
        return skip::skip(
            "a_file_of_another_owner_does_not_change_hands",
            "only root may give a file away",
        );
    }
    let dir = Dir::new();
    set_mode(dir.path(), 0o755);
    let open = dir.path().join("open");
    std::fs::create_dir(&open).expect("a directory");
    set_mode(&open, 0o777);
    let file = dir.file("open/hgrc", OLD);
    set_mode(&file, 0o666);
    let run = as_nobody(dir.path(), &file);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("keep the owner"), "{}", run.stderr);
    assert_eq!((read(&file).as_str(), names(&open).len()), (OLD, 1));
    assert_eq!(file.metadata().expect("it").uid(), 0);
}

#[test]
fn something_that_is_not_a_file_is_an_error() {
    let dir = Dir::new();
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).expect("a directory");
    let missing = dir.path().join("none/hgrc");
    for place in [&folder, &missing] {
        let run = pin("localhost", place);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(
            run.stderr.contains(place.to_str().expect("UTF-8")),
            "{}",
            run.stderr
        );
    }
    assert_eq!(names(&folder).len(), 0);
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    const TEST: &str = "a_full_disk_leaves_the_old_file";
    if !is_root() {
        return skip::skip(TEST, "only root may mount a small file system");
    }
    let dir = Dir::new();
    let place = dir.path().join("small");
    std::fs::create_dir(&place).expect("a directory");
    // A mount of its own, which disappears with the shell.
    let script = format!(
        "set -e; mount -t tmpfs -o size=16k small {0}; printf '%s' \"$OLD\" > {0}/hgrc
         dd if=/dev/zero of={0}/fill bs=1k 2>/dev/null || true
         code=0; \"$@\" 2> {1}/stderr || code=$?
         cp {0}/hgrc {1}/after; ls -A {0} > {1}/names; exit $code",
        place.display(),
        dir.path().display()
    );
    let mut command = Command::new("unshare");
    command.args([
        "-m",
        "sh",
        "-c",
        &script,
        "sh",
        env!("CARGO_BIN_EXE_smtp-certcheck"),
    ]);
    command.args(arguments("localhost", &place.join("hgrc")));
    command
        .env("OLD", OLD)
        .env("HOME", "/nonexistent")
        .env_remove("HGRCPATH");
    let run = finish(command.stdin(Stdio::null()));
    let after = dir.path().join("after");
    if !after.exists() {
        return skip::skip(TEST, "no file system can be mounted here");
    }
    assert_eq!(run.code, 2, "{}", read(&dir.path().join("stderr")));
    let said = read(&dir.path().join("stderr"));
    assert!(said.contains("No space left"), "{said}");
    assert_eq!(read(&after), OLD);
    assert_eq!(read(&dir.path().join("names")), "fill\nhgrc\n");
}

// ------------------------------------------------------------------------------- crashes

/// Runs the program under strace.
fn traced(options: &[&str], log: &Path, hgrc: &Path) -> Command {
    let mut command = Command::new("strace");
    command.arg("-f").arg("-o").arg(log).args(options);
    command
        .arg(env!("CARGO_BIN_EXE_smtp-certcheck"))
        .args(arguments("localhost", hgrc));
    command.env("HOME", "/nonexistent").env("HGRCPATH", hgrc);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// A system call of the main thread: its name, and its number among the calls of that name.
type Moment = (String, usize);

/// Every call from the diff on, which is about where writing begins, and some calls before it.
fn moments(dir: &Dir) -> Option<Vec<Moment>> {
    let hgrc = dir.file("measure", OLD);
    let log = dir.path().join("log");
    let output = traced(&[], &log, &hgrc).output().ok()?;
    let log = String::from_utf8_lossy(&std::fs::read(log).ok()?).into_owned();
    if !output.status.success() || read(&hgrc) == OLD {
        return None;
    }
    let main = log.split(' ').next()?;
    let mut counts = std::collections::HashMap::new();
    let mut calls: Vec<Moment> = Vec::new();
    let mut writing = false;
    for line in log.lines().filter_map(|line| line.strip_prefix(main)) {
        let Some((name, rest)) = line.trim_start().split_once('(') else {
            continue;
        };
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') || name == "exit_group" {
            continue;
        }
        let count: &mut usize = counts.entry(name.to_owned()).or_insert(0);
        *count += 1;
        writing |= rest.starts_with("1, \"---");
        if writing || calls.len().is_multiple_of(97) || count.is_multiple_of(61) {
            calls.push((name.to_owned(), *count));
        }
    }
    writing.then_some(calls)
}

#[test]
fn killed_at_any_system_call_it_is_the_old_file_or_the_new_one() {
    const TEST: &str = "killed_at_any_system_call_it_is_the_old_file_or_the_new_one";
    let dir = Dir::new();
    let Some(moments) = moments(&dir) else {
        return skip::skip(TEST, "strace does not work here");
    };
    let (mut old, mut new, mut leftovers) = (0, 0, 0);
    for (name, count) in moments {
        let moment = format!("{name} {count}");
        let place = Dir::new();
        let hgrc = place.file("hgrc", OLD);
        let inject = format!("inject={name}:signal=KILL:when={count}");
        let status = traced(&["-e", &inject], Path::new("/dev/null"), &hgrc)
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok());
        match read(&hgrc) {
            text if text == OLD => old += 1,
            text if text == new_text() => new += 1,
            text => assert_eq!(text, OLD, "killed at call {moment}"),
        }
        leftovers += usize::from(names(place.path()).len() > 1);
        // The next run is not prevented from working, and removes leftovers.
        let run = pin("localhost", &hgrc);
        assert_eq!(run.code, 0, "after a kill at call {moment}: {}", run.stderr);
        assert_eq!(read(&hgrc), new_text(), "after a kill at call {moment}");
        assert_eq!(
            names(place.path()),
            BTreeSet::from(["hgrc".into()]),
            "call {moment}"
        );
    }
    // Otherwise the kills missed the intended calls.
    assert!(
        old > 0 && new > 0 && leftovers > 0,
        "{old} old, {new} new, {leftovers} leftovers"
    );
}

#[test]
fn whatever_system_call_fails_it_is_the_old_file_or_the_new_one() {
    const TEST: &str = "whatever_system_call_fails_it_is_the_old_file_or_the_new_one";
    let dir = Dir::new();
    let Some(moments) = moments(&dir) else {
        return skip::skip(TEST, "strace does not work here");
    };
    let mut failures = 0;
    for (name, count) in moments.into_iter().rev().take(80) {
        let moment = format!("{name} {count}");
        let place = Dir::new();
        let hgrc = place.file("hgrc", OLD);
        let inject = format!("inject={name}:error=EIO:when={count}");
        let run = traced(&["-e", &inject], Path::new("/dev/null"), &hgrc)
            .output()
            .expect("strace");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        let code = run.status.code();
        let text = read(&hgrc);
        assert!(text == OLD || text == new_text(), "call {moment}: {text}");
        // Threads make the count vary: the call may have been one of the runtime's own, before
        // anything was written.
        let elsewhere = said.contains("/tokio-") && text == OLD;
        assert!(code != Some(101) || elsewhere, "call {moment}: {said}");
        if code == Some(0) {
            assert_eq!(
                text,
                new_text(),
                "call {moment}: success is claimed: {said}"
            );
        } else {
            failures += 1;
        }
        assert_eq!(pin("localhost", &hgrc).code, 0, "after call {moment}");
        assert_eq!(
            names(place.path()),
            BTreeSet::from(["hgrc".into()]),
            "call {moment}: {said}"
        );
    }
    assert!(failures > 3, "only {failures} of the failures mattered");
}

// ------------------------------------------------------------------------------- others

#[test]
fn twenty_writers_at_once_lose_nothing() {
    let dir = Dir::new();
    let file = dir.file("hgrc", OLD);
    let hosts: Vec<String> = (0..20).map(|n| format!("h{n}.example")).collect();
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let running: Vec<_> = hosts
            .iter()
            .map(|host| scope.spawn(|| pin(host, &file)))
            .collect();
        running
            .into_iter()
            .map(|run| run.join().expect("a run"))
            .collect()
    });
    for run in &runs {
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let text = read(&file);
    for host in &hosts {
        assert!(text.contains(&new_line(host)), "{host} is lost:\n{text}");
    }
    assert_eq!(
        text.lines().count(),
        OLD.lines().count() + 2 + hosts.len(),
        "{text}"
    );
    assert_eq!(names(dir.path()), BTreeSet::from(["hgrc".into()]));
}

#[test]
fn an_included_file_is_replaced_where_its_link_leads() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("elsewhere")).expect("a directory");
    let stale = format!(
        "[hostsecurity]\nlocalhost:fingerprints = sha256:{}\n",
        "a".repeat(64)
    );
    let real: PathBuf = dir.file("elsewhere/pins", &stale);
    symlink("elsewhere/pins", dir.path().join("pins")).expect("a link");
    let main = dir.file("hgrc", format!("{OLD}%include pins\n"));
    let mut command = program();
    command
        .env("HOME", "/nonexistent")
        .env("HGRCPATH", &main)
        .args(arguments("localhost", &main));
    let run = finish(command.arg("--replace"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        read(&real),
        format!("[hostsecurity]\n{}", new_line("localhost"))
    );
    assert!(std::fs::read_link(dir.path().join("pins")).is_ok());
    assert_eq!(read(&main), format!("{OLD}%include pins\n"));
}
