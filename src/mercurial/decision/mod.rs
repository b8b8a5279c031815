//! Whether `hg email` would send to a server, and why. It follows Mercurial's rules, not ours: pins
//! replace every other check, even expiry and name, and OpenSSL builds no partial chains
//! (`sslutil._hostsettings` and `validatesocket` of 7.2.4).

mod answer;
mod before_tls;
mod grounds;
mod openssl;
mod server;

pub use answer::{Decision, Ground};
pub(super) use before_tls::PROTOCOLS;
pub(super) use openssl::is_anchor;
pub use server::{CaFile, Server};

use super::hindrance::Hindrance;
use super::line::SettingLine;
use super::release::Installation;
use super::settings::{HostSettings, Transport};
use crate::judge::clients::Answer;
use before_tls::{before_tls, by_release};
use grounds::by_certificate;

/// Decides as Mercurial would. `ca_file` reads the CA file at a path, `hg` is the Mercurial that
/// decides.
pub fn decide(
    settings: &HostSettings,
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

/// What keeps `hg email` from going to any server, and whether that holds here only.
fn hindered(settings: &HostSettings) -> Option<(Decision, bool)> {
    let all = settings.runs.iter().chain(&settings.command);
    let (local, all): (Vec<&Hindrance>, Vec<&Hindrance>) = all.partition(|why| why.local);
    let of = |hindrance: &Hindrance| {
        let lines: Vec<&SettingLine> = hindrance.line.iter().collect();
        let answer = if hindrance.certain {
            Answer::Refuses
        } else {
            Answer::Unknown
        };
        Decision::new(answer, Ground::Settings, &lines, hindrance.reason.clone())
    };
    if let Some(certain) = all.iter().find(|hindrance| hindrance.certain) {
        return Some((of(certain), false));
    }
    if let Some(method) = &settings.other_method {
        let program = String::from_utf8_lossy(&method.value).into_owned();
        let reason = format!(
            "email.method is \"{program}\": hg hands mail to that program and looks at no server"
        );
        let decision = Decision::new(Answer::Unknown, Ground::Settings, &[&method.line], reason);
        return Some((decision, false));
    }
    if let Some(open) = all.first() {
        return Some((of(open), false));
    }
    local.first().map(|hindrance| (of(hindrance), true))
}

fn by_server(
    settings: &HostSettings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
) -> Decision {
    // Clear text is clear text on every port.
    let other = server.port.and_then(|port| settings.other_port(port));
    if let Some(other) = other.filter(|_| settings.transport != Transport::Plain) {
        return elsewhere(settings, server, hg, ca_file, &other);
    }
    let decision = before_tls(settings, server, hg).unwrap_or_else(|| {
        let decision = by_certificate(settings, server, hg, ca_file);
        by_release(settings, server, hg, decision)
    });
    if decision.answer != Answer::Accepts || decision.decided_by == Ground::TlsNone {
        return decision;
    }
    in_handshake(settings, server, decision)
}

/// Weakens an acceptance that hg's own handshake could still change.
fn in_handshake(settings: &HostSettings, server: &Server<'_>, decision: Decision) -> Decision {
    if server.handshake_failed {
        return decision.depends_on(
            "hg's OpenSSL and its security level: our own handshake failed; if hg's does not",
        );
    }
    if !server.key_proven {
        return decision.depends_on(
            "the proof that the server holds its key, which could not be checked here and which hg demands; if it is given",
        );
    }
    let ciphers = settings.ciphers.as_ref();
    let Some(line) = ciphers.filter(|_| decision.decided_by != Ground::Insecure) else {
        return decision;
    };
    let what = format!("what hg's OpenSSL makes of {}; if it goes on", line.key);
    let mut decision = decision.depends_on(&what);
    decision.lines.push(line.clone());
    decision
}

/// The decision for a port of the host that `hg email` does not use. It stays unknown: what hg
/// would decide here does not answer what it does on its own port.
fn elsewhere(
    settings: &HostSettings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
    other: &str,
) -> Decision {
    let here = HostSettings {
        transport: server.start.into(),
        transport_line: None,
        ..settings.clone()
    };
    let server = Server {
        port: None,
        ..*server
    };
    let decision = by_server(&here, &server, hg, ca_file);
    let set_at = settings.smtp_port.as_ref().map_or_else(
        || "the default of smtp.tls".to_owned(),
        |port| port.line.source.to_string(),
    );
    Decision {
        answer: Answer::Unknown,
        reason: format!(
            "hg email uses port {other} of this host ({set_at}), not this one; of this one it would say: {}",
            decision.reason
        ),
        ..decision
    }
}
