//! What the configuration says about one SMTP server, each setting with the line that it stands on.

use super::list;
use crate::endpoint::{TargetError, TlsMode, parse_port};
use crate::fingerprint::{Algorithm, Pin};
use crate::hgrc::{Config, Environment, Item, Source};

/// A line of a configuration file, for people: the key and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `section.key`; untrusted bytes, read as UTF-8.
    pub key: String,
    /// The file and line.
    pub source: Source,
}

impl Line {
    /// `FILE:LINE`.
    pub fn place(&self) -> String {
        self.source.to_string()
    }
}

/// A value with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub line: Line,
}

/// How `hg email` connects (`mail._smtp`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Without TLS: no certificate is looked at.
    Plain,
    /// STARTTLS.
    Starttls,
    /// Implicit TLS.
    Smtps,
}

/// The settings for one host. The host is the key of its settings, byte for byte.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `smtp.host`, if it is set.
    pub smtp_host: Option<Setting<Vec<u8>>>,
    /// `smtp.port`.
    pub smtp_port: Option<Setting<Vec<u8>>>,
    /// `smtp.tls`; without it mail goes in the clear.
    pub transport: Transport,
    /// The line of `smtp.tls`.
    pub transport_line: Option<Line>,
    /// `email.method`, if it is not `smtp`.
    pub other_method: Option<Setting<Vec<u8>>>,
    /// `hostsecurity.HOST:fingerprints`; an item that is no pin makes Mercurial abort.
    pub pins: Option<Setting<Result<Vec<Pin>, String>>>,
    /// `hostfingerprints.HOST`, SHA-1 without a prefix.
    pub legacy_pins: Option<Setting<Vec<Pin>>>,
    /// `smtp.fingerprint`: what the mailing list asked for, and no Mercurial reads.
    pub smtp_fingerprint: Option<Setting<Result<Vec<Pin>, String>>>,
    /// `smtp.cacerts`, expanded: no Mercurial reads it either.
    pub smtp_cacerts: Option<Setting<Vec<u8>>>,
    /// `hostsecurity.HOST:verifycertsfile`, expanded.
    pub verifycertsfile: Option<Setting<Vec<u8>>>,
    /// `web.cacerts`, expanded.
    pub web_cacerts: Option<Setting<Vec<u8>>>,
    /// The minimum protocols that are checked, the global one first.
    pub minimum_protocols: Vec<Setting<Vec<u8>>>,
    /// The ciphers that hg's OpenSSL is told to use.
    pub ciphers: Option<Line>,
    /// Where `--insecure` is made the default of `hg email`.
    pub insecure: Option<Line>,
    /// An alias that makes `hg email` something else than the command of that name.
    pub alias: Option<Line>,
}

impl Settings {
    /// Reads the settings for `host`.
    pub fn read(config: &Config, environment: &Environment, host: &[u8]) -> Self {
        let of = |section: &str, key: &[u8]| setting(config, section, key);
        let of_host = |section, suffix: &str| of(section, &[host, suffix.as_bytes()].concat());
        // An empty path counts as unset.
        let path = |found: Option<Setting<Vec<u8>>>| {
            found
                .filter(|path| !path.value.is_empty())
                .map(|path| path.map(|value| environment.expand(&value)))
        };
        let tls = of("smtp", b"tls");
        let global = of("hostsecurity", b"minimumprotocol");
        let own = of_host("hostsecurity", ":minimumprotocol");
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
            minimum_protocols: global.into_iter().chain(own).collect(),
            ciphers: of_host("hostsecurity", ":ciphers")
                .or_else(|| of("hostsecurity", b"ciphers"))
                .filter(|ciphers| !ciphers.value.is_empty())
                .map(|ciphers| ciphers.line),
            insecure: insecure(config, environment),
            alias: alias(config, environment),
        }
    }
}

impl Settings {
    /// The port that `hg email` connects to, as it is written, if it is not `port`.
    pub fn other_port(&self, port: u16) -> Option<String> {
        let written = match (&self.smtp_port, self.transport) {
            (Some(set), _) => String::from_utf8_lossy(&set.value).into_owned(),
            (None, Transport::Smtps) => "465".to_owned(),
            (None, _) => "25".to_owned(),
        };
        (port_number(&written) != Ok(port)).then_some(written)
    }

    /// Whether a setting names the host.
    pub fn is_about_host(&self) -> bool {
        self.pins.is_some() || self.legacy_pins.is_some() || self.verifycertsfile.is_some()
    }
}

impl From<TlsMode> for Transport {
    fn from(mode: TlsMode) -> Self {
        match mode {
            TlsMode::Starttls => Self::Starttls,
            TlsMode::Smtps => Self::Smtps,
        }
    }
}

impl<T> Setting<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting {
            value: change(self.value),
            line: self.line,
        }
    }
}

fn setting(config: &Config, section: &str, key: &[u8]) -> Option<Setting<Vec<u8>>> {
    let item = config.get(section.as_bytes(), key)?;
    Some(Setting {
        value: item.value.clone(),
        line: line(section, key, item),
    })
}

fn line(section: &str, key: &[u8], item: &Item) -> Line {
    Line {
        key: format!("{section}.{}", String::from_utf8_lossy(key)),
        source: item.source.clone(),
    }
}

/// A number, or one of the names that `/etc/services` has for mail: Mercurial takes them, too.
pub fn port_number(text: &str) -> Result<u16, TargetError> {
    match text.trim() {
        "smtp" => Ok(25),
        "submission" => Ok(587),
        "submissions" | "smtps" | "ssmtp" | "urd" => Ok(465),
        number => parse_port(number),
    }
}

fn transport(tls: Option<&[u8]>) -> Transport {
    let tls = tls.unwrap_or_default();
    let lower = tls.to_ascii_lowercase();
    let is_true = [&b"1"[..], b"yes", b"true", b"on", b"always"].contains(&lower.as_slice());
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

/// `[defaults] email = --insecure` and `[alias] email = email --insecure` turn verification off.
fn insecure(config: &Config, environment: &Environment) -> Option<Line> {
    ["defaults", "alias"].into_iter().find_map(|section| {
        let item = of_email(config, environment, section)?;
        let insecure = words(&item.value).any(|word| is_insecure(&environment.expand(&word)));
        insecure.then(|| line(section, b"email", item))
    })
}

/// Whatever does not begin with `email`: another command, another alias, a program. An empty one is
/// an error of its own.
fn alias(config: &Config, environment: &Environment) -> Option<Line> {
    let item = of_email(config, environment, "alias")?;
    (!sends_mail(&item.value)).then(|| line("alias", b"email", item))
}

/// Whether an alias is another name of `hg email`.
pub(super) fn sends_mail(value: &[u8]) -> bool {
    words(value).next().is_some_and(|word| word == b"email")
}

/// Whether `--insecure` is among the words of a command line.
pub(super) fn turns_off(value: &[u8]) -> bool {
    words(value).any(|word| is_insecure(&word))
}

/// The setting of that section for `email`, unless plain mode leaves the section out
/// (`ui._applyconfig`): either variable turns it on, and only aliases can be excepted.
fn of_email<'a>(config: &'a Config, environment: &Environment, section: &str) -> Option<&'a Item> {
    let except = environment.get("HGPLAINEXCEPT");
    let plain = environment.get("HGPLAIN").is_some() || except.is_some();
    let excepted = section == "alias"
        && except.is_some_and(|list| {
            list.trim_ascii()
                .split(|&b| b == b',')
                .any(|feature| feature == b"alias")
        });
    config
        .get(section.as_bytes(), b"email")
        .filter(|_| !plain || excepted)
}

/// The words of a command line, quotes and backslashes dropped. A shell might see fewer words than
/// this: better one `--insecure` too many than one overlooked.
fn words(value: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    value
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let plain = word.iter().filter(|b| !b"\"'\\".contains(b));
            plain.copied().collect()
        })
}

/// Long options may be cut short where they stay unique: `email` also has `--inline` and `--intro`.
fn is_insecure(word: &[u8]) -> bool {
    word.starts_with(b"--ins") && b"--insecure".starts_with(word)
}
