//! Whether `hg email` would send: our answer and the real hg's, for certificates times
//! configurations times modes.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    reason = "tests read and write files"
)]

mod command_line;
mod running;

use rcgen::{BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa};
use rustls::pki_types::CertificateDer;
use serde_json::Value;
use std::path::{Path, PathBuf};

use std::sync::LazyLock;
use testkit::hg::{self, Forked};
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, now, to_pem};
use testkit::program::Dir;
use testkit::server::{Behaviour, Server};
use testkit::user::{EMAIL, UNATTENDED};
use time::Duration;

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Verdict", KeyKind::P256));

fn pem(chain: &[CertificateDer<'static>]) -> String {
    chain.iter().map(|der| to_pem(der)).collect()
}

fn with(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = leaf(&["localhost"]);
    change(&mut params);
    params
}

/// The servers' certificates.
fn identities() -> Vec<(&'static str, Identity)> {
    let pki = &*PKI;
    let own = |params: &CertificateParams| Pki::self_signed(params, KeyKind::P256);
    let client = with(|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let netscape = |kind: &[u8]| {
        let oid = [2, 16, 840, 1, 113_730, 1, 1];
        let extension = CustomExtension::from_oid_content(&oid, kind.to_vec());
        pki.identity(with(|p| p.custom_extensions.push(extension)))
    };
    let mut with_root = pki.identity(leaf(&["localhost"]));
    with_root.chain.push(pki.root());
    vec![
        ("good", pki.identity(leaf(&["localhost"]))),
        ("self-signed", own(&leaf(&["localhost"]))),
        (
            "self-signed CA",
            own(&with(|p| {
                p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            })),
        ),
        ("expired", pki.identity(expired_leaf(&["localhost"]))),
        ("no intermediate", pki.lonely(leaf(&["localhost"]))),
        ("with root", with_root),
        (
            "future",
            pki.identity(with(|p| p.not_before = now() + Duration::days(2))),
        ),
        ("other name", pki.identity(leaf(&["mail.example"]))),
        (
            "CN only",
            pki.identity(with(|p| p.subject_alt_names.clear())),
        ),
        ("wildcard", pki.identity(leaf(&["*"]))),
        ("part wildcard", pki.identity(leaf(&["local*"]))),
        ("IP only", pki.identity(leaf(&["127.0.0.1"]))),
        ("for clients", pki.identity(client)),
        ("Netscape's client", netscape(&[3, 2, 7, 0x80])),
        ("Netscape's server", netscape(&[3, 2, 6, 0x40])),
        (
            "no EKU",
            pki.identity(with(|p| p.extended_key_usages.clear())),
        ),
    ]
}

/// The configurations. `@` is the directory of their files; `{sha256}` and the like are the digests
/// of the leaf.
const CONFIGURATIONS: &[(&str, &str)] = &[
    ("root", "[web]\ncacerts=@/root.pem\n"),
    ("leaf as CA", "[web]\ncacerts=@/leaf.pem\n"),
    ("intermediate only", "[web]\ncacerts=@/intermediate.pem\n"),
    ("root and intermediate", "[web]\ncacerts=@/both.pem\n"),
    ("new key of the root", "[web]\ncacerts=@/rollover.pem\n"),
    ("other root", "[web]\ncacerts=@/other.pem\n"),
    (
        "per host",
        "[web]\ncacerts=@/other.pem\n[hostsecurity]\nlocalhost:verifycertsfile=@/root.pem\n",
    ),
    (
        "per host wrong",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:verifycertsfile=@/other.pem\n",
    ),
    (
        "pin",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256}\n",
    ),
    (
        "wrong pin",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:fingerprints=sha256:{wrong}\n",
    ),
];

/// More configurations, for a few certificates each, because they do not depend on the certificate.
const MORE: &[(&str, &str)] = &[
    ("expanded", "[web]\ncacerts=$PLACE/root.pem\n"),
    ("home", "[web]\ncacerts=~/root.pem\n"),
    (
        "empty file name",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:verifycertsfile=\n",
    ),
    ("no store", "[devel]\ndisableloaddefaultcerts=yes\n"),
    (
        "no store, and a file",
        "[web]\ncacerts=@/root.pem\n[devel]\ndisableloaddefaultcerts=yes\n",
    ),
    ("missing file", "[web]\ncacerts=@/missing.pem\n"),
    ("junk file", "[web]\ncacerts=@/junk.pem\n"),
    ("DER file", "[web]\ncacerts=@/root.der\n"),
    ("broken file", "[web]\ncacerts=@/broken.pem\n"),
    ("quoted path", "[web]\ncacerts=\"@/root.pem\"\n"),
    (
        "sha1 pin",
        "[hostsecurity]\nlocalhost:fingerprints=sha1:{sha1}\n",
    ),
    (
        "sha512 pin",
        "[hostsecurity]\nlocalhost:fingerprints=sha512:{sha512}\n",
    ),
    (
        "colons and case",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{COLONS}\n",
    ),
    (
        "two pins",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{wrong}, sha256:{sha256}\n",
    ),
    (
        "two lines",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{wrong}\n  sha256:{sha256}\n",
    ),
    (
        "quoted pin",
        "[hostsecurity]\nlocalhost:fingerprints=\"sha256:{sha256}\"\n",
    ),
    (
        "semicolon",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{wrong};sha256:{sha256}\n",
    ),
    (
        "truncated pin",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{short}\n",
    ),
    (
        "upper-case prefix",
        "[hostsecurity]\nlocalhost:fingerprints=SHA256:{sha256}\n",
    ),
    (
        "bare hex",
        "[hostsecurity]\nlocalhost:fingerprints={sha256}\n",
    ),
    (
        "comment behind",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256} # mine\n",
    ),
    (
        "empty list",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:fingerprints=\n",
    ),
    (
        "one invalid",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256}, md5:00\n",
    ),
    (
        "other case of the host",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nLocalhost:fingerprints=sha256:{wrong}\n",
    ),
    (
        "port in the key",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:25:fingerprints=sha256:{wrong}\n",
    ),
    (
        "wrong key",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:certfingerprints=sha256:{wrong}\n",
    ),
    ("legacy pin", "[hostfingerprints]\nlocalhost={sha1}\n"),
    (
        "legacy with prefix",
        "[hostfingerprints]\nlocalhost=sha1:{sha1}\n",
    ),
    (
        "stale legacy, good new",
        "[hostfingerprints]\nlocalhost={short}\n[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256}\n",
    ),
    (
        "good legacy, stale new",
        "[hostfingerprints]\nlocalhost={sha1}\n[hostsecurity]\nlocalhost:fingerprints=sha256:{wrong}\n",
    ),
    (
        "pin and missing file",
        "[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256}\nlocalhost:verifycertsfile=@/missing.pem\n",
    ),
    (
        "minimum 1.3",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nminimumprotocol=tls1.3\n",
    ),
    (
        "minimum unknown",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nminimumprotocol=TLS1.2\n",
    ),
    (
        "minimum of the host unknown",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:minimumprotocol=1.2\n",
    ),
    (
        "minimum of another host",
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nother:minimumprotocol=junk\nother:fingerprints=junk\n",
    ),
    ("insecure default", "[defaults]\nemail=--insecure\n"),
    ("insecure alias", "[alias]\nemail=email --insecure\n"),
    (
        "insecure and wrong pin",
        "[defaults]\nemail=--insecure\n[hostsecurity]\nlocalhost:fingerprints=sha256:{wrong}\n",
    ),
    (
        "insecure and invalid pin",
        "[defaults]\nemail=--insecure\n[hostsecurity]\nlocalhost:fingerprints=junk\n",
    ),
    (
        "insecure and missing file",
        "[defaults]\nemail=--insecure\n[web]\ncacerts=@/missing.pem\n",
    ),
    (
        "smtp keys that nobody reads",
        "[web]\ncacerts=@/root.pem\n[smtp]\nfingerprint=sha256:{sha256}\n",
    ),
];

/// One server, one configuration.
struct Pair<'a> {
    name: String,
    identity: &'a Identity,
    configuration: String,
}

fn fill(template: &str, identity: &Identity, place: &Path) -> String {
    use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
    let digest = |algorithm| Fingerprint::compute(algorithm, &identity.chain[0]);
    let sha256 = digest(Algorithm::Sha256);
    template
        .replace('@', place.to_str().expect("UTF-8"))
        .replace("{sha256}", &sha256.hex())
        .replace("{sha1}", &digest(Algorithm::Sha1).hex())
        .replace("{sha512}", &digest(Algorithm::Sha512).hex())
        .replace("{COLONS}", &sha256.colons())
        .replace("{short}", &sha256.hex()[..40])
        .replace("{wrong}", &"0".repeat(64))
}

/// The CA files of the configurations.
fn ca_files(dir: &Dir, identity: &Identity) {
    let pki = &*PKI;
    let root = pki.root_pem();
    dir.file("root.pem", format!("a comment\r\n{root}"));
    dir.file("leaf.pem", to_pem(&identity.chain[0]));
    dir.file("intermediate.pem", to_pem(&pki.intermediate()));
    dir.file("both.pem", pem(&[pki.intermediate(), pki.root()]));
    dir.file("other.pem", Pki::new("Other", KeyKind::P256).root_pem());
    let old = Pki::new("Verdict", KeyKind::P256);
    dir.file("rollover.pem", to_pem(&pki.rollover(&old)));
    dir.file("junk.pem", "hello");
    dir.file("root.der", pki.root());
    dir.file(
        "broken.pem",
        format!("{root}{}", root.replace("MII", "M*I")),
    );
}

/// A repository with one commit, made once.
fn repository(hg: &Path) -> &'static Path {
    static REPOSITORY: LazyLock<Dir> = LazyLock::new(Dir::new);
    static MADE: std::sync::Once = std::sync::Once::new();
    let path = REPOSITORY.path();
    MADE.call_once(|| {
        let run = |args: &[&str]| {
            let mut command = Forked::new(hg);
            command.args(args).current_dir(path).env("HGRCPATH", "");
            assert!(command.output().expect("hg").status.success(), "{args:?}");
        };
        run(&["init"]);
        REPOSITORY.file("a", "a\n");
        run(&["commit", "-A", "-m", "a", "-u", "me"]);
    });
    path
}

/// Whether the real `hg email` delivers mail to the server.
fn hg_sends(hg: &Path, home: &Path, server: &Server) -> (bool, String) {
    hg_sends_with(hg, home, server, &[])
}

fn hg_sends_with(
    hg: &Path,
    home: &Path,
    server: &Server,
    variables: &[(&str, &str)],
) -> (bool, String) {
    let output = hg_command(hg, home)
        .args(["--subject", "s", "--body"])
        .args(UNATTENDED)
        .envs(variables.iter().copied())
        .output()
        .expect("hg");
    let sent = server
        .lines()
        .iter()
        .any(|line| line.to_lowercase().starts_with("mail from"));
    (sent, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// `hg email` with the configuration of a home directory.
fn hg_command(hg: &Path, home: &Path) -> Forked {
    let mut command = Forked::new(hg);
    command
        .args(EMAIL)
        .args(["-y"])
        .current_dir(repository(hg))
        .env("HGRCPATH", home.join("hgrc"))
        .env("HOME", home)
        .env("PLACE", home)
        .env("HGEDITOR", "true")
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR");
    command
}

fn our_verdict(home: &Path, options: &[&str]) -> (i32, Value) {
    our_verdict_with(home, options, &[])
}

fn our_verdict_with(home: &Path, options: &[&str], variables: &[(&str, &str)]) -> (i32, Value) {
    let hgrc = home.join("hgrc");
    let run = testkit::program::finish(
        testkit::program::program()
            .args([
                "--hgrc",
                hgrc.to_str().expect("UTF-8"),
                "--format",
                "json",
                "--ehlo",
                "probe.example",
            ])
            .args(options)
            .env("HOME", home)
            .env("PLACE", home)
            .envs(variables.iter().copied()),
    );
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    (run.code, report)
}

fn check(hg: &Path, pair: &Pair<'_>, implicit_tls: bool) {
    let dir = Dir::new();
    ca_files(&dir, pair.identity);
    let behaviour = Behaviour {
        implicit_tls,
        ..Behaviour::default()
    };
    let server = Server::start(pair.identity, behaviour.clone());
    let tls = if implicit_tls { "smtps" } else { "starttls" };
    let smtp = format!(
        "[smtp]\nhost=localhost\nport={}\ntls={tls}\n",
        server.port()
    );
    let configuration = fill(&pair.configuration, pair.identity, dir.path());
    dir.file("hgrc", format!("{smtp}{configuration}"));
    let (sends, said) = hg_sends(hg, dir.path(), &server);
    // `--cacerts` gives our own judge its anchors: it may refuse the CA file of the case, as hg
    // does.
    let root = dir.path().join("root.pem");
    let options = ["--cacerts", root.to_str().expect("UTF-8")];
    let bin = hg.parent().and_then(Path::to_str).expect("UTF-8");
    // The answer is for the hg in PATH.
    let (_, report) = our_verdict_with(dir.path(), &options, &[("PATH", bin)]);
    let accepts = &report["mercurial"]["accepts"];
    let name = format!("{} over {tls}", pair.name);
    assert_eq!(
        accepts,
        &Value::Bool(sends),
        "{name}: hg says {said:?}, we say {:#}",
        report["mercurial"]
    );
}

fn check_all(test: &str, pairs: &[Pair<'_>]) {
    let Some(hg) = hg::hg(test) else { return };
    repository(&hg);
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let Some(pair) = pairs.get(index / 2) else {
                        break;
                    };
                    check(&hg, pair, index % 2 == 1);
                }
            });
        }
    });
}

#[test]
fn every_certificate_under_the_main_configurations() {
    let identities = identities();
    let pairs: Vec<Pair<'_>> = identities
        .iter()
        .flat_map(|(certificate, identity)| {
            CONFIGURATIONS
                .iter()
                .map(move |(name, configuration)| Pair {
                    name: format!("{certificate}: {name}"),
                    identity,
                    configuration: (*configuration).to_owned(),
                })
        })
        .collect();
    assert!(pairs.len() * 2 >= 200);
    check_all("every_certificate_under_the_main_configurations", &pairs);
}

#[test]
fn every_configuration_for_a_good_certificate() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let pairs: Vec<Pair<'_>> = MORE
        .iter()
        .map(|(name, configuration)| Pair {
            name: (*name).to_owned(),
            identity: &identity,
            configuration: (*configuration).to_owned(),
        })
        .collect();
    check_all("every_configuration_for_a_good_certificate", &pairs);
}

/// OpenSSL accepts certificates that our judge refuses; those that neither of them knows, it
/// refuses.
#[test]
fn a_certificate_that_only_openssl_accepts_is_not_reported_as_refused() {
    const TEST: &str = "a_certificate_that_only_openssl_accepts_is_not_reported_as_refused";
    let Some(hg) = hg::hg(TEST) else { return };
    repository(&hg);
    let extended = |oid: &[u64], critical: bool, content: &[u8]| {
        PKI.identity(with(|params| {
            let mut extension = CustomExtension::from_oid_content(oid, content.to_vec());
            extension.set_criticality(critical);
            params.custom_extensions.push(extension);
        }))
    };
    // One policy, 1.2.3.4; OCTET STRINGs in place of a SEQUENCE.
    let policies = [0x30, 7, 0x30, 5, 6, 3, 0x2a, 3, 4];
    let junk = [4, 1, 0xff];
    for (name, identity, sends, accepts) in [
        (
            "critical policies",
            extended(&[2, 5, 29, 32], true, &policies),
            true,
            Value::Null,
        ),
        (
            "malformed AIA",
            extended(&[1, 3, 6, 1, 5, 5, 7, 1, 1], false, &junk),
            true,
            Value::Null,
        ),
        (
            "critical and unknown",
            extended(&[1, 3, 6, 1, 4, 1, 99999, 1], true, &junk),
            false,
            Value::Bool(false),
        ),
    ] {
        let server = Server::start(&identity, Behaviour::default());
        for store in ["", "[web]\ncacerts=@/root.pem\n"] {
            let store = format!("tls=starttls\n{store}");
            let dir = home(&server, &store, &identity);
            if store.contains("cacerts") {
                let (sent, said) = hg_sends(&hg, dir.path(), &server);
                assert_eq!(sent, sends, "{name}: {said}");
            }
            let (_, report) = our_verdict(dir.path(), &[]);
            let verdict = &report["mercurial"];
            let accepts = if store.contains("cacerts") {
                Value::Bool(sends)
            } else {
                accepts.clone()
            };
            assert_eq!(verdict["accepts"], accepts, "{name}: {verdict:#}");
        }
    }
}

/// A home with an hgrc that points to `server`.
fn home(server: &Server, configuration: &str, identity: &Identity) -> Dir {
    let dir = Dir::new();
    ca_files(&dir, identity);
    let configuration = fill(configuration, identity, dir.path());
    dir.file(
        "hgrc",
        format!(
            "[smtp]\nhost=localhost\nport={}\n{configuration}",
            server.port()
        ),
    );
    dir
}

#[test]
fn without_a_target_the_exit_code_is_about_hg_email() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let starttls = "tls=starttls\n";
    for (configuration, code, outcome, ground) in [
        ("[web]\ncacerts=@/root.pem\n", 1, "untrusted", "tls-none"),
        (
            &format!("{starttls}[web]\ncacerts=@/root.pem\n"),
            0,
            "trusted",
            "web.cacerts",
        ),
        (
            &format!("{starttls}[hostsecurity]\nlocalhost:fingerprints=sha256:{{sha256}}\n"),
            0,
            "pinned",
            "fingerprints",
        ),
        (
            &format!(
                "{starttls}[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:fingerprints=sha256:{{wrong}}\n"
            ),
            1,
            "untrusted",
            "fingerprints",
        ),
        (
            &format!("{starttls}[defaults]\nemail=--insecure\n[web]\ncacerts=@/root.pem\n"),
            1,
            "untrusted",
            "insecure",
        ),
        (
            &format!("{starttls}fingerprint=sha256:{{sha256}}\n"),
            1,
            "untrusted",
            "system",
        ),
    ] {
        let dir = home(&server, configuration, &identity);
        let (exit, report) = our_verdict(dir.path(), &[]);
        let seen = (
            exit,
            report["outcome"].as_str(),
            report["mercurial"]["decided_by"].as_str(),
        );
        assert_eq!(
            seen,
            (code, Some(outcome), Some(ground)),
            "{configuration}: {report:#}"
        );
    }
}

/// Ways to make `--insecure` a default, and some that have no effect.
const INSECURE: &[(&str, &[(&str, &str)])] = &[
    ("[defaults]\nemail = --insecure\n", &[]),
    ("[defaults]\nemail = --insec\n", &[]),
    ("[defaults]\nemail = --cc c@example.org\n  '--ins'\n", &[]),
    ("[defaults]\nemail = --in\"secure\"\n", &[]),
    ("[defaults]\nemail = --in\\secure\n", &[]),
    ("[defaults]\nemail = $OPTION\n", &[("OPTION", "--insecure")]),
    ("[defaults]\nemail = --inline\n", &[]),
    ("[defaults]\nEmail = --insecure\n", &[]),
    ("[alias]\nemail = email --insec\n", &[]),
    ("[alias]\nemail = email $OPTION\n", &[("OPTION", "--ins")]),
    ("[alias]\nemail = email --cc c@example.org\n", &[]),
    ("[defaults]\nemail = --insecure\n", &[("HGPLAIN", "")]),
    (
        "[defaults]\nemail = --insecure\n",
        &[("HGPLAINEXCEPT", "i18n")],
    ),
    ("[alias]\nemail = email --insecure\n", &[("HGPLAIN", "1")]),
    (
        "[alias]\nemail = email --insecure\n",
        &[("HGPLAINEXCEPT", "i18n")],
    ),
    (
        "[alias]\nemail = email --insecure\n",
        &[("HGPLAIN", "1"), ("HGPLAINEXCEPT", "i18n,alias")],
    ),
    (
        "[defaults]\nemail = --insecure\n",
        &[("HGPLAIN", "1"), ("HGPLAINEXCEPT", "alias")],
    ),
];

#[test]
fn every_way_to_make_insecure_a_default_is_found() {
    let Some(hg) = hg::hg("every_way_to_make_insecure_a_default_is_found") else {
        return;
    };
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    for (default, variables) in INSECURE {
        let configuration = format!("tls=starttls\n[web]\ncacerts=@/root.pem\n{default}");
        let dir = home(&server, &configuration, &identity);
        let (sends, said) = hg_sends_with(&hg, dir.path(), &server, variables);
        let insecure = said.contains("connection security to localhost is disabled");
        let (exit, report) = our_verdict_with(dir.path(), &[], variables);
        let ground = report["mercurial"]["decided_by"].as_str();
        let expected = if insecure { "insecure" } else { "web.cacerts" };
        assert!(sends, "{default}: {said}");
        assert_eq!(
            (exit, ground),
            (i32::from(insecure), Some(expected)),
            "{default} {variables:?}: {said}"
        );
    }
}

#[test]
fn an_unknown_outcome_is_not_called_safe() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let pinned = "tls=starttls\n[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256}\n";
    for (more, word) in [
        (
            "[alias]\nemail = !hg --config smtp.tls=none email\n",
            "alias.email",
        ),
        (
            "[alias]\nemail = mail\nmail = email --insecure\n",
            "alias.email",
        ),
        ("[alias]\nemail =\n", "alias.email"),
        ("ciphers = JUNK\n", "hostsecurity.ciphers"),
        (
            "localhost:ciphers = eNULL\n",
            "hostsecurity.localhost:ciphers",
        ),
    ] {
        let dir = home(&server, &format!("{pinned}{more}"), &identity);
        let (exit, report) = our_verdict(dir.path(), &[]);
        let decision = &report["mercurial"];
        assert_eq!((exit, &decision["accepts"]), (1, &Value::Null), "{more}");
        assert!(decision.to_string().contains(word), "{more}: {decision}");
    }
    // A CA file that hg can read, but we cannot.
    let dir = home(
        &server,
        "tls=starttls\n[web]\ncacerts=@/large.pem\n",
        &identity,
    );
    let large = [PKI.root_pem().as_bytes(), &vec![b'\n'; 17 << 20]].concat();
    dir.file("large.pem", large);
    let root = dir.path().join("root.pem");
    let (_, report) = our_verdict(dir.path(), &["--cacerts", root.to_str().expect("UTF-8")]);
    assert_eq!(report["mercurial"]["accepts"], Value::Null, "{report:#}");
    // A setting for another host does not matter.
    let dir = home(
        &server,
        &format!("{pinned}other:ciphers = JUNK\n"),
        &identity,
    );
    assert_eq!(our_verdict(dir.path(), &[]).0, 0);
}

#[test]
fn another_port_of_the_host_is_not_the_one_that_hg_email_uses() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let target = format!("localhost:{}", server.port());
    let pin = "[hostsecurity]\nlocalhost:fingerprints=sha256:{sha256}\n";
    for (smtp, port) in [
        ("port=1\ntls=starttls\n", "1"),
        ("tls=starttls\n", "25"),
        ("tls=smtps\n", "465"),
    ] {
        let dir = Dir::new();
        let hgrc = format!("[smtp]\nhost=localhost\n{smtp}{pin}");
        dir.file("hgrc", fill(&hgrc, &identity, dir.path()));
        let (exit, report) = our_verdict(dir.path(), &[&target]);
        let decision = &report["mercurial"];
        assert_eq!(
            (exit, &decision["accepts"]),
            (0, &Value::Null),
            "{decision}"
        );
        let reason = decision["reason"].as_str().expect("a reason");
        assert!(reason.contains(&format!("port {port} ")), "{reason}");
        assert_eq!(report["pins"]["matched"], true);
    }
}

#[test]
fn a_pin_that_does_not_match_outweighs_a_good_chain() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let configuration =
        "[web]\ncacerts=@/root.pem\n[hostsecurity]\nlocalhost:fingerprints=sha256:{wrong}\n";
    let dir = home(&server, configuration, &identity);
    let target = format!("localhost:{}", server.port());
    let (code, report) = our_verdict(dir.path(), &[&target]);
    assert_eq!(code, 1);
    assert_eq!(testkit::program::problems(&report), ["pin-mismatch"]);
    assert_eq!(report["pins"]["matched"], false);
    let source = report["pins"]["configured"][0]["source"]
        .as_str()
        .expect("a source");
    assert!(source.ends_with("hgrc:7"), "{source}");
    let anchor = report["validation"]["anchor"]["source"]
        .as_str()
        .expect("an anchor");
    assert!(anchor.ends_with("root.pem"), "{anchor}");
}

#[test]
fn another_hosts_settings_do_not_matter() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let dir = Dir::new();
    ca_files(&dir, &identity);
    let hgrc: PathBuf = dir.file(
        "hgrc",
        "[smtp]\nhost=mail.example\ntls=starttls\nfingerprint=sha256:00\n",
    );
    let root = dir.path().join("root.pem");
    let target = format!("localhost:{}", server.port());
    let run = testkit::program::finish(
        testkit::program::program()
            .args([
                &target,
                "--cacerts",
                root.to_str().expect("UTF-8"),
                "--format",
                "json",
            ])
            .env("HGRCPATH", hgrc),
    );
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(
        (run.code, &report["mercurial"], &report["pins"]["matched"]),
        (0, &Value::Null, &Value::Null)
    );
}
