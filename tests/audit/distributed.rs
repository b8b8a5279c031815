//! An audit on several machines: the documents' commands for GNU parallel and Kubernetes, run as
//! written.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testkit::pki::{KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, finish, program};
use testkit::server::{Behaviour, Server};

/// A directory with `hosts.txt`, and the CA for `SSL_CERT_FILE`.
struct Place {
    dir: Dir,
    root: PathBuf,
}

impl Place {
    fn new(count: u16) -> Self {
        let pki = Pki::new("Machines", KeyKind::P256);
        let port = |identity| Server::start_on("0.0.0.0:0", &identity, Behaviour::default()).port();
        let ports = [
            port(pki.identity(leaf(&["localhost"]))),
            port(pki.identity(expired_leaf(&["localhost"]))),
        ];
        let mut list = String::new();
        for n in 0..count {
            let ([high, low], port) = (n.to_be_bytes(), ports[usize::from(n % 2)]);
            let _ = writeln!(
                list,
                "smtp://127.0.{high}.{low}:{port} servername=localhost"
            );
        }
        let dir = Dir::new();
        dir.file("hosts.txt", list.replace("127.0.", "127.10."));
        let root = dir.file("root.pem", pki.root_pem());
        Self { dir, root }
    }

    /// A shell in that directory, with the program on its path.
    fn shell(&self, line: &str) -> Command {
        let bin = Path::new(program().get_program())
            .parent()
            .expect("a directory")
            .to_owned();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(self.dir.path())
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("SSL_CERT_FILE", &self.root)
            .env("HOME", self.dir.path())
            .stdin(Stdio::null());
        command
    }

    /// What one run reports.
    fn truth(&self) -> BTreeMap<String, String> {
        let line = "smtp-certcheck audit --input hosts.txt --format jsonl";
        let run = finish(&mut self.shell(line));
        assert_eq!(run.code, 1, "{}", run.stderr);
        outcomes(&run.stdout)
    }
}

/// Each target once, with its outcome.
fn outcomes(jsonl: &str) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut found = BTreeMap::new();
    for line in jsonl.lines() {
        let report: Value = serde_json::from_str(line).expect("JSON");
        let target = text(&report["target"]["input"]);
        let before = found.insert(target.clone(), text(&report["outcome"]));
        assert_eq!(before, None, "{target}");
    }
    found
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    std::fs::read_to_string(path).expect("a document")
}

#[test]
fn gnu_parallel_reports_the_same_as_one_run() {
    const TEST: &str = "gnu_parallel_reports_the_same_as_one_run";
    let version = Command::new("parallel").arg("--version").output();
    if !version.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).starts_with("GNU parallel")) {
        testkit::skip::skip(TEST, "GNU parallel is not installed: run tests/install");
        return;
    }
    let text = document("audit.md");
    let line = text.lines().find(|line| line.starts_with("parallel "));
    let place = Place::new(1200);
    let run = finish(&mut place.shell(line.expect("the line of the document")));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let all = std::fs::read_to_string(place.dir.path().join("all.jsonl")).expect("results");
    let (found, truth) = (outcomes(&all), place.truth());
    assert_eq!((found.len(), &found), (1200, &truth));
}

#[test]
fn the_job_for_kubernetes_reports_the_same_as_one_run() {
    const TEST: &str = "the_job_for_kubernetes_reports_the_same_as_one_run";
    // A reader of YAML that we did not write.
    let script = "import json,sys,yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kubernetes/audit-job.yaml");
    let output = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .stdin(std::fs::File::open(path).expect("the manifest"))
        .output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        testkit::skip::skip(TEST, "python3-yaml is not installed: run tests/install");
        return;
    };
    let documents: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let job = &documents[0];
    assert_eq!(
        (&job["apiVersion"], &job["kind"]),
        (&"batch/v1".into(), &"Job".into())
    );
    let spec = &job["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    let container = &spec["template"]["spec"]["containers"][0];
    // The image has no shell: its entrypoint is the program.
    assert!(container["command"].is_null());
    // What is wrong with the list is as wrong the next time.
    let rule = &spec["podFailurePolicy"]["rules"][0];
    assert_eq!(rule["action"], "FailIndex");
    assert_eq!(rule["onExitCodes"]["values"], serde_json::json!([2]));
    assert_eq!(rule["onExitCodes"]["containerName"], container["name"]);
    assert_eq!(spec["template"]["spec"]["restartPolicy"], "Never");
    assert!(spec["backoffLimitPerIndex"].is_number());
    let shards = container["env"][0]["value"].as_str().expect("a number");
    assert_eq!(spec["completions"].to_string(), shards);
    let mounts: Vec<&str> = container["volumeMounts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|mount| mount["mountPath"].as_str())
        .collect();
    assert_eq!(mounts, ["/hosts", "/results"]);

    let place = Place::new(200);
    let here = place.dir.path().display().to_string();
    // As Kubernetes starts it: without a shell, the variables filled in.
    let part = |index: u32| {
        let words = container["args"].as_array().into_iter().flatten();
        let words = words.filter_map(Value::as_str).map(|word| {
            word.replace("$(JOB_COMPLETION_INDEX)", &index.to_string())
                .replace("$(SHARDS)", shards)
                .replace("/hosts/", &format!("{here}/"))
                .replace("/results/", &format!("{here}/"))
        });
        let mut command = program();
        command
            .args(words)
            .current_dir(place.dir.path())
            .env("SSL_CERT_FILE", &place.root)
            .env("HOME", place.dir.path())
            .stdin(Stdio::null());
        finish(&mut command)
    };
    let mut all = String::new();
    let count: u32 = shards.parse().expect("a number");
    for index in 0..count {
        let run = part(index);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        assert_eq!(run.stderr, "");
        let results = place.dir.path().join(format!("{index}.jsonl"));
        let found = std::fs::read_to_string(results).expect("results");
        assert!(!found.is_empty(), "part {index} is empty");
        all += &found;
    }
    assert_eq!(outcomes(&all), place.truth());

    // A bad line makes each part fail, and its results are there.
    let list = std::fs::read_to_string(place.dir.path().join("hosts.txt")).expect("the list");
    place.dir.file("hosts.txt", format!("b@d line\n{list}"));
    let results = place.dir.path().join("0.jsonl");
    let before = std::fs::read_to_string(&results).expect("results");
    std::fs::remove_file(&results).expect("results");
    let run = part(0);
    assert_eq!(run.code, 2, "{}", run.stderr);
    let after = std::fs::read_to_string(&results).expect("results");
    assert_eq!(outcomes(&after), outcomes(&before));
}
