//! Whether `hg email` comes to the server at all: the extension that has the command, settings that
//! stop every command, a share whose source is gone.

use super::LintCode;
use super::command::{Hindrance, in_hook};
use super::port::{Port, is_integer, read_port};
use super::settings::Line;
use crate::hgrc::{Config, Environment, Item, Source};
use std::path::PathBuf;

/// What the file of an extension holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// It is not there: hg goes on without the extension.
    Missing,
    /// The command `email`, as patchbomb defines it.
    Email,
    /// Something else.
    Other,
}

/// The machine around the configuration.
pub trait Surroundings {
    /// The extension in a file, or in a folder with `__init__.py`.
    fn extension(&self, path: &[u8]) -> Extension;
    /// Where the repository says that it is a share, and why it has no source.
    fn broken_share(&self) -> Option<(PathBuf, String)>;
    /// Whether all files were read that hg would read: what is in none of them is unset.
    fn is_whole(&self) -> bool;
}

/// Something that stops hg, with the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) code: LintCode,
    pub(super) hindrance: Hindrance,
    pub(super) advice: String,
}

/// What keeps `hg email` from running, one by one.
pub fn hindrances(
    config: &Config,
    environment: &Environment,
    around: &dyn Surroundings,
) -> Vec<Hindrance> {
    let stops = stops(config, environment, around);
    stops.into_iter().map(|stop| stop.hindrance).collect()
}

/// The same, for the lints.
pub(super) fn stops(
    config: &Config,
    environment: &Environment,
    around: &dyn Surroundings,
) -> Vec<Stop> {
    let mut found = malformed(config, environment);
    found.extend(port(config));
    found.extend(around.broken_share().map(|(file, why)| Stop {
        code: LintCode::BrokenShare,
        hindrance: Hindrance {
            certain: true,
            line: Some(Line {
                key: "sharedpath".to_owned(),
                source: Source { file, line: 1 },
            }),
            reason: format!("hg aborts in this repository: {why}"),
            local: false,
        },
        advice: "share it again, or put its source back".to_owned(),
    }));
    let extensions = Extensions::read(config, environment, around);
    found.extend(extensions.required());
    if !in_hook(environment) {
        found.extend(extensions.patchbomb(around.is_whole()));
    }
    found
}

/// How hg reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Bytes,
    Float,
    Output,
}

/// When hg reads it on the way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    Always,
    /// Not in plain mode.
    Fancy,
    /// Not with `ui.debug`.
    Talking,
    /// Not in plain mode, nor with `ui.debug`.
    FancyTalking,
    /// Not with `ui.debug`, `ui.quiet` or `progress.disable`.
    Progress,
    /// By repository, release or option.
    Sometimes,
}

/// Settings at which `hg email` aborts if they are malformed: those of 7.2.4, found by setting each
/// of its registered settings to something else, with the repository of a single commit. `Always`
/// and its like stop 6.3.2 and 7.0.1 as well.
const SETTINGS: &[(&str, &str, Kind, Read)] = &[
    ("ui", "debug", Kind::Bool, Read::Fancy),
    ("ui", "verbose", Kind::Bool, Read::FancyTalking),
    ("ui", "quiet", Kind::Bool, Read::FancyTalking),
    ("ui", "report_untrusted", Kind::Bool, Read::Talking),
    ("ui", "traceback", Kind::Bool, Read::Fancy),
    ("ui", "formatted", Kind::Bool, Read::Fancy),
    ("ui", "message-output", Kind::Output, Read::Fancy),
    ("ui", "formatdebug", Kind::Bool, Read::Always),
    ("ui", "formatjson", Kind::Bool, Read::Always),
    ("ui", "logblockedtimes", Kind::Bool, Read::Always),
    ("ui", "strict", Kind::Bool, Read::Always),
    ("ui", "timestamp-output", Kind::Bool, Read::Always),
    ("ui", "tweakdefaults", Kind::Bool, Read::Always),
    ("ui", "nontty", Kind::Bool, Read::Fancy),
    ("profiling", "enabled", Kind::Bool, Read::Always),
    ("progress", "disable", Kind::Bool, Read::Talking),
    ("progress", "debug", Kind::Bool, Read::Progress),
    ("progress", "assume-tty", Kind::Bool, Read::Progress),
    ("patchbomb", "confirm", Kind::Bool, Read::Always),
    ("diff", "nodates", Kind::Bool, Read::Always),
    ("diff", "showfunc", Kind::Bool, Read::Always),
    ("diff", "unified", Kind::Int, Read::Always),
    ("diff", "git", Kind::Bool, Read::Sometimes),
    ("debug", "revlog.debug-delta", Kind::Bool, Read::Sometimes),
    ("devel", "all-warnings", Kind::Bool, Read::Sometimes),
    ("devel", "check-locks", Kind::Bool, Read::Sometimes),
    ("devel", "debug.repo-filters", Kind::Bool, Read::Sometimes),
    (
        "devel",
        "disableloaddefaultcerts",
        Kind::Bool,
        Read::Sometimes,
    ),
    ("devel", "persistent-nodemap", Kind::Bool, Read::Sometimes),
    (
        "experimental",
        "evolution.createmarkers",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "experimental",
        "extendedheader.similarity",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "experimental",
        "maxdeltachainspan",
        Kind::Bytes,
        Read::Sometimes,
    ),
    ("experimental", "rust.index", Kind::Bool, Read::Sometimes),
    ("experimental", "sparse-read", Kind::Bool, Read::Sometimes),
    (
        "experimental",
        "sparse-read.density-threshold",
        Kind::Float,
        Read::Sometimes,
    ),
    (
        "experimental",
        "sparse-read.min-gap-size",
        Kind::Bytes,
        Read::Sometimes,
    ),
    ("experimental", "xdiff", Kind::Bool, Read::Sometimes),
    ("format", "chunkcachesize", Kind::Int, Read::Sometimes),
    ("format", "generaldelta", Kind::Bool, Read::Sometimes),
    ("format", "manifestcachesize", Kind::Int, Read::Sometimes),
    ("format", "maxchainlen", Kind::Int, Read::Sometimes),
    ("format", "obsstore-version", Kind::Int, Read::Sometimes),
    (
        "format",
        "use-dirstate-tracked-hint.automatic-upgrade-of-mismatching-repositories",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "format",
        "use-dirstate-tracked-hint.automatic-upgrade-of-mismatching-repositories:quiet",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "format",
        "use-dirstate-v2.automatic-upgrade-of-mismatching-repositories",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "format",
        "use-dirstate-v2.automatic-upgrade-of-mismatching-repositories:quiet",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "format",
        "use-share-safe.automatic-upgrade-of-mismatching-repositories",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "format",
        "use-share-safe.automatic-upgrade-of-mismatching-repositories:quiet",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "delta-fold-tolerance-percentage",
        Kind::Int,
        Read::Sometimes,
    ),
    (
        "storage",
        "filelog.expected-max-compression-ratio",
        Kind::Int,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.delta-parent-search.candidate-group-chunk-size",
        Kind::Int,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.issue6528.fix-incoming",
        Kind::Bool,
        Read::Sometimes,
    ),
    ("storage", "revlog.mmap.index", Kind::Bool, Read::Sometimes),
    (
        "storage",
        "revlog.mmap.index:size-threshold",
        Kind::Bytes,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.optimize-delta-parent-choice",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.persistent-nodemap.mmap",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.record-delta-quality",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.reuse-external-delta",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.reuse-external-delta-compression",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.reuse-external-delta-parent",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.reuse-external-suspicious-delta-parent",
        Kind::Bool,
        Read::Sometimes,
    ),
    (
        "storage",
        "revlog.validate-delta-base",
        Kind::Bool,
        Read::Sometimes,
    ),
    ("storage", "revlog.zlib.level", Kind::Int, Read::Sometimes),
    ("storage", "revlog.zstd.level", Kind::Int, Read::Sometimes),
];

fn malformed(config: &Config, environment: &Environment) -> Vec<Stop> {
    let plain = ["HGPLAIN", "HGPLAINEXCEPT"]
        .iter()
        .any(|name| environment.get(name).is_some());
    let on = |section: &str, key: &str| {
        let item = config.get(section.as_bytes(), key.as_bytes());
        item.is_some_and(|item| boolean(&item.value) == Some(true))
    };
    let debug = !plain && on("ui", "debug");
    let silent = debug || !plain && on("ui", "quiet") || on("progress", "disable");
    let mut found = Vec::new();
    for &(section, key, kind, read) in SETTINGS {
        let Some(item) = config.get(section.as_bytes(), key.as_bytes()) else {
            continue;
        };
        let certain = match read {
            Read::Fancy | Read::FancyTalking if plain => continue,
            Read::Always | Read::Fancy => true,
            Read::Talking | Read::FancyTalking => !debug,
            Read::Progress => !silent && !plain,
            Read::Sometimes => false,
        };
        if let Some(wanted) = kind.refuses(&item.value) {
            found.push(stop(section, key, item, wanted, certain));
        }
    }
    found
}

/// hg gets to the port last, and fails there.
fn port(config: &Config) -> Option<Stop> {
    let item = config.get(b"smtp", b"port")?;
    let wanted = "a port (1 to 65535)";
    (read_port(&item.value) == Port::OutOfRange).then(|| stop("smtp", "port", item, wanted, true))
}

fn stop(section: &str, key: &str, item: &Item, wanted: &str, certain: bool) -> Stop {
    let value = String::from_utf8_lossy(&item.value).into_owned();
    let line = Line {
        key: format!("{section}.{key}"),
        source: item.source.clone(),
    };
    let may = if certain { "hg aborts" } else { "hg may abort" };
    Stop {
        code: LintCode::InvalidValue,
        hindrance: Hindrance {
            certain,
            reason: format!("{may}: {section}.{key} is not {wanted}: \"{value}\""),
            line: Some(line),
            local: false,
        },
        advice: format!("write {wanted}, or remove the line"),
    }
}

impl Kind {
    /// What is wanted instead of that value.
    fn refuses(self, value: &[u8]) -> Option<&'static str> {
        let (fine, wanted) = match self {
            Self::Bool => (boolean(value).is_some(), "a boolean (yes or no)"),
            Self::Int => (is_integer(value), "a whole number"),
            Self::Bytes => (is_size(value), "a number of bytes"),
            Self::Float => (is_float(value), "a number"),
            Self::Output => (
                matches!(value, b"stdio" | b"stderr" | b"channel"),
                "stdio or stderr",
            ),
        };
        (!fine).then_some(wanted)
    }
}

/// `stringutil.parsebool`.
pub(super) fn boolean(value: &[u8]) -> Option<bool> {
    match value.to_ascii_lowercase().as_slice() {
        b"1" | b"yes" | b"true" | b"on" | b"always" => Some(true),
        b"0" | b"no" | b"false" | b"off" | b"never" => Some(false),
        _ => None,
    }
}

fn is_float(value: &[u8]) -> bool {
    str::from_utf8(value).is_ok_and(|text| text.trim().parse::<f64>().is_ok())
}

/// `util.sizetoint`.
fn is_size(value: &[u8]) -> bool {
    let lower = value.trim_ascii().to_ascii_lowercase();
    let units: [&[u8]; 7] = [b"kb", b"mb", b"gb", b"k", b"m", b"g", b"b"];
    let unit = units.iter().find_map(|unit| lower.strip_suffix(*unit));
    unit.map_or_else(|| is_integer(&lower), is_float)
}

/// The extensions that are enabled.
struct Extensions<'a> {
    config: &'a Config,
    /// With the content of their files; `None`: hg finds it by the name.
    enabled: Vec<(&'a [u8], &'a Item, Option<Extension>)>,
}

impl<'a> Extensions<'a> {
    fn read(config: &'a Config, environment: &Environment, around: &dyn Surroundings) -> Self {
        let enabled = config.items().filter(|(section, key, item)| {
            *section == b"extensions" && !key.contains(&b':') && !item.value.starts_with(b"!")
        });
        let with_file = enabled.map(|(_, key, item)| {
            let path = environment.expand(&item.value);
            let file = (!item.value.is_empty()).then(|| around.extension(&path));
            (key, item, file)
        });
        Self {
            config,
            enabled: with_file.collect(),
        }
    }

    /// Those whose absence stops hg (`extensions.NAME:required`).
    fn required(&self) -> Vec<Stop> {
        let is_on = |key: &[u8]| {
            let item = self.config.get(b"extensions", key)?;
            Some(boolean(&item.value) == Some(true))
        };
        let all = is_on(b"*:required") == Some(true);
        let missing = self.enabled.iter().filter(|(key, _, file)| {
            let own = is_on(&[key, &b":required"[..]].concat()).unwrap_or(all);
            own && (*file == Some(Extension::Missing) || file.is_none() && !is_bundled(key))
        });
        missing
            .map(|(key, item, file)| {
                let name = String::from_utf8_lossy(key).into_owned();
                let certain = *file == Some(Extension::Missing);
                let reason = if certain {
                    format!("hg aborts: the extension {name} is required, and its file is not there")
                } else {
                    format!("hg aborts if its Python does not have the extension {name}, which is required")
                };
                Stop {
                    code: LintCode::MissingExtension,
                    hindrance: Hindrance {
                        certain,
                        line: Some(line(key, item)),
                        reason,
                        local: false,
                    },
                    advice: "write where the extension is, or remove the line".to_owned(),
                }
            })
            .collect()
    }

    /// Whether one of them has the command `email`. `whole`: there are no others.
    fn patchbomb(&self, whole: bool) -> Option<Stop> {
        if self.alias_is_another_command() {
            return None;
        }
        let named: Vec<_> = self
            .enabled
            .iter()
            .filter(|(key, ..)| *key == b"patchbomb" || *key == b"hgext.patchbomb")
            .collect();
        let works = |file: &Option<Extension>| matches!(file, None | Some(Extension::Email));
        if let Some((key, item, _)) = named.iter().find(|(_, _, file)| !works(file)) {
            let all_gone = named
                .iter()
                .all(|(_, _, file)| *file == Some(Extension::Missing));
            return Some(no_file(key, item, all_gone && !self.others_may_have_it()));
        }
        let is_it =
            |(_, _, file): &(&[u8], &Item, Option<Extension>)| *file == Some(Extension::Email);
        if !named.is_empty() || self.enabled.iter().any(is_it) {
            return None;
        }
        let off = [&b"patchbomb"[..], b"hgext.patchbomb"]
            .into_iter()
            .find_map(|key| Some((key, self.config.get(b"extensions", key)?)));
        if off.is_none() && !whole {
            return None;
        }
        let host = self.config.get(b"smtp", b"host").map(|item| Line {
            key: "smtp.host".to_owned(),
            source: item.source.clone(),
        });
        Some(Stop {
            code: LintCode::NoPatchbomb,
            hindrance: Hindrance {
                certain: !self.others_may_have_it(),
                line: off.map(|(key, item)| line(key, item)).or(host),
                reason: "hg knows no command email: the extension patchbomb is not enabled"
                    .to_owned(),
                local: true,
            },
            advice: "write patchbomb = in [extensions]".to_owned(),
        })
    }

    /// Whether `email` may be the command of an extension that is not known here, or the beginning
    /// of an alias.
    fn others_may_have_it(&self) -> bool {
        let mut items = self.config.items();
        let alias = items.any(|(section, key, _)| {
            section == b"alias"
                && key.starts_with(b"email")
                && key != b"email"
                && !key.contains(&b':')
        });
        alias
            || self.enabled.iter().any(|(key, _, file)| match file {
                Some(Extension::Missing) => false,
                Some(_) => true,
                None => !is_bundled(key),
            })
    }

    /// `alias.email` does without patchbomb, whatever it does.
    fn alias_is_another_command(&self) -> bool {
        self.config.get(b"alias", b"email").is_some_and(|item| {
            let mut words = item.value.split(u8::is_ascii_whitespace);
            !item.value.is_empty() && words.next() != Some(b"email")
        })
    }
}

fn no_file(key: &[u8], item: &Item, certain: bool) -> Stop {
    let path = String::from_utf8_lossy(&item.value).into_owned();
    let reason = if certain {
        format!("hg knows no command email: the extension patchbomb is not in \"{path}\"")
    } else {
        format!(
            "hg has the command email only if it is that of \"{path}\", which cannot be known from here"
        )
    };
    Stop {
        code: LintCode::MissingExtension,
        hindrance: Hindrance {
            certain,
            line: Some(line(key, item)),
            reason,
            local: false,
        },
        advice: "write patchbomb = without a path: hg brings the extension with it".to_owned(),
    }
}

fn line(key: &[u8], item: &Item) -> Line {
    Line {
        key: format!("extensions.{}", String::from_utf8_lossy(key)),
        source: item.source.clone(),
    }
}

/// Extensions that come with hg, or are known well: none but patchbomb has a command `email`.
fn is_bundled(key: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "absorb",
        "acl",
        "amend",
        "automv",
        "beautifygraph",
        "blackbox",
        "bookmarks",
        "bugzilla",
        "censor",
        "children",
        "churn",
        "clonebundles",
        "closehead",
        "color",
        "commitextras",
        "convert",
        "eol",
        "evolve",
        "extdiff",
        "factotum",
        "fastannotate",
        "fastexport",
        "fetch",
        "fix",
        "fsmonitor",
        "git",
        "githelp",
        "gpg",
        "graphlog",
        "hbisect",
        "hgcia",
        "hggit",
        "hgk",
        "highlight",
        "histedit",
        "infinitepush",
        "inotify",
        "interhg",
        "journal",
        "keyword",
        "largefiles",
        "lfs",
        "logtoprocess",
        "mercurial_keyring",
        "mq",
        "narrow",
        "notify",
        "pager",
        "parentrevspec",
        "patchbomb",
        "phabricator",
        "progress",
        "purge",
        "rebase",
        "record",
        "releasenotes",
        "relink",
        "remotefilelog",
        "remotenames",
        "schemes",
        "share",
        "shelve",
        "show",
        "sparse",
        "split",
        "sqlitestore",
        "strip",
        "topic",
        "transplant",
        "uncommit",
        "win32mbcs",
        "win32text",
        "zeroconf",
    ];
    let name = key.strip_prefix(b"hgext.").unwrap_or(key);
    NAMES.iter().any(|known| known.as_bytes() == name)
}
