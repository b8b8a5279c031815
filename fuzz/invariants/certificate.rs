//! Certificates: any bytes are taken, and no format shows a character that could move a cursor,
//! hide, or reorder. An input is how the report is made, how it is shown, the length of a text and the text, which
//! stands wherever a server or a file puts text, and the certificate: its DER, or what to build
//! one from, because random DER seldom gets past its outer lengths.

use super::byte;
use rustls::pki_types::CertificateDer;
use smtp_certcheck::audit::{
    Audited, Change, Completeness, Difference, Field, Least, Levels, Summary, findings,
};
use smtp_certcheck::certificate::{Certificate, pem};
use smtp_certcheck::endpoint::{Host, Protocol, Start, Via};
use smtp_certcheck::escape::is_unsafe;
use smtp_certcheck::finding::Severity;
use smtp_certcheck::fingerprint::Comparison;
use smtp_certcheck::hgrc::{Config, Environment, FileReader, Source};
use smtp_certcheck::judge::clients::Answer;
use smtp_certcheck::judge::{Anchors, Judgement, Policy, judge_server, pin_mismatch};
use smtp_certcheck::mercurial::{
    CaFile, Decision, Extension, FileEdit, Ground, Lint, LintScope, Machine, Release, SettingLine,
    Surroundings, is_secret, lint,
};
use smtp_certcheck::mercurial::{ConfiguredPin, Pins};
use smtp_certcheck::observation::{
    Alert, Attempt, Cause, Chosen, ClientCertificate, ConnectError, Failure, Possession, Sighting,
    Staple, Step, TlsFacts,
};
use smtp_certcheck::render::audit::{
    Csv, Extent, Format, HtmlPage, Jsonl, Junit, Nagios, Prometheus, Table, aside,
};
use smtp_certcheck::render::settings::Setting;
use smtp_certcheck::render::style::Style;
use smtp_certcheck::render::{self, json, nagios, pin, settings, table};
use smtp_certcheck::report::{Assessment, Report, Target};
use smtp_certcheck::starttls::{self, Malformed, Refusal, Stage};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;

pub fn check(mut input: &[u8]) {
    let (how, style) = (byte(&mut input), byte(&mut input));
    let length = usize::from(byte(&mut input)).min(input.len());
    let (raw_text, rest) = input.split_at(length);
    let der = if how & 1 == 0 {
        rest.to_vec()
    } else {
        built(rest)
    };

    let certificate = Certificate::new(CertificateDer::from(der));
    let text = String::from_utf8_lossy(raw_text);
    let report = report(how, &text, raw_text, certificate);
    let style = Style {
        color: false,
        width: [None, Some(1), Some(80), Some(200)][usize::from(style >> 1) % 4],
        ascii: style & 8 != 0,
        verbose: style & 1 != 0,
    };
    show(&report, style, raw_text);
    audited(report, style, &text);
}

/// Every format that can be asked for.
fn show(report: &Report, style: Style, raw_text: &[u8]) {
    safe("table", &table::render(report, style));
    safe("lint", &render::lint::page(report.lints(), false, style));
    safe("verdict", &table::verdict(report, style));

    let one = json::host(report);
    let none = json::render(&[]);
    for text in [one, none, json::lints(report.lints())] {
        safe("json", &text);
        let read: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(read.is_ok(), "not JSON: {read:?} in {text}");
    }

    let text = render::pem::render(report);
    safe("pem", &text);
    let ders: Vec<_> = report
        .chain()
        .iter()
        .map(|certificate| certificate.der().clone())
        .collect();
    let entries = ders.into_iter().map(pem::Entry::from).collect();
    assert_eq!(pem::read(text.as_bytes()), Ok(entries));

    let lines = [smtp_certcheck::mercurial::Assignment::new(
        "smtp",
        "host",
        "mx.example",
    )];
    safe(
        "snippet",
        &pin::snippet(
            report,
            &pin::comments(std::slice::from_ref(report)),
            &lines,
            "0",
        ),
    );
    safe("alarm", &pin::alarm(report));
    safe("identity", &pin::identity(report));
    for certificate in report.chain() {
        safe("CA file", &pin::ca_comment(report, certificate, "0"));
    }
    let edit = FileEdit {
        path: report.target.input.clone().into(),
        before: Some(raw_text.to_vec()),
        after: raw_text.iter().rev().copied().collect(),
    };
    safe("diff", &pin::diff(&edit, false));

    let config = config(raw_text);
    let shown: Vec<Setting<'_>> = config
        .items()
        .map(|(section, key, item)| Setting {
            section,
            key,
            item,
            secret: is_secret(key),
        })
        .collect();
    safe("settings", &settings::table(&shown));
    safe("settings as JSON", &settings::json(&shown));
}

/// Every format for many servers, and the plugin's.
fn audited(report: Report, style: Style, text: &str) {
    let range = || "7".parse().expect("a range");
    let thresholds = nagios::Thresholds {
        warning: range(),
        critical: range(),
    };
    let (line, _) = nagios::render(&report, thresholds);
    safe("nagios", &line);
    plugin_output(&line);

    let at = report.at;
    let both = [report.clone().into(), report.clone().into()];
    let (lines, _) = nagios::render_all(&both, thresholds);
    safe("nagios for several", &lines);
    plugin_output(&lines);
    assert!(lines.lines().count() >= 3, "{lines}");
    let levels = Levels {
        warning: Least::Auto,
        critical: Least::Auto,
        public_cas: true,
    };
    let audited = Audited {
        label: Some(text.to_owned()),
        levels,
        findings: findings(&report, levels),
        left_out: Vec::new(),
        differences: Some(differences(text)),
        position: 0,
        report,
    };
    let mut summary = Summary::default();
    summary.add(&audited);
    summary.gone.push(text.to_owned());
    let missing = Completeness {
        interrupted: true,
        ..Completeness::default()
    };
    let show = |name: &str, format: &mut dyn Format| {
        let head = format.begin();
        let target = format.target(&audited);
        let ending = format.end(&missing, &summary);
        let (heads, sums) = (format.heads(), aside(&summary, &missing));
        for part in [&head, &heads, &target, &ending.text, &sums] {
            safe(name, part);
        }
        target
    };
    let line = show("jsonl", &mut Jsonl::default());
    assert_eq!(line.lines().count(), 1, "{line}");
    let read: Result<serde_json::Value, _> = serde_json::from_str(&line);
    assert!(read.is_ok(), "not JSON: {read:?} in {line}");
    let row = show("CSV", &mut Csv);
    assert_eq!(row.lines().count(), 1, "{row}");
    show("table", &mut Table::new(style, Extent::All, false));
    show("JUnit", &mut Junit::new(Severity::Critical));
    show("metrics", &mut Prometheus::new(at));
    show("nagios for a list", &mut Nagios::default());
    // A complete page takes time.
    if text.len().is_multiple_of(4) {
        show("HTML", &mut HtmlPage::new(at));
    }
}

/// The first line has the state, and the only bar, before the performance data.
fn plugin_output(text: &str) {
    let (first, below) = text.split_once('\n').expect("a line");
    assert!(first.starts_with("SMTP CERT"), "{text}");
    assert!(first.matches('|').count() <= 1, "{text}");
    assert!(!below.contains('|'), "{text}");
}

/// Changes of every kind from and to that text.
fn differences(text: &str) -> Vec<Difference> {
    let fields = [
        (Change::NewKey, Field::Sha256),
        (Change::NoCertificate, Field::Sha256),
        (Change::Issuer, Field::Issuer),
        (Change::Expiry, Field::NotAfter),
        (Change::Worse, Field::Outcome),
        (Change::Better, Field::Severity),
    ];
    let difference = |(change, field)| Difference {
        change,
        field: Some(field),
        before: Some(text.to_owned()),
        after: Some(text.to_owned()),
    };
    fields.map(difference).to_vec()
}

fn safe(format: &str, text: &str) {
    let found = text.find(|c| is_unsafe(c) && c != '\n');
    assert_eq!(found, None, "raw in {format}: {text:?}");
}

/// A report whose every text is `text`, about `certificate`; `how` chooses the rest.
fn report(how: u8, text: &str, raw_text: &[u8], certificate: Certificate) -> Report {
    let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(19_700);
    let mut anchors = Anchors::new(text);
    if how & 2 != 0 {
        // Bytes that are not a certificate are not an anchor, either.
        let _ = anchors.add(certificate.der().clone(), text);
    }
    let twice = if how & 4 == 0 { 1 } else { 2 };
    let chain = vec![certificate; twice];
    let seen = observation(how, text);
    let reference = text
        .parse()
        .unwrap_or(Host::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let policy = Policy::new(&anchors, &reference, now);
    let mut judgement: Judgement = judge_server(&chain, &seen, &policy);
    judgement.problems.extend(
        chain
            .first()
            .map(|leaf| pin_mismatch(leaf, std::iter::empty(), None)),
    );
    let line = SettingLine {
        key: text.to_owned(),
        source: Source {
            file: text.into(),
            line: 1,
        },
    };
    let pins = Pins {
        configured: vec![ConfiguredPin {
            value: text.to_owned(),
            line: line.clone(),
        }],
        comparison: Comparison::Mismatch,
    };
    let decision = Decision {
        answer: if how & 2 == 0 {
            Answer::Accepts
        } else {
            Answer::Refuses
        },
        decided_by: Ground::WebCacerts,
        lines: vec![line],
        reason: text.to_owned(),
        hg_version: Some(text.to_owned()),
        otherwise: None,
    };
    let target = Target {
        input: text.to_owned(),
        host: Some(text.to_owned()),
        port: Some(25),
        label: text.to_owned(),
        protocol: Some(Protocol::Smtp),
        tls: Some(Start::Starttls),
        servername: text.to_owned(),
    };
    let look = Assessment {
        chain,
        seen: Some(seen),
        judgement: Some(judgement),
        pins,
        dane: Comparison::NotMade,
        mercurial: Some(decision),
        lints: lints(raw_text),
        from_hgrc: how & 8 != 0,
        chosen: Chosen::default(),
    };
    Report {
        at_was_chosen: true,
        ..Report::single(target, look, now)
    }
}

fn observation(how: u8, text: &str) -> Sighting {
    let address = (Ipv4Addr::LOCALHOST, 25).into();
    let attempt = Attempt {
        address,
        error: Some(ConnectError::Io(ErrorKind::Other, text.to_owned())),
    };
    let reply = starttls::Answer {
        status: text.to_owned(),
        lines: vec![text.to_owned(), text.to_owned()],
        is_positive: true,
    };
    let word = || text.to_owned();
    let refused = |refusal| Some(Cause::Refused(refusal));
    let cause = match how >> 4 {
        0 => Some(Cause::Resolve(word())),
        1 => Some(Cause::Connect(vec![attempt.clone()])),
        2 => Some(Cause::Io(word())),
        3 => Some(Cause::NotTls(None, word())),
        4 => Some(Cause::Alert(Alert(how))),
        5 => Some(Cause::Incompatible(word())),
        6 => Some(Cause::Tls(word())),
        7 => refused(Refusal::Temporary(Stage::Ehlo, reply.clone())),
        8 => refused(Refusal::Greeting(reply.clone())),
        9 => refused(Refusal::OtherProtocol(None, word())),
        10 => refused(Refusal::Malformed(
            Stage::Greeting,
            Malformed::NotAReply(word()),
        )),
        11 => refused(Refusal::Unsolicited(Stage::Greeting, word())),
        12 => refused(Refusal::Injection(word())),
        13 => refused(Refusal::Bye(Stage::Capabilities, reply.clone())),
        14 => refused(Refusal::SecondAnswer(word(), word())),
        15 => Some(Cause::Proxy(word())),
        _ => None,
    };
    Sighting {
        legacy: false,
        exchange: None,
        small_hello: how & 1 != 0,
        via: word().parse().ok().map(Via::Command),
        attempts: vec![attempt],
        address: Some(address),
        protocol: Some(Protocol::Smtp),
        start: Some(Start::Starttls),
        greeting: Some(reply),
        capabilities: vec![word(), word()],
        transcript: vec![
            starttls::Line::Client(word()),
            starttls::Line::Server(word()),
        ],
        tls: Some(TlsFacts {
            version: word(),
            cipher_suite: word(),
            key_exchange: Some(word()),
        }),
        presented: Vec::new(),
        possession: Possession::Proven,
        staple: match how & 1 {
            0 => Staple::NotSeen,
            _ => Staple::Stapled,
        },
        ocsp_response: text.as_bytes().to_vec(),
        kept_back: None,
        client_certificate: ClientCertificate::Asked,
        round_trips: 3,
        elapsed: Duration::from_millis(1),
        failure: cause.map(|cause| Failure {
            step: Step::Ehlo,
            protocol: match how & 3 {
                0 => Protocol::Smtp,
                1 => Protocol::Imap,
                2 => Protocol::Sieve,
                _ => Protocol::Pop3,
            },
            cause,
        }),
    }
}

/// One file, which includes nothing.
struct Alone<'a>(&'a [u8]);

impl FileReader for Alone<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path.to_str() {
            Some("/hgrc") => Ok(self.0.to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// The settings up to where Mercurial would stop reading.
fn config(bytes: &[u8]) -> Config {
    let mut config = Config::default();
    let _ = config.read(Path::new("/hgrc"), &Alone(bytes), &Environment::default());
    config
}

struct NoFiles;

impl Surroundings for NoFiles {
    fn extension(&self, _: &[u8]) -> Extension {
        Extension::Missing
    }

    fn broken_share(&self) -> Option<(PathBuf, String)> {
        None
    }

    fn is_complete(&self) -> bool {
        true
    }
}

impl Machine for NoFiles {
    fn release(&self) -> Option<&Release> {
        None
    }

    fn ca_file(&self, _: &[u8]) -> CaFile {
        CaFile::Missing
    }

    fn is_world_readable(&self, _: &Path) -> bool {
        true
    }
}

fn lints(bytes: &[u8]) -> Vec<Lint> {
    let scope = LintScope::default();
    lint(&config(bytes), &Environment::default(), &NoFiles, scope)
}

/// A certificate (RFC 5280 §4.1) whose lengths are right and whose contents are the input's.
fn built(mut input: &[u8]) -> Vec<u8> {
    const ISSUER: &[u8] = &[0x55, 0x04, 0x0a];
    let (mut subject, mut names, mut extensions) = (Vec::new(), Vec::new(), Vec::new());
    let mut validity = [tlv(0x17, b"240101000000Z"), tlv(0x17, b"491231235959Z")].concat();
    let mut serial = vec![1];
    let mut key = tlv(
        0x30,
        &[tlv(0x30, &tlv(0x06, &[0x2b, 0x65, 0x70])), bits(&[0; 32])].concat(),
    );
    let mut signature = vec![0x2b, 0x65, 0x70];
    while !input.is_empty() {
        let (what, which, tag) = (byte(&mut input), byte(&mut input), byte(&mut input));
        let length = usize::from(byte(&mut input)).min(input.len());
        let (content, rest) = input.split_at(length);
        input = rest;
        match what % 9 {
            0 | 1 => {
                let pair = [tlv(0x06, &[0x55, 0x04, which % 66]), tlv(tag, content)].concat();
                subject.extend(tlv(0x31, &tlv(0x30, &pair)));
            }
            2 => names.extend(tlv(0x80 | (which % 9), content)),
            3 => {
                let critical = if tag & 1 == 0 {
                    Vec::new()
                } else {
                    tlv(0x01, &[0xff])
                };
                let parts = [
                    tlv(0x06, &[0x55, 0x1d, 14 + which % 24]),
                    critical,
                    tlv(0x04, content),
                ];
                extensions.extend(tlv(0x30, &parts.concat()));
            }
            4 => {
                // id-pe: caIssuers with a URI of the input's.
                let access = [
                    tlv(0x06, &[0x2b, 6, 1, 5, 5, 7, 48, 1 + which % 3]),
                    tlv(0x86, content),
                ];
                let value = tlv(0x30, &tlv(0x30, &access.concat()));
                let parts = [tlv(0x06, &[0x2b, 6, 1, 5, 5, 7, 1, 1]), tlv(0x04, &value)];
                extensions.extend(tlv(0x30, &parts.concat()));
            }
            5 => validity = [tlv(0x17 + which % 2, content), tlv(0x17 + tag % 2, content)].concat(),
            6 => serial = content.to_vec(),
            7 => {
                let rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
                let curve = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
                let algorithm = match which % 3 {
                    0 => [tlv(0x06, &rsa), tlv(0x05, &[])].concat(),
                    1 => [tlv(0x06, &curve), tlv(tag, content)].concat(),
                    _ => tlv(0x06, content),
                };
                key = tlv(0x30, &[tlv(0x30, &algorithm), bits(content)].concat());
            }
            _ => signature = content.to_vec(),
        }
    }
    if !names.is_empty() {
        let parts = [tlv(0x06, &[0x55, 0x1d, 17]), tlv(0x04, &tlv(0x30, &names))];
        extensions.extend(tlv(0x30, &parts.concat()));
    }
    let issuer = tlv(
        0x31,
        &tlv(0x30, &[tlv(0x06, ISSUER), tlv(0x0c, b"Issuer")].concat()),
    );
    let algorithm = tlv(0x30, &tlv(0x06, &signature));
    let body = [
        tlv(0xa0, &tlv(0x02, &[2])),
        tlv(0x02, &serial),
        algorithm.clone(),
        tlv(0x30, &issuer),
        tlv(0x30, &validity),
        tlv(0x30, &subject),
        key,
        tlv(0xa3, &tlv(0x30, &extensions)),
    ];
    tlv(
        0x30,
        &[tlv(0x30, &body.concat()), algorithm, bits(&[0; 64])].concat(),
    )
}

fn bits(content: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], content].concat())
}

/// Tag, length and value (X.690 §8.1).
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|b| **b == 0).count()..];
    let mut out = vec![tag];
    match significant {
        [] => out.push(0),
        [short @ ..=0x7f] => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).expect("at most eight"));
            out.extend(long);
        }
    }
    out.extend(content);
    out
}
