//! The page of an audit: complete, harmless and fluent, in the text and in the real Chromium.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read and write files, and tell how long things take"
)]

use rcgen::DnType;
use rustls::pki_types::CertificateDer;
use smtp_certcheck::audit::{
    Audited, Change, Completeness, Difference, Field, Least, Levels, Summary, findings,
};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::{Host, Protocol};
use smtp_certcheck::escape::is_unsafe;
use smtp_certcheck::judge::{Anchors, Policy, judge_server};
use smtp_certcheck::observation::{Cause, Failure, Possession, Sighting, Step, TlsFacts};
use smtp_certcheck::render::audit::{Format as _, HtmlPage};
use smtp_certcheck::report::{Assessment, Report, Target};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use testkit::pki::{KeyKind, Pki, leaf, now};
use testkit::program::{Dir, finish, program};
use testkit::server::{Behaviour, Server};

/// Text that must remain text in any context. If it ran, it would show in the page's title.
const HOSTILE: &str = "<script>document.title='owned'</script>\"'><img src=x onerror=document.title='owned'>\u{202e}&lt;\x1b[2J</style></script></svg>{{7*7}}-->";

/// The presented chains that hosts are made of, and the anchors of most of them.
static CHAINS: LazyLock<(Vec<Vec<Certificate>>, Anchors)> = LazyLock::new(|| {
    let mut anchors = Anchors::new("a test");
    let mut chains = Vec::new();
    for (name, kind) in [
        ("Example Trust Services", KeyKind::P256),
        ("Municipal", KeyKind::Rsa2048),
        ("Bits & Bolts", KeyKind::Ed25519),
    ] {
        let pki = Pki::new(name, kind);
        anchors.add(pki.root(), "a test").expect("an anchor");
        for days in [-9, 2, 12, 30, 41, 44, 58, 61, 63, 75, 88, 130, 290, 500] {
            let mut params = leaf(&["mx.example", "mail.example"]);
            params.not_before = now() - time::Duration::days(60);
            params.not_after = now() + time::Duration::days(days) + time::Duration::hours(1);
            chains.push(certificates(pki.identity(params).chain));
        }
    }
    let foreign = Pki::new("Unknown", KeyKind::P256);
    chains.push(certificates(foreign.identity(leaf(&["mx.example"])).chain));
    (chains, anchors)
});

fn certificates(chain: Vec<CertificateDer<'static>>) -> Vec<Certificate> {
    chain.into_iter().map(Certificate::new).collect()
}

/// An audit's view of a host with that chain; an empty chain means a closed port.
fn audited(name: &str, chain: &[Certificate], version: &str) -> Audited {
    let seen = Sighting {
        address: "192.0.2.7:25".parse().ok(),
        possession: Possession::Proven,
        tls: (!chain.is_empty()).then(|| TlsFacts {
            version: version.to_owned(),
            cipher_suite: match version {
                "TLSv1.3" => "TLS_AES_128_GCM_SHA256".to_owned(),
                _ => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".to_owned(),
            },
            key_exchange: None,
        }),
        failure: chain.is_empty().then(|| Failure {
            step: Step::Connect,
            protocol: Protocol::Smtp,
            cause: Cause::Timeout(Duration::from_secs(45)),
        }),
        ..Sighting::default()
    };
    let reference: Host = "mx.example".parse().expect("a host");
    let policy = Policy::new(&CHAINS.1, &reference, now());
    let judgement = (!chain.is_empty()).then(|| judge_server(chain, &seen, &policy));
    let target = Target {
        input: name.to_owned(),
        host: Some(name.to_owned()),
        port: Some(25),
        label: name.to_owned(),
        protocol: None,
        tls: None,
        servername: "mx.example".to_owned(),
    };
    let look = Assessment {
        seen: Some(seen),
        chain: chain.to_vec(),
        judgement,
        ..Assessment::default()
    };
    let report = Report::single(target, look, now());
    let levels = Levels {
        warning: Least::Days(21),
        critical: Least::Days(7),
        public_cas: false,
    };
    Audited {
        levels,
        findings: findings(&report, levels),
        left_out: Vec::new(),
        report,
        label: None,
        differences: None,
        position: 0,
    }
}

/// A host whose every text attacks.
fn hostile() -> Audited {
    let mut params = leaf(&["mx.example"]);
    params.distinguished_name.push(DnType::CommonName, HOSTILE);
    let mut issuer = testkit::pki::ca(HOSTILE);
    issuer
        .distinguished_name
        .push(DnType::OrganizationName, HOSTILE);
    let pki = Pki::new("Hostile", KeyKind::P256);
    let mut chain = certificates(pki.below(issuer, &params).chain);
    chain.push(Certificate::new(HOSTILE.as_bytes().to_vec().into()));
    let mut hostile = audited("hostile.example:25", &chain, HOSTILE);
    hostile.label = Some(HOSTILE.to_owned());
    HOSTILE.clone_into(&mut hostile.report.target.input);
    hostile.differences = Some(vec![Change::New.into(), Change::Worse.into()]);
    for finding in &mut hostile.findings {
        finding.message += HOSTILE;
        finding.advice = finding.advice.clone().text(HOSTILE);
    }
    hostile
}

/// As many hosts, most of them fine.
fn hosts(count: usize) -> Vec<Audited> {
    let chains = &CHAINS.0;
    let host = |index: usize| {
        let name = format!("mx{index:05}.dept{}.example.org:25", index % 37);
        let fine: &[Certificate] = &chains[index * 7 % 11 + 3 + index % 3 * 14];
        match index % 50 {
            3 | 28 => audited(&name, &chains[2], "TLSv1.3"),
            7 => audited(&name, &[], ""),
            13 => audited(&name, &chains[index / 50 % 42], "TLSv1.2"),
            19 => audited(&name, &chains[42], "TLSv1.3"),
            24 => audited(&name, fine, "TLSv1.0"),
            31..40 => audited(&name, fine, "TLSv1.2"),
            _ => audited(&name, fine, "TLSv1.3"),
        }
    };
    let mut all: Vec<Audited> = (0..count).map(host).collect();
    // Compared with an earlier audit, in which one had another certificate.
    for (index, host) in all.iter_mut().enumerate() {
        // A spreadsheet would compute it.
        host.label = (index % 50 == 2).then(|| "=1+1".to_owned());
        host.differences = Some(if index % 50 == 9 {
            vec![rotated()]
        } else {
            Vec::new()
        });
    }
    all
}

/// The new certificate of a host.
fn rotated() -> Difference {
    Difference {
        change: Change::NewKey,
        field: Some(Field::Sha256),
        before: Some("ccfb3dc3".repeat(8)),
        after: Some("bef64a2f".repeat(8)),
    }
}

fn page(hosts: &[Audited]) -> String {
    let mut summary = Summary::default();
    let mut page = HtmlPage::new(now());
    for host in hosts {
        summary.add(host);
        page.target(host);
    }
    summary.gone.push(HOSTILE.to_owned());
    page.end(&Completeness::default(), &summary).text
}

/// The page without the style and the script, which are ours.
fn markup(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").expect("a style");
    let (_, rest) = rest.split_once("</style>").expect("its end");
    let (body, rest) = rest.split_once("<script>").expect("a script");
    let (_, foot) = rest.split_once("</script>").expect("its end");
    format!("{head}{body}{foot}")
}

#[test]
fn every_host_is_there_once_and_the_worst_is_first() {
    let page = page(&hosts(60));
    for index in 0..60 {
        for place in ["<summary>", "id=\""] {
            let name = format!("{place}mx{index:05}.");
            assert_eq!(page.matches(&name).count(), 1, "{name}");
        }
    }
    let ranks: Vec<&str> = page
        .split("data-s=\"")
        .skip(1)
        .map(|rest| &rest[..1])
        .collect();
    assert_eq!(ranks.len(), 60);
    assert!(ranks.is_sorted_by(|a, b| a >= b), "{ranks:?}");
    assert_eq!((ranks[0], ranks[59]), ("2", "0"));
    for text in [
        "Example Trust Services Intermediate",
        "RSA 2048",
        "TLSv1.0",
        "unreachable",
        "<th role=\"columnheader\" scope=\"col\">Expires</th>",
        "<h3>Expiring next</h3>",
        "60 hosts, checked on ",
        "<strong>2</strong> changed since the last audit ",
        "new key, sha256:ccfb3dc3… → bef64a2f…",
        ">SHA-256 <code class=\"sha256\">",
        "serial <code>",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

/// Notes are on all hosts, and would be the longest bar.
#[test]
fn notes_stand_apart_from_findings() {
    let page = page(&hosts(60));
    let chart = |title: &str| {
        let from = page.find(&format!("<h3>{title}</h3>")).expect(title);
        page[from..].split("</section>").next().expect("a section")
    };
    assert!(chart("Findings").contains("expired (critical)"));
    assert!(!chart("Findings").contains("tls-1.2"));
    assert!(chart("Notes").contains("tls-1.2"));
    let cell = page.rsplit("tls-1.2</td>").count();
    assert_eq!(cell, 1, "no row names a note in its column");
}

/// A target that occurs twice has two addresses within the page.
#[test]
fn every_row_has_an_address_of_its_own() {
    let host = &hosts(1)[0];
    let mut other = host.clone();
    other.report.target.servername = "other.example".to_owned();
    let page = page(&[host.clone(), host.clone(), other]);
    let ids = page.split("<tr role=\"row\" id=\"").skip(1);
    let ids: Vec<&str> = ids.filter_map(|rest| rest.split('"').next()).collect();
    let name = "mx00000.dept0.example.org:25";
    let expected = ["", "/2", "/3"].map(|end| format!("{name}{end}"));
    assert_eq!(ids, expected);
}

#[test]
fn what_is_hostile_stays_text_and_nothing_is_loaded() {
    let page = page(&[vec![hostile()], hosts(20)].concat());
    assert!(!page.chars().any(|c| c != '\n' && is_unsafe(c)));
    let markup = markup(&page);
    for bad in [
        "<script",
        "<img",
        "<iframe",
        "<object",
        "onerror=document.title='",
        "http:",
        "https:",
        "url(",
        "style=",
        " on",
        "\u{202e}",
    ] {
        // Advice and messages are prose: only text within a tag is an attribute.
        let tags = markup.split('<').skip(1);
        let found = tags
            .map(|tag| format!("<{}", tag.split('>').next().unwrap_or_default()))
            .find(|tag| tag.contains(bad));
        assert_eq!(found, None, "{bad}");
    }
    assert!(markup.contains("&#60;img src=x onerror=document.title=&#39;owned&#39;&#62;"));
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
}

#[test]
fn ten_thousand_hosts_fit_into_a_page() {
    let hosts = hosts(10_000);
    let begin = Instant::now();
    let page = page(&hosts);
    let took = begin.elapsed();
    eprintln!("{} bytes in {took:?}", page.len());
    assert!(page.len() < 12_000_000, "{} bytes", page.len());
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn the_program_writes_the_page() {
    let pki = Pki::new("Page", KeyKind::P256);
    let server = Server::start(&pki.identity(leaf(&["localhost"])), Behaviour::default());
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let file = dir.path().join("page.html");
    let target = format!("smtp://localhost:{}", server.address.port());
    let mut command = program();
    command.args(["audit", "--ehlo", "x", "--format", "html", "--cacerts"]);
    command.arg(root).arg("--output").arg(&file).arg(&target);
    let run = finish(&mut command);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let page = std::fs::read_to_string(&file).expect("the page");
    assert!(page.contains(&target) && page.contains("Page Intermediate"));
    assert!(page.ends_with("</html>\n"));
}

/// Python with Selenium, beside Debian's Chromium; `None`: the test must be skipped.
fn python(test: &str) -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser/bin/python");
    let has = |path: &str| Path::new(path).exists();
    if !python.exists() || !has("/usr/bin/chromium") || !has("/usr/bin/chromedriver") {
        testkit::skip::skip(test, "Chromium or Selenium is not there: run tests/install");
        return None;
    }
    Some(python)
}

/// Opens a page in Chromium by `tests/browser/page.py`, which leaves pictures under `target/pages/`
/// to look at.
fn look(python: &Path, name: &str, hosts: &[Audited]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = root.join("target/pages");
    std::fs::create_dir_all(&pages).expect("a directory");
    let file = pages.join(format!("{name}.html"));
    std::fs::write(&file, page(hosts)).expect("a page");
    let output = Command::new(python)
        .arg(root.join("tests/browser/page.py"))
        .args([&file, &pages.join(name)])
        .arg(hosts.len().to_string())
        .output()
        .expect("python");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    eprintln!("{said}");
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_page_works_in_chromium() {
    let Some(python) = python("the_page_works_in_chromium") else {
        return;
    };
    look(&python, "few", &[vec![hostile()], hosts(19)].concat());
    look(&python, "many", &[vec![hostile()], hosts(1999)].concat());
    look(&python, "most", &[vec![hostile()], hosts(9999)].concat());
}

/// Makes the picture of README.md again:
/// `cargo test --test audit picture_of_the_readme -- --ignored`.
#[test]
#[ignore = "writes docs/audit-page.png"]
fn picture_of_the_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = Dir::new();
    let file = dir.file("page.html", page(&hosts(400)));
    let picture = root.join("docs/audit-page.png");
    let made = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--hide-scrollbars"])
        .arg(format!("--screenshot={}", picture.display()))
        .arg("--window-size=1280,1260")
        .arg(&file)
        .output()
        .expect("chromium");
    assert!(made.status.success(), "{made:?}");
}
