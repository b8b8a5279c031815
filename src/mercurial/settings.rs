//! The settings that concern one SMTP server, each with its line.

use super::boolean::boolean;
use super::command::Command;
use super::hindrance::Hindrance;
use super::line::{Configured, SettingLine, configured};
use super::list;
use super::port::{Port, read_port};
use crate::endpoint::Start;
use crate::fingerprint::{Algorithm, Pin};
use crate::hgrc::{Config, Environment};

/// How `hg email` connects (`mail._smtp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Without TLS: hg does not look at a certificate.
    Plain,
    /// STARTTLS.
    Starttls,
    /// Implicit TLS.
    Smtps,
}

/// The settings for one host, whose keys hold the host byte for byte.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// `smtp.host`, if it is set.
    pub smtp_host: Option<Configured<Vec<u8>>>,
    /// `smtp.port`.
    pub smtp_port: Option<Configured<Vec<u8>>>,
    /// `smtp.tls`; if it is not set, mail goes in the clear.
    pub transport: Transport,
    /// The line of `smtp.tls`.
    pub transport_line: Option<SettingLine>,
    /// `email.method`, if it is not `smtp`.
    pub other_method: Option<Configured<Vec<u8>>>,
    /// `hostsecurity.HOST:fingerprints`; an item that is not a pin makes Mercurial abort.
    pub pins: Option<Configured<Result<Vec<Pin>, String>>>,
    /// `hostfingerprints.HOST`, SHA-1 without a prefix.
    pub legacy_pins: Option<Configured<Vec<Pin>>>,
    /// `smtp.fingerprint`, which the mailing list asked for. No Mercurial reads it.
    pub smtp_fingerprint: Option<Configured<Result<Vec<Pin>, String>>>,
    /// `smtp.cacerts`, expanded. No Mercurial reads it.
    pub smtp_cacerts: Option<Configured<Vec<u8>>>,
    /// `hostsecurity.HOST:verifycertsfile`, expanded.
    pub verifycertsfile: Option<Configured<Vec<u8>>>,
    /// `web.cacerts`, expanded.
    pub web_cacerts: Option<Configured<Vec<u8>>>,
    /// `devel.disableloaddefaultcerts`, if it is on: hg takes no trust store by itself.
    pub no_store: Option<SettingLine>,
    /// The lines of `minimumprotocol` that hg checks, the global one first.
    pub minimum_protocols: Vec<Configured<Vec<u8>>>,
    /// The line with the ciphers that hg sets in its OpenSSL.
    pub ciphers: Option<SettingLine>,
    /// The line that makes `--insecure` a default of `hg email`.
    pub insecure: Option<SettingLine>,
    /// What `[defaults]` and `[alias]` add that keeps the command from sending.
    pub command: Option<Hindrance>,
    /// What keeps `hg email` from running at all; the caller finds it, because it depends on the
    /// machine.
    pub runs: Vec<Hindrance>,
}

impl HostSettings {
    /// Whether `smtp.host` is this host, as it is written. Where no `smtp.host` is set, see
    /// [`is_smtp_host`](crate::mercurial::is_smtp_host) for the host that may become it.
    pub fn is_smtp_host(&self, written: &str) -> bool {
        let host = self.smtp_host.as_ref();
        host.is_some_and(|host| host.value == written.as_bytes())
    }

    /// Reads the settings for `host`.
    pub fn read(config: &Config, environment: &Environment, host: &[u8]) -> Self {
        let of = |section: &str, key: &[u8]| configured(config, section, key);
        let of_host = |section, suffix: &str| of(section, &[host, suffix.as_bytes()].concat());
        // An empty path counts as unset.
        let path = |found: Option<Configured<Vec<u8>>>| {
            found
                .filter(|path| !path.value.is_empty())
                .map(|path| path.map(|value| environment.expand(&value)))
        };
        let tls = of("smtp", b"tls");
        let global = of("hostsecurity", b"minimumprotocol");
        let own = of_host("hostsecurity", ":minimumprotocol");
        let command = Command::read(config, environment);
        Self {
            smtp_host: of("smtp", b"host").filter(|host| !host.value.is_empty()),
            smtp_port: of("smtp", b"port"),
            transport: transport(tls.as_ref().map(|tls| tls.value.as_slice())),
            transport_line: tls.map(|tls| tls.line),
            other_method: of("email", b"method").filter(|method| method.value != b"smtp"),
            pins: of_host("hostsecurity", ":fingerprints")
                .map(|list| list.map(|value| pins(&value))),
            legacy_pins: of_host("hostfingerprints", "")
                .map(|list| list.map(|value| legacy_pins(&value))),
            smtp_fingerprint: of("smtp", b"fingerprint").map(|list| list.map(|value| pins(&value))),
            smtp_cacerts: path(of("smtp", b"cacerts")),
            verifycertsfile: path(of_host("hostsecurity", ":verifycertsfile")),
            web_cacerts: path(of("web", b"cacerts")),
            no_store: of("devel", b"disableloaddefaultcerts")
                .filter(|set| boolean(&set.value) == Some(true))
                .map(|set| set.line),
            minimum_protocols: global.into_iter().chain(own).collect(),
            ciphers: of_host("hostsecurity", ":ciphers")
                .or_else(|| of("hostsecurity", b"ciphers"))
                .filter(|ciphers| !ciphers.value.is_empty())
                .map(|ciphers| ciphers.line),
            insecure: command.insecure,
            command: command.hindrance,
            runs: Vec::new(),
        }
    }
}

impl HostSettings {
    /// The port that `hg email` connects to, as the setting writes it, if it is not `port`.
    pub(super) fn other_port(&self, port: u16) -> Option<String> {
        let default = match self.transport {
            Transport::Smtps => 465,
            Transport::Starttls | Transport::Plain => 25,
        };
        let number = match &self.smtp_port {
            Some(set) => match read_port(&set.value) {
                Port::Number(number) => Some(number),
                Port::OutOfRange | Port::Name => None,
            },
            None => Some(default),
        };
        let written = self.smtp_port.as_ref().map_or_else(
            || default.to_string(),
            |set| String::from_utf8_lossy(&set.value).into_owned(),
        );
        (number != Some(port)).then_some(written)
    }

    /// Whether hg goes by pins of the host; a list that it aborts at counts as one.
    pub(super) fn has_pins(&self) -> bool {
        let current = self.pins.as_ref().map(|pins| &pins.value);
        let current = current.is_some_and(|pins| !matches!(pins, Ok(pins) if pins.is_empty()));
        let legacy = self.legacy_pins.as_ref();
        current || legacy.is_some_and(|pins| !pins.value.is_empty())
    }

    /// Whether any setting names the host.
    pub fn is_about_host(&self) -> bool {
        self.pins.is_some() || self.legacy_pins.is_some() || self.verifycertsfile.is_some()
    }
}

impl From<Start> for Transport {
    fn from(start: Start) -> Self {
        match start {
            Start::Starttls => Self::Starttls,
            Start::Implicit => Self::Smtps,
        }
    }
}

fn transport(tls: Option<&[u8]>) -> Transport {
    let tls = tls.unwrap_or_default();
    let is_true = boolean(tls) == Some(true);
    match tls {
        b"smtps" => Transport::Smtps,
        b"starttls" => Transport::Starttls,
        _ if is_true => Transport::Starttls,
        _ => Transport::Plain,
    }
}

fn pins(value: &[u8]) -> Result<Vec<Pin>, String> {
    list::items(value)
        .iter()
        .map(|item| {
            let text = String::from_utf8_lossy(item);
            Pin::parse(&text).ok_or_else(|| text.into_owned())
        })
        .collect()
}

fn legacy_pins(value: &[u8]) -> Vec<Pin> {
    list::items(value)
        .iter()
        .map(|item| Pin::new(Algorithm::Sha1, &String::from_utf8_lossy(item)))
        .collect()
}
