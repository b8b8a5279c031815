//! What Mercurial decides before it looks at the certificate: how TLS starts, which settings make
//! it abort, the minimum version of TLS, and what depends on the release.

use super::answer::{Decision, Ground};
use super::server::Server;
use crate::endpoint::Start;
use crate::judge::clients::Answer;
use crate::mercurial::line::{Configured, SettingLine};
use crate::mercurial::release::{Aborts, Installation, Release};
use crate::mercurial::settings::{HostSettings, Transport};

/// The values of `minimumprotocol` that Mercurial knows.
pub(in crate::mercurial) const PROTOCOLS: [&str; 4] = ["tls1.0", "tls1.1", "tls1.2", "tls1.3"];

/// The decision that needs no certificate; `None`: the certificate decides.
pub(super) fn before_tls(
    settings: &HostSettings,
    server: &Server<'_>,
    hg: &Installation<'_>,
) -> Option<Decision> {
    let lines: Vec<&SettingLine> = settings.transport_line.iter().collect();
    match (settings.transport, server.start) {
        (Transport::Plain, Start::Implicit) => {
            let reason = "smtp.tls asks for no TLS, and the port expects implicit TLS: hg hangs";
            return Some(Decision::refuse(Ground::Settings, &lines, reason));
        }
        (Transport::Plain, Start::Starttls) => {
            let reason = "smtp.tls is not set to starttls or smtps: mail goes in the clear, and no certificate is looked at";
            return Some(Decision::new(
                Answer::Accepts,
                Ground::TlsNone,
                &lines,
                reason,
            ));
        }
        (Transport::Starttls, Start::Implicit) => {
            let reason = "smtp.tls is starttls, and the port expects implicit TLS: hg hangs";
            return Some(Decision::refuse(Ground::Settings, &lines, reason));
        }
        (Transport::Smtps, Start::Starttls) => {
            let reason = "smtp.tls is smtps, and the port speaks STARTTLS: the handshake fails";
            return Some(Decision::refuse(Ground::Settings, &lines, reason));
        }
        _ => {}
    }
    for minimum in &settings.minimum_protocols {
        if hg.aborts_at(minimum) == Aborts::Always {
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
    if let Some(Configured {
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

/// Weakens an acceptance that depends on the release, if the release is not known.
pub(super) fn by_release(
    settings: &HostSettings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    decision: Decision,
) -> Decision {
    const UNKNOWN: &str = "the release of hg, which is not known (--hg-version says it)";
    if decision.answer == Answer::Refuses {
        return decision;
    }
    let open = |minimum: &&Configured<Vec<u8>>| hg.aborts_at(minimum) == Aborts::ByRelease;
    if let Some(minimum) = settings.minimum_protocols.iter().find(open) {
        let why = "hg before 7.0 aborts at minimumprotocol tls1.3; since 7.0";
        let mut decision = decision.depends_on(&format!("{UNKNOWN}: {why}"));
        decision.lines.insert(0, minimum.line.clone());
        return decision;
    }
    let by_default = settings.minimum_protocols.is_empty() && settings.insecure.is_none();
    if hg.release.is_none() && by_default && spoken(server) == b"tls1.1" {
        let why = "hg since 7.0 refuses TLS 1.1 unless minimumprotocol is set; before";
        return decision.depends_on(&format!("{UNKNOWN}: {why}"));
    }
    decision
}

/// The server's TLS version in the words of `minimumprotocol`, which sort by their text.
fn spoken(server: &Server<'_>) -> &'static [u8] {
    match server.tls_version {
        "SSLv3" => b"ssl3",
        "TLSv1.0" => b"tls1.0",
        "TLSv1.1" => b"tls1.1",
        "TLSv1.3" => b"tls1.3",
        _ => b"tls1.2",
    }
}

/// Refuses a version below `minimumprotocol`, whose default is TLS 1.2 (TLS 1.1 before hg 7.0), and
/// which `--insecure` lowers to TLS 1.0.
fn below_minimum(
    settings: &HostSettings,
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
            // Before 7.0, too, a current OpenSSL refuses TLS 1.1, unless `ciphers` lowers its
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
    let lines: Vec<&SettingLine> = line.into_iter().collect();
    Some(Decision::refuse(Ground::Settings, &lines, reason))
}
