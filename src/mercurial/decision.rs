//! Would `hg email` talk to this server, and on what ground? Mercurial's judge, not ours: pins
//! replace everything, even expiry and name, and OpenSSL builds no partial chains
//! (`sslutil._hostsettings` and `validatesocket` of 7.2.4).

use super::chain;
use super::command::Hindrance;
use super::release::{Installation, Release, Store};
use super::settings::{Line, Setting, Settings, Transport};
use crate::certificate::Certificate;
use crate::certificate::pem::Entry;
use crate::endpoint::Start;
use crate::fingerprint::Pin;
use time::OffsetDateTime;

/// The values of `minimumprotocol` that Mercurial knows.
pub(super) const PROTOCOLS: [&str; 4] = ["tls1.0", "tls1.1", "tls1.2", "tls1.3"];

/// What decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// `hostsecurity.HOST:fingerprints`.
    Fingerprints,
    /// `hostfingerprints.HOST`.
    HostFingerprints,
    /// `hostsecurity.HOST:verifycertsfile`.
    Verifycertsfile,
    /// `web.cacerts`.
    WebCacerts,
    /// The trust store that hg's Python and OpenSSL find by themselves.
    System,
    /// `--insecure` by default: nothing is verified.
    Insecure,
    /// `smtp.tls` is unset: nothing is encrypted.
    TlsNone,
    /// A setting that makes Mercurial abort, or a connection that does not come about.
    Settings,
}

impl Ground {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fingerprints => "fingerprints",
            Self::HostFingerprints => "hostfingerprints",
            Self::Verifycertsfile => "verifycertsfile",
            Self::WebCacerts => "web.cacerts",
            Self::System => "system",
            Self::Insecure => "insecure",
            Self::TlsNone => "tls-none",
            Self::Settings => "settings",
        }
    }
}

/// Mercurial's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// It would send; `None`: cannot be known from here.
    pub accepts: Option<bool>,
    /// What decided.
    pub decided_by: Ground,
    /// The lines that decided.
    pub lines: Vec<Line>,
    /// In words, close to Mercurial's own; may hold untrusted text.
    pub reason: String,
    /// The release that it is about; `None`: it is not known, and holds for each.
    pub hg_version: Option<String>,
    /// What it would be where the hindrance is not: hg may be told otherwise in another repository,
    /// or on its own command line.
    pub otherwise: Option<Box<Decision>>,
}

impl Decision {
    fn new(
        accepts: Option<bool>,
        decided_by: Ground,
        lines: &[&Line],
        reason: impl Into<String>,
    ) -> Self {
        Self {
            accepts,
            decided_by,
            lines: lines.iter().map(|line| (*line).clone()).collect(),
            reason: reason.into(),
            hg_version: None,
            otherwise: None,
        }
    }

    fn refuse(ground: Ground, lines: &[&Line], reason: impl Into<String>) -> Self {
        Self::new(Some(false), ground, lines, reason)
    }
}

/// The server as Mercurial would meet it.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The value of `smtp.host`.
    pub host: &'a str,
    /// The mode that the port speaks.
    pub mode: Start,
    /// The port; `None`: the one that Mercurial would use.
    pub port: Option<u16>,
    /// The presented chain, the leaf first.
    pub chain: &'a [Certificate],
    /// `SSLv3`, `TLSv1.0`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`.
    pub tls_version: &'a str,
    /// The chain was read, and our own handshake failed: whether hg's does not is its OpenSSL's.
    pub handshake_failed: bool,
    /// The server has proven that it holds the leaf's key. hg checks that itself.
    pub key_proven: bool,
    /// The time of the decision.
    pub now: OffsetDateTime,
}

/// What a CA file that the settings name holds; read by the caller.
#[derive(Clone, Debug)]
pub enum CaFile {
    /// It does not exist.
    Missing,
    /// It is no PEM file with certificates, or one block is broken: OpenSSL refuses it.
    Unusable(String),
    /// It could not be read here; hg may read it.
    Unknown(String),
    /// Its certificates, with what the file says beside them.
    Certificates(Vec<Entry>),
}

/// Decides. `ca_file` reads the CA file of a path, `hg` is the Mercurial that is asked.
pub fn decide(
    settings: &Settings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
) -> Decision {
    let at_server = || by_server(settings, server, hg, ca_file);
    let decision = match hindered(settings) {
        Some((decision, true)) => {
            let otherwise = at_server();
            Decision {
                reason: format!("{}; where it is, {}", decision.reason, otherwise.reason),
                otherwise: Some(Box::new(otherwise)),
                ..decision
            }
        }
        Some((decision, false)) => decision,
        None => at_server(),
    };
    Decision {
        hg_version: hg.release.map(ToString::to_string),
        ..decision
    }
}

/// What keeps `hg email` from going to any server, and whether that is so here alone.
fn hindered(settings: &Settings) -> Option<(Decision, bool)> {
    let all = settings.runs.iter().chain(&settings.command);
    let (local, all): (Vec<&Hindrance>, Vec<&Hindrance>) = all.partition(|why| why.local);
    let of = |hindrance: &Hindrance| {
        let lines: Vec<&Line> = hindrance.line.iter().collect();
        let accepts = hindrance.certain.then_some(false);
        Decision::new(accepts, Ground::Settings, &lines, hindrance.reason.clone())
    };
    if let Some(certain) = all.iter().find(|hindrance| hindrance.certain) {
        return Some((of(certain), false));
    }
    if let Some(method) = &settings.other_method {
        let program = String::from_utf8_lossy(&method.value).into_owned();
        let reason = format!(
            "email.method is \"{program}\": hg hands mail to that program and looks at no server"
        );
        let decision = Decision::new(None, Ground::Settings, &[&method.line], reason);
        return Some((decision, false));
    }
    if let Some(open) = all.first() {
        return Some((of(open), false));
    }
    local.first().map(|hindrance| (of(hindrance), true))
}

fn by_server(
    settings: &Settings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
) -> Decision {
    // In the clear is in the clear on every port.
    let other = server.port.and_then(|port| settings.other_port(port));
    if let Some(other) = other.filter(|_| settings.transport != Transport::Plain) {
        return elsewhere(settings, server, hg, ca_file, &other);
    }
    let decision = before_tls(settings, server, hg).unwrap_or_else(|| {
        let decision = by_certificate(settings, server, hg, ca_file);
        by_release(settings, server, hg, decision)
    });
    if decision.accepts != Some(true) || decision.decided_by == Ground::TlsNone {
        return decision;
    }
    if server.handshake_failed {
        return Decision {
            accepts: None,
            reason: format!(
                "depends on hg's OpenSSL and its security level: our own handshake failed; if hg's does not, {}",
                decision.reason
            ),
            ..decision
        };
    }
    if !server.key_proven {
        return Decision {
            accepts: None,
            reason: format!(
                "depends on the proof that the server holds its key, which could not be checked here and which hg demands; if it is given, {}",
                decision.reason
            ),
            ..decision
        };
    }
    if let Some(line) = &settings.ciphers
        && decision.decided_by != Ground::Insecure
    {
        let mut lines = decision.lines;
        lines.push(line.clone());
        return Decision {
            accepts: None,
            reason: format!(
                "depends on what hg's OpenSSL makes of {}; if it goes on, {}",
                line.key, decision.reason
            ),
            lines,
            ..decision
        };
    }
    decision
}

fn by_certificate(
    settings: &Settings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
) -> Decision {
    by_pins(settings, server).unwrap_or_else(|| by_anchors(settings, server, hg, ca_file))
}

/// For a port of the host that `hg email` does not use: what it would say here is no answer to
/// what it does there.
fn elsewhere(
    settings: &Settings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
    other: &str,
) -> Decision {
    let here = Settings {
        transport: server.mode.into(),
        transport_line: None,
        ..settings.clone()
    };
    let server = Server {
        port: None,
        ..*server
    };
    let decision = by_server(&here, &server, hg, ca_file);
    let place = settings.smtp_port.as_ref().map_or_else(
        || "the default of smtp.tls".to_owned(),
        |port| port.line.place(),
    );
    Decision {
        accepts: None,
        reason: format!(
            "hg email uses port {other} of this host ({place}), not this one; of this one it would say: {}",
            decision.reason
        ),
        ..decision
    }
}

/// What is settled before a certificate is looked at.
fn before_tls(settings: &Settings, server: &Server<'_>, hg: &Installation<'_>) -> Option<Decision> {
    let lines: Vec<&Line> = settings.transport_line.iter().collect();
    match (settings.transport, server.mode) {
        (Transport::Plain, Start::Implicit) => {
            let reason = "smtp.tls asks for no TLS, and the port speaks TLS at once: hg hangs";
            return Some(Decision::refuse(Ground::Settings, &lines, reason));
        }
        (Transport::Plain, Start::Starttls) => {
            let reason = "smtp.tls is not set to starttls or smtps: mail goes in the clear, and no certificate is looked at";
            return Some(Decision::new(Some(true), Ground::TlsNone, &lines, reason));
        }
        (Transport::Starttls, Start::Implicit) => {
            let reason = "smtp.tls is starttls, and the port speaks TLS at once: hg hangs";
            return Some(Decision::refuse(Ground::Settings, &lines, reason));
        }
        (Transport::Smtps, Start::Starttls) => {
            let reason = "smtp.tls is smtps, and the port speaks STARTTLS: the handshake fails";
            return Some(Decision::refuse(Ground::Settings, &lines, reason));
        }
        _ => {}
    }
    for minimum in &settings.minimum_protocols {
        if hg.aborts_at(minimum) == Some(true) {
            let value = String::from_utf8_lossy(&minimum.value).into_owned();
            let since = if value == "tls1.3" {
                " (hg 7.0 is the first that knows it)"
            } else {
                ""
            };
            let reason = format!(
                "unsupported protocol from {}: {value}{since}",
                minimum.line.key
            );
            return Some(Decision::refuse(Ground::Settings, &[&minimum.line], reason));
        }
    }
    if let Some(Setting {
        value: Err(item),
        line,
    }) = &settings.pins
    {
        let reason = format!(
            "invalid fingerprint for {}: {item} (it must begin with \"sha1:\", \"sha256:\" or \"sha512:\")",
            server.host
        );
        return Some(Decision::refuse(Ground::Fingerprints, &[line], reason));
    }
    below_minimum(settings, server, hg)
}

/// What the release decides of a server that would be taken, where it is not known.
fn by_release(
    settings: &Settings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    decision: Decision,
) -> Decision {
    let unsure = |line: Option<&Line>, why: &str| Decision {
        accepts: None,
        lines: line.into_iter().chain(&decision.lines).cloned().collect(),
        reason: format!(
            "depends on the release of hg, which is not known (--hg-version says it): {why}, {}",
            decision.reason
        ),
        ..decision.clone()
    };
    if decision.accepts == Some(false) {
        return decision;
    }
    let open = |minimum: &&Setting<Vec<u8>>| hg.aborts_at(minimum).is_none();
    if let Some(minimum) = settings.minimum_protocols.iter().find(open) {
        let why = "hg before 7.0 aborts at minimumprotocol tls1.3; since 7.0";
        return unsure(Some(&minimum.line), why);
    }
    let by_default = settings.minimum_protocols.is_empty() && settings.insecure.is_none();
    if hg.release.is_none() && by_default && spoken(server) == b"tls1.1" {
        let why = "hg since 7.0 refuses TLS 1.1 unless minimumprotocol is set; before";
        return unsure(None, why);
    }
    decision
}

/// The version in the words of `minimumprotocol`, which sort by their text.
fn spoken(server: &Server<'_>) -> &'static [u8] {
    match server.tls_version {
        "SSLv3" => b"ssl3",
        "TLSv1.0" => b"tls1.0",
        "TLSv1.1" => b"tls1.1",
        "TLSv1.3" => b"tls1.3",
        _ => b"tls1.2",
    }
}

/// `minimumprotocol`, which is TLS 1.2 unless set (TLS 1.1 before hg 7.0), and which `--insecure`
/// lowers to TLS 1.0.
fn below_minimum(
    settings: &Settings,
    server: &Server<'_>,
    hg: &Installation<'_>,
) -> Option<Decision> {
    let configured = settings
        .minimum_protocols
        .last()
        .filter(|_| settings.insecure.is_none());
    let (line, rule, floor) = match (configured, &settings.insecure) {
        (Some(minimum), _) => {
            let key = minimum.line.key.as_str();
            (Some(&minimum.line), key, minimum.value.as_slice())
        }
        (None, Some(line)) => (
            Some(line),
            "the least that --insecure allows",
            &b"tls1.0"[..],
        ),
        (None, None) => {
            let rule = "the default of hostsecurity.minimumprotocol";
            // Before 7.0 an OpenSSL of these days refuses TLS 1.1, too, unless `ciphers` lowers its
            // security level.
            let strict = hg
                .release
                .map_or(settings.ciphers.is_none(), Release::since_7);
            (None, rule, if strict { &b"tls1.2"[..] } else { b"tls1.1" })
        }
    };
    if spoken(server) >= floor {
        return None;
    }
    let shown = match (line, hg.release) {
        (None, None) => {
            "tls1.2 (tls1.1 before hg 7.0, where OpenSSL 3 still refuses it by itself)".into()
        }
        _ => String::from_utf8_lossy(floor),
    };
    let reason = format!(
        "{rule} is {shown}, and the server speaks {}",
        server.tls_version
    );
    let lines: Vec<&Line> = line.into_iter().collect();
    Some(Decision::refuse(Ground::Settings, &lines, reason))
}

/// Pins of both sections are united, and any match is enough; if there is one, nothing else counts.
fn by_pins(settings: &Settings, server: &Server<'_>) -> Option<Decision> {
    let current = settings
        .pins
        .as_ref()
        .and_then(|pins| Some((pins.value.as_ref().ok()?, &pins.line)));
    let legacy = settings
        .legacy_pins
        .as_ref()
        .map(|pins| (&pins.value, &pins.line));
    let all: Vec<(Ground, &Pin, &Line)> = [
        (Ground::Fingerprints, current),
        (Ground::HostFingerprints, legacy),
    ]
    .into_iter()
    .filter_map(|(ground, pins)| Some((ground, pins?)))
    .flat_map(|(ground, (pins, line))| pins.iter().map(move |pin| (ground, pin, line)))
    .collect();
    let leaf = server.chain.first();
    let matching = all
        .iter()
        .find(|(_, pin, _)| leaf.is_some_and(|leaf| pin.matches(leaf.der())));
    if let Some((ground, _, line)) = matching {
        let reason = "the certificate is pinned: neither CA nor name nor dates are looked at";
        return Some(Decision::new(Some(true), *ground, &[line], reason));
    }
    let (ground, ..) = *all.first()?;
    let mut lines: Vec<&Line> = all.iter().map(|(_, _, line)| *line).collect();
    lines.dedup();
    let reason = match leaf {
        Some(leaf) => format!(
            "certificate for {} has unexpected fingerprint {}",
            server.host,
            leaf.fingerprint(crate::fingerprint::Algorithm::Sha256)
        ),
        None => "no certificate received".to_owned(),
    };
    Some(Decision::refuse(ground, &lines, reason))
}

fn by_anchors(
    settings: &Settings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
) -> Decision {
    if let Some(line) = &settings.insecure {
        let reason = "--insecure is a default of hg email: nothing is verified, anybody can read and change the mail";
        return Decision::new(Some(true), Ground::Insecure, &[line], reason);
    }
    let named = [
        (Ground::Verifycertsfile, &settings.verifycertsfile),
        (Ground::WebCacerts, &settings.web_cacerts),
    ];
    let found = named
        .into_iter()
        .find_map(|(ground, file)| Some((ground, file.as_ref()?)));
    let Some((ground, file)) = found else {
        return by_system(server, hg);
    };
    let path = String::from_utf8_lossy(&file.value).into_owned();
    let lines = [&file.line];
    match ca_file(&file.value) {
        CaFile::Missing => Decision::refuse(
            ground,
            &lines,
            format!("{} does not exist: {path}", file.line.key),
        ),
        CaFile::Unusable(why) => Decision::refuse(
            ground,
            &lines,
            format!("error loading CA file {path}: {why}"),
        ),
        CaFile::Unknown(why) => {
            let reason = format!("depends on the CA file {path}, which was not read here: {why}");
            Decision::new(None, ground, &lines, reason)
        }
        CaFile::Certificates(certificates) => {
            let (accepts, reason) = chain::verify(server, &certificates, &path);
            Decision::new(accepts, ground, &lines, reason)
        }
    }
}

/// The store of hg's Python. Where it is not known which one it takes (certifi, or OpenSSL's own),
/// what no store can help is a refusal.
fn by_system(server: &Server<'_>, hg: &Installation<'_>) -> Decision {
    let system = match &hg.store {
        Store::Known { name, certificates } => {
            let (accepts, reason) = chain::verify(server, certificates, name);
            return Decision::new(accepts, Ground::System, &[], reason);
        }
        Store::Unknown(system) => system,
    };
    let (accepts, reason) = chain::by_anchors(server, system, "the system's trust store");
    match accepts {
        Some(false) if chain::is_hopeless(server) => Decision::refuse(Ground::System, &[], reason),
        _ => Decision::new(
            None,
            Ground::System,
            &[],
            format!(
                "hg takes the trust store of its Python (certifi, or OpenSSL's own), which cannot be known from here (--hg-store names it); by this machine's store: {reason}"
            ),
        ),
    }
}
