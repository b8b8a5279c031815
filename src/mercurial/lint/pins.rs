//! Pins that make hg abort, never match or are not in force, and pins that no Mercurial reads.

use super::lint::{Lint, LintCode, text};
use crate::certificate::Certificate;
use crate::fingerprint::{Algorithm, Pin};
use crate::hgrc::{Config, Earlier, Environment, Item};
use crate::mercurial::line::{Configured, SettingLine};
use crate::mercurial::list;
use crate::mercurial::settings::HostSettings;

/// Checks the pins of one host.
pub(super) fn check(
    config: &Config,
    environment: &Environment,
    host: &str,
    leaf: Option<&Certificate>,
) -> Vec<Lint> {
    let settings = HostSettings::read(config, environment, host.as_bytes());
    let mut found = Vec::new();
    if let Some((line, item)) = find(config, "hostsecurity", &format!("{host}:fingerprints")) {
        found.extend(items(item, &line, true));
        found.extend(overridden(item, &line));
    }
    if let Some((line, item)) = find(config, "hostfingerprints", host) {
        found.extend(legacy_items(item, &line));
        let newer = settings
            .pins
            .as_ref()
            .filter(|pins| !matches!(&pins.value, Ok(list) if list.is_empty()));
        if let Some(newer) = newer {
            found.extend(stale(item, &line, leaf).map(|lint| lint.beside(&newer.line.source)));
        }
    }
    found.into_iter().map(|lint| lint.about(host)).collect()
}

/// Pins and CA files that an `%unset` takes back, and that no later line sets again.
pub(super) fn taken_back(config: &Config) -> Vec<Lint> {
    let gone = config.taken_back().iter().filter(|back| {
        back.section == b"hostsecurity" && config.get(&back.section, &back.key).is_none()
    });
    gone.filter_map(|back| {
        let key = text(&back.key);
        let (host, suffix) = key.rsplit_once(':')?;
        let line = line_of(&back.section, &back.key, &back.was.source);
        let message = "a later %unset takes this line back: it does nothing";
        let advice = "remove the %unset, or set it again after it";
        let found = Lint::new(LintCode::Shadowed, &line, message, advice);
        matches!(suffix, "fingerprints" | "verifycertsfile")
            .then(|| found.beside(&back.by).about(host))
    })
    .collect()
}

/// Checks `smtp.fingerprint` and `smtp.cacerts`, which no Mercurial reads: each needs its
/// counterpart.
pub(super) fn check_smtp(
    config: &Config,
    environment: &Environment,
    smtp_host: Option<&str>,
) -> Vec<Lint> {
    let host = smtp_host.unwrap_or_default();
    let settings = HostSettings::read(config, environment, host.as_bytes());
    let shown = smtp_host.unwrap_or("HOST");
    let mut found = Vec::new();
    if let Some((line, item)) = find(config, "smtp", "fingerprint") {
        found.extend(items(item, &line, false));
        let counterpart: &[Pin] = match &settings.pins {
            Some(pins) => pins.value.as_deref().unwrap_or_default(),
            None => &[],
        };
        let missing = list::items(&item.value)
            .into_iter()
            .map(|item| text(&item))
            .find(|item| Pin::parse(item).is_none_or(|pin| !counterpart.contains(&pin)));
        if let Some(missing) = missing {
            let message = "Mercurial ignores smtp.fingerprint: without the line in [hostsecurity] nothing is pinned";
            let advice = match Pin::parse(&missing) {
                Some(pin) => format!("add to [hostsecurity]: {shown}:fingerprints = {pin}"),
                None => format!("pin the server again: smtp-certcheck pin {shown} --write"),
            };
            found.push(Lint::new(LintCode::UnreadKey, &line, message, advice));
        }
    }
    if let Some(file) = &settings.smtp_cacerts {
        let same = |other: &Option<Configured<Vec<u8>>>| {
            other
                .as_ref()
                .is_some_and(|other| other.value == file.value)
        };
        if !same(&settings.verifycertsfile) && !same(&settings.web_cacerts) {
            let message =
                "Mercurial ignores smtp.cacerts: without the line in [hostsecurity] no CA is set";
            let advice = format!(
                "add to [hostsecurity]: {shown}:verifycertsfile = {}",
                text(&file.value)
            );
            found.push(Lint::new(LintCode::UnreadKey, &file.line, message, advice));
        }
    }
    found
}

/// Checks the items of a list of pins. `read`: Mercurial reads the list, and aborts at a bad item.
fn items(item: &Item, line: &SettingLine, read: bool) -> Vec<Lint> {
    let mut found = Vec::new();
    for text in list::items(&item.value).iter().map(|item| text(item)) {
        if text.starts_with(['#', ';']) {
            let effect = if read { ": hg aborts" } else { "" };
            let message = format!("the comment is part of the value{effect}");
            let advice = "put the comment on a line of its own";
            found.push(Lint::new(LintCode::CommentInValue, line, message, advice));
            // The words of the comment would be reported as bad pins, too.
            break;
        }
        found.extend(match Pin::parse(&text) {
            Some(pin) => wrong_length(&pin, line),
            None => Some(no_pin(&text, line, read)),
        });
    }
    found
}

fn no_pin(text: &str, line: &SettingLine, read: bool) -> Lint {
    let effect = if read {
        ": hg aborts at every connection to this host"
    } else {
        ""
    };
    let message = format!("\"{text}\" is not a fingerprint{effect}");
    let lower = text.to_ascii_lowercase();
    let digits = lower.replace(':', "");
    let is_hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let advice = match (Pin::parse(&lower), algorithm(digits.len())) {
        (Some(_), _) => format!("write the prefix in lower case: {lower}"),
        (None, Some(algorithm)) if is_hex => {
            format!("put the algorithm before it: {algorithm}:{text}")
        }
        _ => "write sha256: and the 64 hex digits of the certificate's SHA-256".to_owned(),
    };
    Lint::new(LintCode::InvalidPin, line, message, advice)
}

fn wrong_length(pin: &Pin, line: &SettingLine) -> Option<Lint> {
    if pin.is_complete() {
        return None;
    }
    let message = format!(
        "\"{pin}\" is not a complete {} digest and can never match",
        pin.algorithm
    );
    let advice = "pin again, or copy the complete fingerprint";
    Some(Lint::new(LintCode::UselessPin, line, message, advice))
}

/// The digest that has that many hex digits.
fn algorithm(digits: usize) -> Option<Algorithm> {
    [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]
        .into_iter()
        .find(|algorithm| algorithm.hex_digits() == digits)
}

fn legacy_items(item: &Item, line: &SettingLine) -> Vec<Lint> {
    list::items(&item.value)
        .iter()
        .map(|item| Pin::new(Algorithm::Sha1, &text(item)))
        .filter(|pin| !pin.is_complete())
        .map(|pin| {
            let message = format!("\"{}\" is not a SHA-1 digest and can never match", pin.hex);
            let advice = "[hostfingerprints] takes the 40 hex digits alone; better write HOST:fingerprints in [hostsecurity]";
            Lint::new(LintCode::UselessPin, line, message, advice)
        })
        .collect()
}

/// Reports older pins that do not match the present leaf: Mercurial unites both lists, so it still
/// accepts an old certificate.
fn stale(item: &Item, line: &SettingLine, leaf: Option<&Certificate>) -> Option<Lint> {
    let fits = |pin: &Pin| leaf.is_some_and(|leaf| pin.matches(leaf.der()));
    let pins = list::items(&item.value);
    let mut pins = pins
        .iter()
        .map(|item| Pin::new(Algorithm::Sha1, &text(item)));
    if pins.all(|pin| fits(&pin)) {
        return None;
    }
    let message =
        "hg accepts this legacy pin beside the newer ones: an old certificate stays acceptable";
    let advice = "remove the line, unless it is the same certificate; pin --write --prune does";
    Some(Lint::new(LintCode::StaleLegacyPin, line, message, advice))
}

/// Earlier assignments that hold pins that are not in force any more.
fn overridden(item: &Item, line: &SettingLine) -> Vec<Lint> {
    let now = list::items(&item.value);
    let lost = |earlier: &&Earlier| {
        list::items(&earlier.value)
            .iter()
            .any(|pin| !now.contains(pin))
    };
    item.overrides
        .iter()
        .filter(lost)
        .map(|earlier| {
            let was = SettingLine {
                key: line.key.clone(),
                source: earlier.source.clone(),
            };
            let message = "a later line for the same host takes these pins out of force";
            let advice = "put all pins of a host on one line, and remove the other";
            Lint::new(LintCode::Shadowed, &was, message, advice).beside(&line.source)
        })
        .collect()
}

fn find<'a>(config: &'a Config, section: &str, key: &str) -> Option<(SettingLine, &'a Item)> {
    let item = config.get(section.as_bytes(), key.as_bytes())?;
    Some((
        line_of(section.as_bytes(), key.as_bytes(), &item.source),
        item,
    ))
}

fn line_of(section: &[u8], key: &[u8], source: &crate::hgrc::Source) -> SettingLine {
    SettingLine {
        key: format!("{}.{}", text(section), text(key)),
        source: source.clone(),
    }
}
