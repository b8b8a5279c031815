//! Which extensions hg loads, and whether one of them has the command `email`.

use super::LintCode;
use super::boolean::boolean;
use super::hindrance::Hindrance;
use super::line::SettingLine;
use super::stop::{Extension, Stop, Surroundings};
use crate::hgrc::{Config, Environment, Item};

/// The extensions that are enabled.
pub(super) struct Extensions<'a> {
    config: &'a Config,
    /// Each with what its file holds; `None`: the setting names no file, and hg finds the extension
    /// by name.
    enabled: Vec<(&'a [u8], &'a Item, Option<Extension>)>,
}

impl<'a> Extensions<'a> {
    pub(super) fn read(
        config: &'a Config,
        environment: &Environment,
        around: &dyn Surroundings,
    ) -> Self {
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

    /// Enabled extensions that are required and missing: hg stops (`extensions.NAME:required`).
    pub(super) fn required(&self) -> Vec<Stop> {
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

    /// What stops hg if no enabled extension has the command `email`. `whole`: all files were read,
    /// and no other file can enable an extension.
    pub(super) fn patchbomb(&self, whole: bool) -> Option<Stop> {
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
        let host = self.config.get(b"smtp", b"host").map(|item| SettingLine {
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

    /// Whether `email` may be the command of an extension that is not known here, or an
    /// abbreviation of an alias.
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

    /// Whether `alias.email` names another command, which works without patchbomb.
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

fn line(key: &[u8], item: &Item) -> SettingLine {
    SettingLine {
        key: format!("extensions.{}", String::from_utf8_lossy(key)),
        source: item.source.clone(),
    }
}

/// Extensions that hg ships, and well-known ones: of these only patchbomb has a command `email`.
const BUNDLED: &[&str] = &[
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

fn is_bundled(key: &[u8]) -> bool {
    let name = key.strip_prefix(b"hgext.").unwrap_or(key);
    BUNDLED.iter().any(|known| known.as_bytes() == name)
}
