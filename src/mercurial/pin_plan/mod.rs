//! The edit that pins: which settings are wanted, where each of them is written, and whether they
//! will be in force. Nothing is written here: a dry run and a write carry out the same plan.

use super::list;
use super::port::{Port, read_port};
use super::settings::{Settings, Transport};
use crate::endpoint::Start;
use crate::fingerprint::{Algorithm, Fingerprint, Pin};
use crate::hgrc::{Config, Document, Environment, Source};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What shall be accepted from now on.
#[derive(Clone, Debug)]
pub struct Intent<'a> {
    /// The host as `smtp.host` has it, or will have it.
    pub host: &'a str,
    /// The port that was looked at.
    pub port: u16,
    /// The mode that it speaks.
    pub mode: Start,
    /// The DER of the leaf.
    pub leaf: &'a [u8],
    /// What to write.
    pub by: By<'a>,
    /// The digest that was asked for; `None`: SHA-256 unless a pin is there.
    pub digest: Option<Algorithm>,
    /// Also `hostfingerprints`, for Mercurial before 3.9.
    pub legacy: bool,
    /// What becomes of pins that do not match.
    pub old: Old,
}

/// What a pin is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By<'a> {
    /// The leaf's fingerprint.
    Fingerprint,
    /// A file with the trust anchor; an absolute path.
    Cacerts(&'a str),
}

/// What becomes of pins that do not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    /// They stay.
    Keep,
    /// They stay, also if none matches.
    Add,
    /// They go if another one matches.
    Prune,
    /// They go.
    Replace,
}

/// Why a plan cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// Something would be written that the file format could take for something else.
    #[error("\"{0}\" cannot be written into a configuration file: {1}")]
    Unwritable(String, &'static str),
    /// A pin of the list makes Mercurial abort.
    #[error("{1}: \"{0}\" is no fingerprint, and hg aborts at it")]
    InvalidPin(String, Source),
    /// Pins are there, none is the certificate's, and nobody said what becomes of them.
    #[error("{0}: none of the pins for this host is the certificate's")]
    NoMatch(Source),
    /// Mercurial ignores CA files beside pins.
    #[error("{0}: hg ignores a CA file beside these pins")]
    PinsInForce(Source),
    /// Another CA file is in force, and nobody said that it is to go.
    #[error("{0}: another CA file is named for this host")]
    OtherCa(Source),
    /// The edit would change what it must not.
    #[error("the edit would change {0} as well")]
    SideEffect(String),
}

/// A setting to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The section.
    pub section: &'static str,
    /// The key.
    pub key: String,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has this value alone.
    Set(String),
    /// This is put behind its value.
    Append(String),
    /// It goes.
    Remove,
}

/// The files as they would be after the edit; the keys are real paths.
pub type Edits = BTreeMap<PathBuf, Vec<u8>>;

/// The files of the configuration, as the plan needs them. While a plan is made, a file must not
/// change: what is read once is read the same again.
pub trait Tree {
    /// Why the configuration cannot be read.
    type Error;
    /// The effective configuration if the files were as in `edits`.
    fn config(&self, edits: &Edits) -> Result<Config, Self::Error>;
    /// The real path of a file, links resolved.
    fn resolve(&self, path: &Path) -> PathBuf;
    /// The bytes of a file; `None`: it is not there.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;
    /// Whether settings are changed where they stand in this file.
    fn is_editable(&self, path: &Path) -> bool;
    /// The file for new settings.
    fn target(&self) -> &Path;
}

/// The edit.
#[derive(Clone, Debug, Default)]
pub struct PinPlan {
    /// Every file that changes; empty: everything stands there already.
    pub files: Vec<FileEdit>,
    /// Settings that are written and still not in force, and the line that wins.
    pub shadowed: Vec<Shadow>,
}

/// One file's edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The real path.
    pub path: PathBuf,
    /// What is there; `None`: nothing.
    pub before: Option<Vec<u8>>,
    /// What will be there.
    pub after: Vec<u8>,
}

/// A setting that does not come into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// `section.key`.
    pub key: String,
    /// The line that wins, if there is one.
    pub by: Option<Source>,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanError<E> {
    /// It must not be made.
    Objection(Objection),
    /// The configuration cannot be read.
    Config(E),
    /// A file cannot be read.
    File(PathBuf, io::Error),
}

/// The settings that the intent needs, given those that are there. Empty: nothing is to be done.
pub fn wants(
    config: &Config,
    environment: &Environment,
    intent: &Intent<'_>,
) -> Result<Vec<Want>, Objection> {
    writable_host(intent.host)?;
    let settings = Settings::read(config, environment, intent.host.as_bytes());
    let own = is_smtp_host(&settings, intent.host);
    let mut wants = if own {
        server(&settings, intent)
    } else {
        Vec::new()
    };
    match intent.by {
        By::Fingerprint => wants.extend(fingerprints(config, &settings, intent, own)?),
        By::Cacerts(path) => wants.extend(cacerts(config, &settings, intent, own, path)?),
    }
    Ok(wants)
}

/// Whether the settings of `[smtp]` are about this host, or about none yet.
pub fn is_smtp_host(settings: &Settings, host: &str) -> bool {
    settings
        .smtp_host
        .as_ref()
        .is_none_or(|set| set.value == host.as_bytes())
}

/// The lists of pins as they are after the edit, as `section`, `key`, `value`: what a user would
/// paste.
pub fn pinned_lists(config: &Config, intent: &Intent<'_>) -> Vec<(&'static str, String, String)> {
    let key = format!("{}:fingerprints", intent.host);
    let pins = value(config, "hostsecurity", &key);
    let asked = value(config, "smtp", "fingerprint");
    let after = |value: Option<&[u8]>, change: Option<Change>| {
        let old = texts(value.unwrap_or_default());
        let usable = old.iter().filter_map(|item| Pin::parse(item));
        let usable: Vec<String> = usable
            .filter(Pin::is_whole)
            .map(|pin| pin.to_string())
            .collect();
        match change {
            Some(Change::Set(value)) => value,
            Some(Change::Append(tail)) => usable.join(", ") + &tail,
            Some(Change::Remove) | None => usable.join(", "),
        }
    };
    let smtp = after(
        asked.as_deref(),
        pin_list(asked.as_deref(), pins.as_deref(), intent),
    );
    let host = after(
        pins.as_deref(),
        pin_list(pins.as_deref(), asked.as_deref(), intent),
    );
    let mut lists = vec![
        ("smtp", "fingerprint".to_owned(), smtp),
        ("hostsecurity", key, host),
    ];
    if intent.legacy {
        let new = Fingerprint::compute(Algorithm::Sha1, intent.leaf).hex();
        lists.push(("hostfingerprints", intent.host.to_owned(), new));
    }
    lists
}

/// Puts each wanted setting where it stands, or where new ones belong, and sees what is in force.
pub fn plan<T: Tree>(tree: &T, wants: &[Want]) -> Result<PinPlan, PlanError<T::Error>> {
    let config = |edits: &Edits| tree.config(edits).map_err(PlanError::Config);
    let mut edits = Edits::new();
    let before = config(&edits)?;
    for want in wants {
        edits = place(tree, &config(&edits)?, &edits, want)?;
    }
    let after = config(&edits)?;
    if let Some(key) = side_effect(&before, &after, wants) {
        return Err(PlanError::Objection(Objection::SideEffect(key)));
    }
    let shadowed = wants
        .iter()
        .filter(|want| !in_force(&before, &after, want))
        .map(|want| Shadow {
            key: format!("{}.{}", want.section, want.key),
            by: winner(&after, want),
        })
        .collect();
    let mut files = Vec::new();
    for (path, after) in edits {
        let before = tree
            .read(&path)
            .map_err(|why| PlanError::File(path.clone(), why))?;
        files.push(FileEdit {
            path,
            before,
            after,
        });
    }
    Ok(PinPlan { files, shadowed })
}

fn place<T: Tree>(
    tree: &T,
    config: &Config,
    edits: &Edits,
    want: &Want,
) -> Result<Edits, PlanError<T::Error>> {
    let item = config.get(want.section.as_bytes(), want.key.as_bytes());
    if let Some(item) = item.filter(|item| tree.is_editable(&item.source.file)) {
        let line = item.source.line;
        return edit(tree, edits, &item.source.file, |document| {
            match &want.change {
                Change::Set(value) => document.replace(line, value.as_bytes()),
                Change::Append(tail) => document.append(line, tail.as_bytes()),
                // Without the line an earlier one would be in force again.
                Change::Remove if !item.overrides.is_empty() => document.replace(line, b""),
                Change::Remove => document.remove(line),
            };
        });
    }
    let (section, key) = (want.section.as_bytes(), want.key.as_bytes());
    let value = match &want.change {
        Change::Set(value) => value.clone().into_bytes(),
        Change::Append(tail) => [item.map_or(&b""[..], |item| &item.value), tail.as_bytes()]
            .concat()
            .replace_line_feeds(),
        Change::Remove => Vec::new(),
    };
    let inserted = edit(tree, edits, tree.target(), |document| {
        if !document.insert(section, key, &value) {
            document.insert_section(section, key, &value);
        }
    })?;
    let config = tree.config(&inserted).map_err(PlanError::Config)?;
    if config
        .get(section, key)
        .is_some_and(|item| item.value == value)
    {
        return Ok(inserted);
    }
    // Something behind it wins, maybe an included file: nothing stands behind the end.
    let at_end = edit(tree, edits, tree.target(), |document| {
        document.insert_section(section, key, &value);
    })?;
    let config = tree.config(&at_end).map_err(PlanError::Config)?;
    let better = config
        .get(section, key)
        .is_some_and(|item| item.value == value);
    Ok(if better { at_end } else { inserted })
}

/// Lists may stand on several lines; a value that is written anew stands on one.
trait OneLine {
    fn replace_line_feeds(self) -> Vec<u8>;
}

impl OneLine for Vec<u8> {
    fn replace_line_feeds(mut self) -> Vec<u8> {
        for byte in &mut self {
            if *byte == b'\n' {
                *byte = b' ';
            }
        }
        self
    }
}

fn edit<T: Tree>(
    tree: &T,
    edits: &Edits,
    path: &Path,
    change: impl FnOnce(&mut Document),
) -> Result<Edits, PlanError<T::Error>> {
    let path = tree.resolve(path);
    let bytes = match edits.get(&path) {
        Some(bytes) => bytes.clone(),
        None => tree
            .read(&path)
            .map_err(|why| PlanError::File(path.clone(), why))?
            .unwrap_or_default(),
    };
    let mut document = Document::parse(&bytes);
    change(&mut document);
    let mut edits = edits.clone();
    edits.insert(path, document.to_bytes());
    Ok(edits)
}

/// A setting that changes though nobody wants it to.
fn side_effect(before: &Config, after: &Config, wants: &[Want]) -> Option<String> {
    let wanted = |section: &[u8], key: &[u8]| {
        wants
            .iter()
            .any(|want| want.section.as_bytes() == section && want.key.as_bytes() == key)
    };
    let differs = |one: &Config, other: &Config| {
        one.items()
            .find(|(section, key, item)| {
                let there = other.get(section, key).map(|other| &other.value);
                !wanted(section, key) && there != Some(&item.value)
            })
            .map(|(section, key, _)| {
                format!(
                    "{}.{}",
                    String::from_utf8_lossy(section),
                    String::from_utf8_lossy(key)
                )
            })
    };
    differs(before, after).or_else(|| differs(after, before))
}

fn in_force(before: &Config, after: &Config, want: &Want) -> bool {
    let value = |config: &Config| {
        let item = config.get(want.section.as_bytes(), want.key.as_bytes());
        item.map(|item| item.value.clone())
    };
    match &want.change {
        Change::Set(expected) => value(after).is_some_and(|value| value == expected.as_bytes()),
        Change::Append(tail) => {
            let expected = [value(before).unwrap_or_default(), tail.as_bytes().to_vec()].concat();
            value(after).is_some_and(|value| list::items(&value) == list::items(&expected))
        }
        Change::Remove => value(after).is_none_or(|value| value.is_empty()),
    }
}

fn winner(after: &Config, want: &Want) -> Option<Source> {
    let (section, key) = (want.section.as_bytes(), want.key.as_bytes());
    if let Some(item) = after.get(section, key) {
        return Some(item.source.clone());
    }
    let mut gone = after.taken_back().iter().rev();
    gone.find(|back| back.section == section && back.key == key)
        .map(|back| back.by.clone())
}

/// The port that `hg email` goes on using: `--add` for another port of the same host adds its
/// certificate, and moves nothing.
pub fn stays(settings: &Settings, intent: &Intent<'_>) -> Option<String> {
    let is_set = settings.smtp_host.is_some() && settings.smtp_port.is_some();
    let adds = intent.old == Old::Add && is_set && is_smtp_host(settings, intent.host);
    settings.other_port(intent.port).filter(|_| adds)
}

/// `smtp.host`, `smtp.port` and `smtp.tls`, where they are not set or say something else.
fn server(settings: &Settings, intent: &Intent<'_>) -> Vec<Want> {
    let mut wants = Vec::new();
    if stays(settings, intent).is_some() {
        return wants;
    }
    if settings.smtp_host.is_none() {
        wants.push(set("smtp", "host", intent.host));
    }
    let port = settings.smtp_port.as_ref();
    let port = port.map(|port| read_port(&port.value));
    if port != Some(Port::Number(intent.port)) {
        wants.push(set("smtp", "port", &intent.port.to_string()));
    }
    if settings.transport != Transport::from(intent.mode) {
        wants.push(set("smtp", "tls", intent.mode.as_str()));
    }
    wants
}

fn fingerprints(
    config: &Config,
    settings: &Settings,
    intent: &Intent<'_>,
    own: bool,
) -> Result<Vec<Want>, Objection> {
    let mut wants = Vec::new();
    let key = format!("{}:fingerprints", intent.host);
    let pins = value(config, "hostsecurity", &key);
    let asked = value(config, "smtp", "fingerprint").filter(|_| own);
    let change = pin_list(pins.as_deref(), asked.as_deref(), intent);
    if let (Some(pins), None | Some(Change::Append(_))) = (&settings.pins, &change)
        && let Err(item) = &pins.value
    {
        return Err(Objection::InvalidPin(
            item.clone(),
            pins.line.source.clone(),
        ));
    }
    if matches!(intent.old, Old::Keep | Old::Prune)
        && let Some(source) = mismatch(config, intent, own)
    {
        return Err(Objection::NoMatch(source));
    }
    if own {
        let change = pin_list(asked.as_deref(), pins.as_deref(), intent);
        wants.extend(change.map(|change| want("smtp", "fingerprint", change)));
    }
    wants.extend(change.map(|change| want("hostsecurity", &key, change)));
    let legacy = value(config, "hostfingerprints", intent.host);
    let change = legacy_list(legacy.as_deref(), intent);
    wants.extend(change.map(|change| want("hostfingerprints", intent.host, change)));
    Ok(wants)
}

/// Where pins of the host stand of which none is the leaf's. The caller has sounded the alarm
/// before; but between his look and this plan another program may have pinned.
fn mismatch(config: &Config, intent: &Intent<'_>, own: bool) -> Option<Source> {
    let key = format!("{}:fingerprints", intent.host);
    let lists = [
        ("hostsecurity", key.as_str(), true),
        ("hostfingerprints", intent.host, true),
        ("smtp", "fingerprint", own),
    ];
    let mut first = None;
    for (section, key, counts) in lists {
        // What no Mercurial reads counts only where it reads nothing else.
        if section == "smtp" && first.is_some() {
            break;
        }
        let item = config.get(section.as_bytes(), key.as_bytes());
        let Some(item) = item.filter(|_| counts) else {
            continue;
        };
        for text in texts(&item.value) {
            let pin = match section {
                "hostfingerprints" => Some(Pin::new(Algorithm::Sha1, &text)),
                _ => Pin::parse(&text),
            };
            if pin.is_some_and(|pin| pin.matches(intent.leaf)) {
                return None;
            }
            first.get_or_insert_with(|| item.source.clone());
        }
    }
    first
}

/// What becomes of a list of pins. `twin` is the list of the other key for the same host.
fn pin_list(value: Option<&[u8]>, twin: Option<&[u8]>, intent: &Intent<'_>) -> Option<Change> {
    let algorithm = intent.digest.unwrap_or(Algorithm::Sha256);
    let new = Fingerprint::compute(algorithm, intent.leaf).to_string();
    let items = texts(value.unwrap_or_default());
    let matches = |item: &&String| Pin::parse(item).is_some_and(|pin| pin.matches(intent.leaf));
    let matching: Vec<String> = items.iter().filter(matches).cloned().collect();
    let asked = |item: &String| {
        let pin = Pin::parse(item);
        pin.is_some_and(|pin| intent.digest.is_none_or(|digest| pin.algorithm == digest))
    };
    let has_new = matching.iter().any(asked);
    match intent.old {
        _ if items.is_empty() => {
            // While certificates rotate, what only the twin knows stays acceptable.
            let old = texts(twin.filter(|_| intent.old == Old::Add).unwrap_or_default());
            let usable = old.into_iter().filter(|item| {
                Pin::parse(item).is_some_and(|pin| pin.is_whole() && !pin.matches(intent.leaf))
            });
            Some(Change::Set(
                usable.chain([new]).collect::<Vec<_>>().join(", "),
            ))
        }
        Old::Replace | Old::Prune if matching.len() == items.len() && has_new => None,
        Old::Replace | Old::Prune => {
            let kept = matching
                .iter()
                .filter(|item| intent.digest.is_none() || asked(item));
            let mut kept: Vec<String> = kept
                .filter_map(|item| Some(Pin::parse(item)?.to_string()))
                .collect();
            if kept.is_empty() {
                kept.push(new);
            }
            Some(Change::Set(kept.join(", ")))
        }
        Old::Keep | Old::Add if has_new => None,
        Old::Keep | Old::Add => Some(Change::Append(format!(", {new}"))),
    }
}

/// `hostfingerprints`: SHA-1 without a prefix.
fn legacy_list(value: Option<&[u8]>, intent: &Intent<'_>) -> Option<Change> {
    let new = Fingerprint::compute(Algorithm::Sha1, intent.leaf).hex();
    let items = texts(value.unwrap_or_default());
    let matches = |item: &String| Pin::new(Algorithm::Sha1, item).matches(intent.leaf);
    let drop_old = matches!(intent.old, Old::Replace | Old::Prune);
    let any = items.iter().any(matches);
    if drop_old && !items.iter().all(matches) {
        let keep = any || intent.legacy;
        return Some(if keep {
            Change::Set(new)
        } else {
            Change::Remove
        });
    }
    match (intent.legacy, items.is_empty()) {
        (true, true) => Some(Change::Set(new)),
        (true, false) if !any => Some(Change::Append(format!(", {new}"))),
        _ => None,
    }
}

fn cacerts(
    config: &Config,
    settings: &Settings,
    intent: &Intent<'_>,
    own: bool,
    path: &str,
) -> Result<Vec<Want>, Objection> {
    writable_path(path)?;
    let key = format!("{}:fingerprints", intent.host);
    let pins = [
        ("hostsecurity", key.as_str(), true),
        ("hostfingerprints", intent.host, true),
        ("smtp", "fingerprint", own),
    ];
    let mut wants = Vec::new();
    for (section, key, ours) in pins {
        let item = config.get(section.as_bytes(), key.as_bytes());
        let Some(item) = item.filter(|item| ours && !item.value.is_empty()) else {
            continue;
        };
        if intent.old == Old::Replace {
            wants.push(want(section, key, Change::Remove));
        } else if section != "smtp" {
            return Err(Objection::PinsInForce(item.source.clone()));
        }
    }
    let is_set = |setting: &Option<super::Configured<Vec<u8>>>| {
        setting
            .as_ref()
            .is_some_and(|set| set.value == path.as_bytes())
    };
    if own && !is_set(&settings.smtp_cacerts) {
        wants.push(set("smtp", "cacerts", path));
    }
    if !is_set(&settings.verifycertsfile) {
        if let Some(other) = &settings.verifycertsfile
            && intent.old != Old::Replace
        {
            return Err(Objection::OtherCa(other.line.source.clone()));
        }
        wants.push(set(
            "hostsecurity",
            &format!("{}:verifycertsfile", intent.host),
            path,
        ));
    }
    Ok(wants)
}

/// hgrc has no escaping: a host is written only if it cannot be taken for anything else.
fn writable_host(host: &str) -> Result<(), Objection> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    if !host.is_empty() && host.bytes().all(plain) {
        return Ok(());
    }
    let why = "a host has letters, digits, dots, hyphens and colons only (of an internationalised \
               name its A-labels, xn--...)";
    Err(Objection::Unwritable(host.to_owned(), why))
}

/// A path is written only if Mercurial reads the same one back.
fn writable_path(path: &str) -> Result<(), Objection> {
    let bad = |why| Err(Objection::Unwritable(path.to_owned(), why));
    if !path.starts_with('/') {
        return bad("it must be an absolute path");
    }
    if path.chars().any(char::is_control) || path.trim() != path {
        return bad("it has control characters, or blanks at its end");
    }
    if path.contains('$') {
        return bad("hg would take the dollar sign for a variable");
    }
    Ok(())
}

fn value(config: &Config, section: &str, key: &str) -> Option<Vec<u8>> {
    let item = config.get(section.as_bytes(), key.as_bytes())?;
    Some(item.value.clone())
}

fn texts(value: &[u8]) -> Vec<String> {
    list::items(value)
        .iter()
        .map(|item| String::from_utf8_lossy(item).into_owned())
        .collect()
}

fn want(section: &'static str, key: &str, change: Change) -> Want {
    Want {
        section,
        key: key.to_owned(),
        change,
    }
}

fn set(section: &'static str, key: &str, value: &str) -> Want {
    want(section, key, Change::Set(value.to_owned()))
}
