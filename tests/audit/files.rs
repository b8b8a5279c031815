//! The files that an audit writes, and the ones it takes from the audit before: no file is lost,
//! and a partial result is not taken for a complete one.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::raw::{line, listen, silent};
use testkit::server::{Behaviour, Server, serve};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Files", KeyKind::P256));

/// A line of a list, and the server that it names.
fn good() -> String {
    let identity = PKI.identity(leaf(&["localhost"]));
    line(serve(&identity))
}

/// One connection after the other, in the order of the list.
fn command(dir: &Dir, list: &str, args: &[&str]) -> Command {
    let root = dir.file("root.pem", PKI.root_pem());
    let file = dir.file("list", list);
    let mut command = program();
    command
        .args(["audit", "--ehlo", "x", "--pause", "0", "-4", "--cacerts"])
        .arg(root)
        .arg("--input")
        .arg(file)
        .args(args);
    command
}

fn run(dir: &Dir, list: &str, args: &[&str]) -> Run {
    finish(&mut command(dir, list, args))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode_its_owner_and_its_links() {
    let dir = Dir::new();
    let real = dir.file("real", "yesterday");
    let link = dir.path().join("link");
    std::os::unix::fs::symlink("real", &link).expect("a link");
    fs::set_permissions(&real, Permissions::from_mode(0o640)).expect("its mode");
    let is_root = nix::unistd::geteuid().is_root();
    if is_root {
        std::os::unix::fs::chown(&real, Some(1), Some(2)).expect("its owner");
    }
    let before = fs::metadata(&real).expect("it");
    let run = run(&dir, &good(), &["--format", "csv", "--output", text(&link)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        fs::symlink_metadata(&link)
            .expect("it")
            .file_type()
            .is_symlink()
    );
    let after = fs::metadata(&real).expect("it");
    assert_eq!(after.mode(), before.mode());
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
    if is_root {
        assert_eq!((after.uid(), after.gid()), (1, 2));
    }
    assert_eq!(fs::read_to_string(&real).expect("it").lines().count(), 2);
}

#[test]
fn a_pipe_or_a_device_is_written_to_and_never_replaced() {
    let dir = Dir::new();
    let pipe = dir.path().join("pipe");
    mkfifo(&pipe, Mode::from_bits_truncate(0o600)).expect("a pipe");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("what came")
    });
    let told = run(&dir, &good(), &["--format", "csv", "--output", text(&pipe)]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    // First of all: nothing would come out of a pipe that is not there any more.
    assert!(fs::metadata(&pipe).expect("it").file_type().is_fifo());
    assert_eq!(reader.join().expect("it reads").lines().count(), 2);

    // A device node of our own, in case it is replaced after all. Not every user may make one.
    let full = dir.path().join("full");
    let made = Command::new("mknod")
        .args([text(&full), "c", "1", "7"])
        .stderr(Stdio::null())
        .status();
    if made.is_ok_and(|status| status.success()) && fs::write(&full, "x").is_err() {
        let told = run(&dir, &good(), &["--format", "csv", "--output", text(&full)]);
        assert_eq!(told.code, 2);
        assert!(
            told.stderr.contains("No space left on device"),
            "{}",
            told.stderr
        );
        assert!(
            fs::metadata(&full)
                .expect("it")
                .file_type()
                .is_char_device()
        );
    }
}

/// With a server that never answers: a program that waits for it has connected.
#[test]
fn unwritable_files_are_reported_before_any_connection() {
    let dir = Dir::new();
    let directory = text(dir.path());
    let refused = [
        (vec!["--output", directory], "Is a directory"),
        (vec!["--save", directory], "Is a directory"),
        (vec!["--output", "/nonexistent/x"], "No such file"),
        (
            vec!["--output", "same", "--save", "./same"],
            "name the same file",
        ),
    ];
    for (args, why) in refused {
        let mut command = command(&dir, &line(listen(silent)), &args);
        let run = finish(command.current_dir(dir.path()));
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let left: Vec<_> = fs::read_dir(dir.path()).expect("it").flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_target_that_comes_twice_is_not_new_the_second_time() {
    let dir = Dir::new();
    let results = dir.file("results", "");
    let one = good();
    let list = format!("{one}{one}");
    let daily = ["--baseline", text(&results), "--save", text(&results), "-q"];
    assert_eq!(run(&dir, &list, &daily).stdout.matches("[new]").count(), 2);
    assert_eq!(run(&dir, &list, &daily).stdout, "");
}

#[test]
fn the_targets_of_other_shards_and_of_the_earlier_run_are_not_gone() {
    let dir = Dir::new();
    let results = dir.path().join("results");
    let list: String = (0..6).map(|_| good()).collect();
    run(
        &dir,
        &list,
        &["--format", "jsonl", "--output", text(&results)],
    );
    let baseline = ["--baseline", text(&results)];
    for shard in ["1/3", "2/3", "3/3"] {
        let run = run(&dir, &list, &[&baseline[..], &["--shard", shard]].concat());
        assert!(!run.stdout.contains("Gone"), "{shard}: {}", run.stdout);
    }
    // What is reported concerns only the requested part.
    let fewer: String = list
        .lines()
        .take(3)
        .map(|line| line.to_owned() + "\n")
        .collect();
    let gone = |shard: &str| {
        let run = run(&dir, &fewer, &[&baseline[..], &["--shard", shard]].concat());
        let names = run
            .stdout
            .lines()
            .skip_while(|line| !line.starts_with("Gone"));
        names.skip(1).take_while(|line| !line.is_empty()).count()
    };
    assert_eq!(gone("1/3") + gone("2/3") + gone("3/3"), 3);

    let whole = fs::read_to_string(&results).expect("the results");
    let half: String = whole
        .lines()
        .take(3)
        .map(|line| line.to_owned() + "\n")
        .collect();
    let resumed = dir.file("resumed", &half);
    let told = run(
        &dir,
        &list,
        &[&baseline[..], &["--resume", text(&resumed)]].concat(),
    );
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(!told.stderr.contains("Gone"), "{}", told.stderr);
    let lines = fs::read_to_string(&resumed).expect("the results");
    assert_eq!(lines.lines().count(), 6);
}

#[test]
fn an_interrupted_audit_is_not_a_baseline_for_the_next() {
    let dir = Dir::new();
    let (one, two) = (good(), good());
    let results = dir.path().join("results");
    let save = ["--save", text(&results)];
    let told = run(&dir, &format!("{one}{two}"), &save);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let whole = fs::read(&results).expect("the results");

    let list = format!("{one}{}{two}", line(listen(silent)));
    let daily = [&save[..], &["--jobs", "1", "--baseline", text(&results)]].concat();
    let child = command(&dir, &list, &daily)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    std::thread::sleep(Duration::from_secs(2));
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    kill(pid, Signal::SIGTERM).expect("it runs");
    let output = child.wait_with_output().expect("its output");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(!stdout.contains("Gone"), "{stdout}");
    assert!(stderr.contains("did not come to its end"), "{stderr}");
    assert_eq!(fs::read(&results).expect("the results"), whole);
    assert_eq!(fs::read_dir(dir.path()).expect("it").count(), 3);
}

/// A certificate for a thousand names makes a line that is longer than one of a list may be.
#[test]
fn a_long_report_is_a_baseline_and_goes_on() {
    let names: Vec<String> = (0..1000).map(|n| format!("n{n}.example.org")).collect();
    let names: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .chain(["localhost"])
        .collect();
    let identity = PKI.identity(leaf(&names));
    let list = line(Server::start(&identity, Behaviour::default()).address);
    let dir = Dir::new();
    let results = dir.path().join("results");
    let first = run(&dir, &list, &["--resume", text(&results)]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let report = fs::read_to_string(&results).expect("it");
    assert!(report.len() > 17_000, "{}", report.len());
    let args = ["--baseline", text(&results), "--changes-only"];
    let told = run(&dir, &list, &[&args[..], &["--format", "csv"]].concat());
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert_eq!(told.stdout.lines().count(), 1, "{}", told.stdout);
    let again = run(&dir, &list, &["--resume", text(&results)]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(fs::read_to_string(&results).expect("it"), report);
}

#[test]
fn a_file_that_is_not_an_audit_is_not_resumed() {
    let dir = Dir::new();
    let list = good();
    let report = finish(&mut command(&dir, &list, &["--format", "jsonl"])).stdout;
    let foreign = [
        ("mail.example.org:25".to_owned(), 1),
        ("{\"a\":1}\n[1,2]\n".to_owned(), 1),
        (format!("{report}[1,2]\n"), 2),
        (format!("{report}\n{{\"target\":{{\"input\":\"x\"}}}}\n"), 3),
        (format!("{report}{{\"sch,"), 2),
        (format!("{report}x"), 2),
    ];
    for (before, number) in foreign {
        let file = dir.file("mine", &before);
        let told = run(&dir, &line(listen(silent)), &["--resume", text(&file)]);
        assert_eq!(told.code, 2, "{before}: {}", told.stderr);
        let place = format!("mine:{number}: it is no");
        assert!(told.stderr.contains(&place), "{before}: {}", told.stderr);
        assert_eq!(fs::read_to_string(&file).expect("it"), before);
    }
    for torn in ["{", "{\"schema\"", "{\"schema\":1,\"target\":{\"inp"] {
        let file = dir.file("ours", format!("{report}{torn}"));
        let told = run(&dir, &list, &["--resume", text(&file)]);
        assert_eq!(told.code, 0, "{torn}: {}", told.stderr);
        assert_eq!(fs::read_to_string(&file).expect("it"), report);
    }
    for args in [
        &["--resume", "-"][..],
        &["--resume", text(dir.path())],
        &["--input", "-", "--baseline", "-"],
    ] {
        let mut command = program();
        let told = finish(command.arg("audit").args(args).arg("localhost:1"));
        assert_eq!(told.code, 2, "{args:?}: {}", told.stderr);
        assert!(told.stderr.starts_with("error: "), "{}", told.stderr);
    }
}

/// The same server, asked for two certificates.
#[test]
fn lines_with_other_names_are_other_targets() {
    let dir = Dir::new();
    let server = good();
    let server = server.trim();
    let list = format!("{server}\n{server} servername=other.example\n");
    let results = dir.path().join("results");
    let resume = ["--resume", text(&results)];
    // One was done, and not the other.
    let first = run(
        &dir,
        &format!("{server} servername=other.example\n"),
        &resume,
    );
    assert_eq!(first.code, 1, "{}", first.stderr);
    for _ in 0..2 {
        let told = run(&dir, &list, &resume);
        assert_eq!(told.code, 1, "{}", told.stderr);
        let all = fs::read_to_string(&results).expect("it");
        let names: Vec<bool> = all
            .lines()
            .map(|line| line.contains("\"servername\":\"other.example\""))
            .collect();
        assert_eq!(names, [true, false], "{all}");
    }
    let args = ["--baseline", text(&results), "--format", "csv"];
    let told = run(&dir, &list, &[&args[..], &["--changes-only"]].concat());
    assert_eq!(told.stdout.lines().count(), 1, "{}", told.stdout);
    let told = run(&dir, &format!("{server}\n"), &args);
    let gone = format!("{} (other.example)", server.replace("smtp://", ""));
    assert!(told.stderr.contains(&gone), "{}", told.stderr);

    let metrics = run(&dir, &list, &["--format", "prometheus"]).stdout;
    for (name, trusted) in [("localhost", 1), ("other.example", 0)] {
        let port = server.rsplit(':').next().expect("a port");
        let place = format!("host=\"localhost\",port=\"{port}\"");
        let labels = format!("target=\"{server}\",{place},servername=\"{name}\",label=\"\"");
        let sample = format!("smtp_certcheck_trusted{{{labels}}} {trusted}\n");
        assert!(metrics.contains(&sample), "{sample}: {metrics}");
    }
    let cases = run(&dir, &list, &["--format", "junit"]).stdout;
    for name in [server, &format!("{server} (other.example)")] {
        assert!(cases.contains(&format!("name=\"{name}\"")), "{cases}");
    }
}

/// Standard input is not read to its end, and a file would be left over.
#[test]
fn a_signal_while_the_list_is_read_leaves_nothing() {
    let dir = Dir::new();
    let output = dir.path().join("output");
    let mut command = program();
    command
        .args(["audit", "--strict", "--input", "-", "--output"])
        .arg(&output);
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let input = child.stdin.take();
    let names = || {
        let names = fs::read_dir(dir.path()).expect("it").flatten();
        names
            .filter(|entry| entry.file_name().to_string_lossy().ends_with('~'))
            .count()
    };
    let started = std::time::Instant::now();
    while names() == 0 && started.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(names(), 1);
    std::thread::sleep(Duration::from_millis(100));
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    kill(pid, Signal::SIGTERM).expect("it runs");
    let output = child.wait_with_output().expect("its output");
    drop(input);
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("interrupted before any connection"), "{said}");
    assert_eq!(names(), 0);
}

#[test]
fn the_list_is_not_replaced_by_its_results() {
    let dir = Dir::new();
    let list = line(listen(silent));
    let file = dir.file("list", &list);
    let link = dir.path().join("link");
    fs::hard_link(&file, &link).expect("a link");
    for option in ["--output", "--save", "--resume"] {
        for (input, path) in [("list", "list"), ("list", "./link"), ("-", "list")] {
            let mut command = program();
            let stdin = fs::File::open(&file).expect("the list");
            let told = command
                .args(["audit", "--input", input, option, path])
                .current_dir(dir.path())
                .stdin(stdin)
                .output()
                .expect("it runs");
            let said = String::from_utf8_lossy(&told.stderr);
            assert_eq!(told.status.code(), Some(2), "{option} {path}: {said}");
            assert!(said.contains("--input"), "{said}");
            assert_eq!(fs::read_to_string(&file).expect("it"), list);
        }
    }
}

#[test]
fn no_line_of_a_list_vanishes() {
    let dir = Dir::new();
    let line = good().trim().to_owned();
    for (name, list, targets, code) in [
        ("LF", format!("{line}\n{line}\n"), 2, 0),
        ("CR LF", format!("{line}\r\n{line}\r\n"), 2, 0),
        ("CR", format!("{line}\r{line}\r"), 2, 0),
        (
            "CR after a comment",
            format!("# a list\r{line}\r{line}"),
            2,
            0,
        ),
        ("CR in one line", format!("{line}\n{line}\r{line}\n"), 3, 0),
        (
            "CR and LF the other way round",
            format!("{line}\n\r{line}\n\r"),
            2,
            0,
        ),
        ("bad after CR", format!("{line}\rb@d line\r"), 1, 2),
        ("comments", "# nothing\n\n".to_owned(), 0, 2),
        ("empty", String::new(), 0, 2),
    ] {
        let run = run(&dir, &list, &["--format", "csv"]);
        let rows = run.stdout.lines().count().saturating_sub(1);
        assert_eq!((rows, run.code), (targets, code), "{name}: {}", run.stderr);
    }
    // A shard may have none.
    let shards = ["1/2", "2/2"].map(|shard| run(&dir, &line, &["--shard", shard]).code);
    assert_eq!(shards, [0, 0]);
    let run = run(&dir, &format!("{line}\rb@d line\r"), &["--format", "csv"]);
    assert!(run.stderr.contains("list:2:"), "{}", run.stderr);
}

#[test]
fn the_bytes_of_a_comment_do_not_matter_and_utf_16_is_named() {
    let dir = Dir::new();
    let line = good().trim().to_owned();
    let audit = |bytes: Vec<u8>| {
        let mut command = command(&dir, "", &["--format", "csv"]);
        fs::write(dir.path().join("list"), bytes).expect("a list");
        finish(&mut command)
    };
    let mut latin = b"# caf\xe9 \x00\xff\n".to_vec();
    latin.extend(format!("{line} # ").into_bytes());
    latin.extend(b"caf\xe9\n");
    let run = audit(latin);
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (0, 2),
        "{}",
        run.stderr
    );
    let mut bad = line.clone().into_bytes();
    bad.extend(b" label=caf\xe9\n");
    assert_eq!(audit(bad).code, 2);
    for (mark, big) in [
        (&[0xff, 0xfe][..], false),
        (&[0xfe, 0xff], true),
        (&[], false),
        (&[], true),
    ] {
        let text = format!("{line}\n{line}\n");
        let pairs = text.encode_utf16().flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        let run = audit(mark.iter().copied().chain(pairs).collect());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("iconv -f UTF-16"), "{}", run.stderr);
        assert_eq!(run.stderr.matches("UTF-16").count(), 2, "{}", run.stderr);
    }
}
