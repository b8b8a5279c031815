//! Whether `hg email` runs, its release, and its trust store, with the real hg as the judge.

use super::{PKI, fill, hg_command, home, repository};
use serde_json::Value;
use std::path::Path;
use testkit::hg::{self, Forked};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::Dir;
use testkit::server::{Behaviour, Server};

/// A pinned server, without a section `[extensions]`.
const PINNED: &str = "tls=starttls\n[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256}\n";

/// The home directory of a configuration that is read completely, as hg reads it.
fn whole(server: &Server, identity: &Identity, more: &str) -> Dir {
    home(server, &format!("{PINNED}{more}"), identity)
}

/// Whether the real hg sends with that file alone.
fn sends(hg: &Path, home: &Path, server: &Server) -> (bool, String) {
    let output = hg_command(hg, home).output().expect("hg");
    (
        got_mail(server),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn got_mail(server: &Server) -> bool {
    let mail = |line: &String| line.to_lowercase().starts_with("mail from");
    server.lines().iter().any(mail)
}

/// Our report, with that hg in `PATH`, or with none.
fn verdict(hg: Option<&Path>, home: &Path, repository: &Path, options: &[&str]) -> (i32, Value) {
    let folder = hg
        .and_then(Path::parent)
        .map_or("/nowhere".into(), Path::to_owned);
    let root = home.join("root.pem");
    let run = testkit::program::finish(
        testkit::program::program()
            .args(["--format", "json", "--ehlo", "probe.example", "--cacerts"])
            .arg(root)
            .args(options)
            .current_dir(repository)
            .env("HGRCPATH", home.join("hgrc"))
            .env("HOME", home)
            .env("PLACE", home)
            .env("PATH", folder),
    );
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    (run.code, report)
}

fn codes(report: &Value) -> Vec<String> {
    let lints = report["lint"].as_array().expect("lints");
    let codes = lints
        .iter()
        .map(|lint| lint["code"].as_str().expect("a code"));
    codes.map(str::to_owned).collect()
}

const ON: &str = "[extensions]\npatchbomb=\n";

/// Settings added to a pinned server, our answer, and the codes of our lints.
const CONFIGURATIONS: &[(&str, Option<bool>, &[&str])] = &[
    (ON, Some(true), &[]),
    ("[extensions]\nhgext.patchbomb=\n", Some(true), &[]),
    (
        "[extensions]\npatchbomb=!\nhgext.patchbomb=\n",
        Some(true),
        &[],
    ),
    ("", Some(false), &["no-patchbomb"]),
    (
        "[extensions]\npatchbomb=!\n",
        Some(false),
        &["no-patchbomb"],
    ),
    (
        "[extensions]\nPatchbomb=\nrebase=\n",
        None,
        &["no-patchbomb"],
    ),
    ("[extensions]\nrebase=\n", Some(false), &["no-patchbomb"]),
    (
        "[extensions]\npatchbomb=@/none.py\n",
        Some(false),
        &["missing-extension"],
    ),
    (
        "[extensions]\npatchbomb=@/root.pem\n",
        None,
        &["missing-extension"],
    ),
    (
        "[extensions]\npatchbomb=\nother=@/none.py\n",
        Some(true),
        &[],
    ),
    (
        "[extensions]\npatchbomb=\nother=@/none.py\nother:required=yes\n",
        Some(false),
        &["missing-extension"],
    ),
    (
        "[extensions]\npatchbomb=\nother=@/none.py\n*:required=1\n",
        Some(false),
        &["missing-extension"],
    ),
    ("{on}[ui]\nquiet=maybe\n", Some(false), &["invalid-value"]),
    ("{on}[ui]\nquiet=\n", Some(false), &["invalid-value"]),
    ("{on}[ui]\nquiet=never\n", Some(true), &[]),
    ("{on}[ui]\ninteractive=maybe\n", None, &["invalid-value"]),
    ("{on}[email]\ncc=é\n", None, &["invalid-value"]),
    (
        "{on}[patchbomb]\nreply-to=a@b.example, é@b.example\n",
        None,
        &["invalid-value"],
    ),
    ("{on}[email]\ncc=R. é <r@b.example>\n", Some(true), &[]),
    (
        "{on}[patchbomb]\nflagtemplate={bad\n",
        None,
        &["invalid-value"],
    ),
    ("{on}[patchbomb]\nflagtemplate=bad\n", Some(true), &[]),
    ("{on}[ui]\nquiet=maybe\ndebug=1\n", None, &["invalid-value"]),
    ("{on}[ui]\nverbose=2\n", Some(false), &["invalid-value"]),
    (
        "{on}[ui]\nreport_untrusted=x\n",
        Some(false),
        &["invalid-value"],
    ),
    (
        "{on}[progress]\ndisable=x\n",
        Some(false),
        &["invalid-value"],
    ),
    (
        "{on}[profiling]\nenabled=x\n",
        Some(false),
        &["invalid-value"],
    ),
    ("{on}[diff]\nunified=x\n", Some(false), &["invalid-value"]),
    ("{on}[diff]\nunified=+1_0\n", Some(true), &[]),
    ("{on}[ui]\naskusername=maybe\n", Some(true), &[]),
    (
        "{on}[alias]\nemail = email --config smtp.tls=none\n",
        Some(false),
        &["bad-command"],
    ),
    (
        "{on}[alias]\nemail = email --subject '--config'\n",
        Some(true),
        &[],
    ),
    (
        "{on}[alias]\nemail = email 'x\n",
        Some(false),
        &["bad-command"],
    ),
    (
        "{on}[alias]\nemail = email $$\n",
        Some(false),
        &["bad-command"],
    ),
    ("{on}[alias]\nemail = email --flag $1\n", None, &[]),
    (
        "{on}[defaults]\nemail = --subject --insecure\n",
        Some(true),
        &[],
    ),
    (
        "{on}[defaults]\nemail = --insecure --no-insecure\n",
        Some(true),
        &[],
    ),
    (
        "{on}[defaults]\nemail = --in\n",
        Some(false),
        &["bad-command"],
    ),
    (
        "{on}[defaults]\nemail = --git=yes\n",
        Some(false),
        &["bad-command"],
    ),
    (
        "{on}[defaults]\nemail = --unknown\n",
        Some(false),
        &["bad-command"],
    ),
    (
        "{on}[defaults]\nemail = --cwd /\n",
        Some(false),
        &["bad-command"],
    ),
    ("{on}[defaults]\nemail = --cwd=\n", Some(true), &[]),
    (
        "{on}[defaults]\nemail = --no-debugger\n",
        Some(false),
        &["bad-command"],
    ),
    (
        "{on}[defaults]\nemail = --help\n",
        Some(false),
        &["bad-command"],
    ),
    ("{on}[defaults]\nemail = --test\n", None, &[]),
    ("{on}[defaults]\nemail = --mbox mail\n", None, &[]),
    ("{on}[defaults]\nemail = -- --insecure\n", None, &[]),
    ("{on}[defaults]\nemail = --outgoing\n", None, &[]),
    ("{on}[defaults]\nemail = --flag a --subject\n", None, &[]),
];

#[test]
fn whatever_keeps_hg_email_from_running_is_found() {
    let Some(hg) = hg::hg("whatever_keeps_hg_email_from_running_is_found") else {
        return;
    };
    let identity = PKI.identity(leaf(&["localhost"]));
    for (more, accepts, lints) in CONFIGURATIONS {
        let server = Server::start(&identity, Behaviour::default());
        let dir = whole(&server, &identity, &more.replace("{on}", ON));
        let (sent, said) = sends(&hg, dir.path(), &server);
        let (code, report) = verdict(Some(&hg), dir.path(), repository(&hg), &[]);
        let decision = &report["mercurial"];
        assert_eq!(
            decision["accepts"],
            Value::from(*accepts),
            "{more}: {decision:#}"
        );
        // hg may get the extension elsewhere, so this is not the server's fault.
        let fine = *accepts == Some(true) || *lints == ["no-patchbomb"];
        assert_eq!(code, i32::from(!fine), "{more}");
        if let Some(accepts) = accepts {
            assert_eq!(sent, *accepts, "{more}: {said}");
        }
        assert_eq!(codes(&report), *lints, "{more}");
    }
}

/// What cannot be known, and is in order most of the time, does not change the exit code.
#[test]
fn a_public_repository_and_a_template_leave_the_answer_open() {
    let identity = PKI.identity(leaf(&["localhost"]));
    for (more, words) in [
        ("publicurl=https://hg.example", "is not asked here"),
        (
            "flagtemplate={separate(' ', flags)}",
            "is not looked into here",
        ),
    ] {
        let server = Server::start(&identity, Behaviour::default());
        let more = format!("{ON}[patchbomb]\n{more}\n");
        let dir = whole(&server, &identity, &more);
        let (code, report) = verdict(None, dir.path(), dir.path(), &[]);
        let decision = &report["mercurial"];
        assert_eq!(
            (code, &decision["accepts"]),
            (0, &Value::Null),
            "{report:#}"
        );
        let reason = decision["reason"].as_str().expect("a reason");
        let pinned = "; where it is, the certificate is pinned";
        assert!(
            reason.contains(words) && reason.contains(pinned),
            "{reason}"
        );
        assert_eq!(codes(&report), [""; 0]);
    }
}

/// `smtp.tls` says how TLS starts: the advice names its line, and the option outweighs it.
#[test]
fn where_tls_starts_otherwise_the_line_is_named() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let behaviour = Behaviour {
        implicit_tls: true,
        ..Behaviour::default()
    };
    let server = Server::start(&identity, behaviour);
    let dir = whole(&server, &identity, ON);
    let look = |options: &[&str]| verdict(None, dir.path(), dir.path(), options);
    let (code, report) = look(&["--timeout", "8"]);
    assert_eq!(code, 4, "{report:#}");
    let advice = report["error"]["advice"].as_str().expect("an advice");
    let text = std::fs::read_to_string(dir.path().join("hgrc")).expect("the file");
    let mut lines = text.lines();
    let line = lines
        .position(|line| line.starts_with("tls="))
        .expect("a line")
        + 1;
    let place = format!("{}:{line}", dir.path().join("hgrc").display());
    assert_eq!(advice, format!("set smtp.tls = smtps ({place})"));
    let (code, report) = look(&["--tls", "implicit"]);
    assert_eq!((code, &report["error"]), (1, &Value::Null), "{report:#}");
    assert_eq!(report["target"]["port"], server.port());
    assert_eq!(report["mercurial"]["accepts"], false);
}

/// In a hook of `hg email`, hg has read its command line already, so nothing about it is open.
#[test]
fn in_a_hook_the_command_line_of_hg_is_not_in_doubt() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let dir = whole(&server, &identity, "[defaults]\nemail = --outgoing\n");
    let check = |hook: Option<&str>| {
        let mut command = testkit::program::program();
        command.arg("-q").env("HGRCPATH", dir.path().join("hgrc"));
        command.current_dir(dir.path()).env("PATH", "/nowhere");
        command.envs(hook.map(|hook| ("HG_HOOKNAME", hook)));
        testkit::program::finish(&mut command).code
    };
    assert_eq!(check(None), 1);
    assert_eq!(check(Some("pre-email.check")), 0);
    assert_eq!(check(Some("pre-push")), 1);
}

#[test]
fn a_share_whose_source_is_gone_stops_hg() {
    let Some(hg) = hg::hg("a_share_whose_source_is_gone_stops_hg") else {
        return;
    };
    let identity = PKI.identity(leaf(&["localhost"]));
    let source = repository(&hg).join(".hg").display().to_string();
    for (requires, path, accepts) in [
        ("share-safe\nshared\n", Some(source.as_str()), true),
        ("share-safe\nshared\n", Some("/nonexistent/.hg"), false),
        ("shared\n", Some("/nonexistent/.hg\n"), false),
        ("share-safe\nshared\n", None, false),
        ("share-safe\nrelshared\n", None, false),
        ("relshared\n", Some("../../none"), false),
        // A source of another kind of repository.
        ("shared\n", Some(source.as_str()), false),
    ] {
        let server = Server::start(&identity, Behaviour::default());
        let dir = whole(&server, &identity, ON);
        let share = dir.path().join("share");
        std::fs::create_dir_all(share.join(".hg")).expect("a folder");
        dir.file("share/.hg/requires", requires);
        if let Some(path) = path {
            dir.file("share/.hg/sharedpath", path);
        }
        let mut command = hg_command(&hg, dir.path());
        command.current_dir(&share).output().expect("hg");
        assert_eq!(got_mail(&server), accepts, "{requires} {path:?}");
        let (_, report) = verdict(Some(&hg), dir.path(), &share, &[]);
        assert_eq!(report["mercurial"]["accepts"], accepts, "{report:#}");
        let lints: &[&str] = if accepts { &[] } else { &["broken-share"] };
        assert_eq!(codes(&report), lints, "{requires} {path:?}");
        let config = testkit::program::finish(
            testkit::program::program()
                .arg("config")
                .current_dir(&share)
                .env("HGRCPATH", dir.path().join("hgrc")),
        );
        assert_eq!(
            config.code,
            if accepts { 0 } else { 2 },
            "{}",
            config.stderr
        );
    }
}

/// Python's `int()`, and addresses as resolvers read them.
#[test]
fn ports_and_addresses_are_read_as_hg_reads_them() {
    let Some(hg) = hg::hg("ports_and_addresses_are_read_as_hg_reads_them") else {
        return;
    };
    let identity = PKI.identity(leaf(&["localhost"]));
    for (host, port, accepts) in [
        ("localhost", "+{port}", true),
        ("localhost", "{por_t}", true),
        ("localhost", "00{port}", true),
        ("127.1", "{port}", true),
        ("2130706433", "{port}", true),
        ("0x7f000001", "{port}", true),
        ("0177.0.0.1", "{port}", true),
        ("localhost", "0", false),
        ("localhost", "-{port}", false),
        ("localhost", "70000", false),
    ] {
        let server = Server::start(&identity, Behaviour::default());
        let number = server.port().to_string();
        let (front, back) = number.split_at(2);
        let port = port
            .replace("{port}", &number)
            .replace("{por_t}", &format!("{front}_{back}"));
        let text = format!(
            "{ON}[smtp]\nhost={host}\nport={port}\ntls=starttls\n[hostsecurity]\n{host}:fingerprints=sha256:{{sha256}}\n"
        );
        let dir = home(&server, "", &identity);
        dir.file("hgrc", fill(&text, &identity, dir.path()));
        let (sent, said) = sends(&hg, dir.path(), &server);
        // The test's server refuses a name that is an address: a refusal shows that hg reached it.
        let came = sent || host != "localhost" && said.contains("ILLEGAL_PARAMETER");
        assert_eq!(came, accepts, "{host} {port}: {said}");
        let target = format!("localhost:{number}");
        let targets: &[&str] = if accepts { &[] } else { &[&target] };
        let (code, report) = verdict(Some(&hg), dir.path(), repository(&hg), targets);
        let decision = &report["mercurial"];
        assert_eq!(decision["accepts"], accepts, "{host} {port}: {decision:#}");
        if accepts {
            assert_eq!(code, 0, "{host} {port}: {report:#}");
        }
    }
}

/// A folder with an executable that only looks like hg.
fn installation(dir: &Dir, version: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let packages = "venv/lib/python3.11/site-packages";
    std::fs::create_dir_all(dir.path().join(packages).join("mercurial")).expect("a folder");
    dir.file("venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
    dir.file(&format!("{packages}/mercurial/__init__.py"), "");
    let text = format!("# this file is autogenerated by setup.py\nversion = b\"{version}\"\n");
    dir.file(&format!("{packages}/mercurial/__version__.py"), text);
    std::fs::create_dir_all(dir.path().join("venv/bin")).expect("a folder");
    let bin = dir.path().join("venv/bin");
    let python = dir.file("venv/bin/python3", "");
    let hg = dir.file(
        "venv/bin/hg",
        format!("#!{}\nimport sys\n", python.display()),
    );
    for program in [&python, &hg] {
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(program, mode).expect("permissions");
    }
    bin.join("hg")
}

#[test]
fn differences_between_releases_are_decided_by_the_installed_one() {
    const TEST: &str = "differences_between_releases_are_decided_by_the_installed_one";
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let minimum = "localhost:minimumprotocol=tls1.3\n[extensions]\npatchbomb=\n";
    let dir = whole(&server, &identity, minimum);
    let check = |hg: Option<&Path>, options: &[&str]| {
        let (_, report) = verdict(hg, dir.path(), dir.path(), options);
        let decision = &report["mercurial"];
        let release = decision["hg_version"].as_str().map(str::to_owned);
        (decision["accepts"].as_bool(), release, codes(&report))
    };
    let of = |release: &str| Some(release.to_owned());
    let unknown = vec!["depends-on-release".to_owned()];
    let invalid = vec!["invalid-value".to_owned()];
    assert_eq!(check(None, &[]), (None, None, unknown));
    let old = check(None, &["--hg-version", "6.9.5"]);
    assert_eq!(old, (Some(false), of("6.9.5"), invalid.clone()));
    let new = check(None, &["--hg-version", "7.0"]);
    assert_eq!(new, (Some(true), of("7.0"), vec![]));
    let place = Dir::new();
    let found = installation(&place, "6.3.2");
    assert_eq!(
        check(Some(&found), &[]),
        (Some(false), of("6.3.2"), invalid)
    );
    let found = installation(&place, "7.1");
    assert_eq!(check(Some(&found), &[]), (Some(true), of("7.1"), vec![]));
    // An option outweighs what is found.
    let named = check(Some(&found), &["--hg-version", "6.9"]);
    assert_eq!(named.1, of("6.9"));
    let Some(hg) = hg::hg(TEST) else { return };
    let output = Forked::new(&hg)
        .args(["version", "-q"])
        .output()
        .expect("hg");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let release = check(Some(&hg), &[]).1.expect("a release");
    assert!(
        said.contains(&format!("version {release})")),
        "{said}: {release}"
    );
}

/// Without a CA file, hg's own store counts: certifi's, which the test's hg does not have, or
/// OpenSSL's.
#[test]
fn the_store_of_hgs_python_is_used_if_it_is_found_or_named() {
    const TEST: &str = "the_store_of_hgs_python_is_used_if_it_is_found_or_named";
    let identity = PKI.identity(leaf(&["localhost"]));
    let other = Pki::new("Other", KeyKind::P256).identity(leaf(&["localhost"]));
    for (identity, trusted) in [(&identity, true), (&other, false)] {
        let server = Server::start(identity, Behaviour::default());
        let dir = home(&server, &format!("tls=starttls\n{ON}"), identity);
        let root = dir.path().join("root.pem");
        let named = root.to_str().expect("UTF-8");
        let accepts = |hg: Option<&Path>, options: &[&str]| {
            let (_, report) = verdict(hg, dir.path(), dir.path(), options);
            assert_eq!(report["mercurial"]["decided_by"], "system", "{report:#}");
            report["mercurial"]["accepts"].as_bool()
        };
        assert_eq!(accepts(None, &[]), None);
        assert_eq!(accepts(None, &["--hg-store", named]), Some(trusted));
        // A certifi beside Mercurial.
        let place = Dir::new();
        let found = installation(&place, "7.1");
        assert_eq!(accepts(Some(&found), &[]), None);
        let packages = place
            .path()
            .join("venv/lib/python3.11/site-packages/certifi");
        std::fs::create_dir_all(&packages).expect("a folder");
        std::fs::copy(&root, packages.join("cacert.pem")).expect("a copy");
        std::fs::write(packages.join("__init__.py"), "").expect("a file");
        std::fs::write(packages.join("core.py"), "").expect("a file");
        assert_eq!(accepts(Some(&found), &[]), Some(trusted));
        assert_eq!(
            accepts(Some(&found), &["--hg-store", "certifi"]),
            Some(trusted)
        );
        let Some(hg) = hg::hg(TEST) else { return };
        let mut command = hg_command(&hg, dir.path());
        command.env("SSL_CERT_FILE", &root).output().expect("hg");
        assert_eq!(got_mail(&server), trusted);
    }
    let missing = testkit::program::run(["localhost", "--hg-store", "/nonexistent.pem"]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
}
