//! Settings at which `hg email` aborts if they are malformed.

use super::LintCode;
use super::boolean::boolean;
use super::hindrance::Hindrance;
use super::line::SettingLine;
use super::port::{Port, is_integer, read_port};
use super::stop::Stop;
use crate::hgrc::{Config, Environment, Item};

/// The type that hg reads a value as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Bytes,
    Float,
    Output,
}

/// When hg reads a setting before it reaches the server.
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
    /// Depends on the repository, the release or an option.
    Sometimes,
}

/// Settings at which `hg email` aborts if they are malformed. Found with 7.2.4, by giving each of
/// its registered settings an unfitting value in a repository with a single commit. Those that are
/// read always, or but for some mode, stop 6.3.2 and 7.0.1 as well.
const SETTINGS: &[(Kind, Read, &[&str])] = &[
    (
        Kind::Bool,
        Read::Always,
        &[
            "ui.formatdebug",
            "ui.formatjson",
            "ui.logblockedtimes",
            "ui.strict",
            "ui.timestamp-output",
            "ui.tweakdefaults",
            "profiling.enabled",
            "patchbomb.confirm",
            "diff.nodates",
            "diff.showfunc",
        ],
    ),
    (Kind::Int, Read::Always, &["diff.unified"]),
    (
        Kind::Bool,
        Read::Fancy,
        &["ui.debug", "ui.traceback", "ui.formatted", "ui.nontty"],
    ),
    (Kind::Output, Read::Fancy, &["ui.message-output"]),
    (Kind::Bool, Read::FancyTalking, &["ui.verbose", "ui.quiet"]),
    (
        Kind::Bool,
        Read::Talking,
        &["ui.report_untrusted", "progress.disable"],
    ),
    (
        Kind::Bool,
        Read::Progress,
        &["progress.debug", "progress.assume-tty"],
    ),
    (
        Kind::Bool,
        Read::Sometimes,
        &[
            "diff.git",
            "debug.revlog.debug-delta",
            "devel.all-warnings",
            "devel.check-locks",
            "devel.debug.repo-filters",
            "devel.disableloaddefaultcerts",
            "devel.persistent-nodemap",
            "ui.interactive",
            "ui.promptecho",
            "experimental.evolution.createmarkers",
            "experimental.extendedheader.similarity",
            "experimental.rust.index",
            "experimental.sparse-read",
            "experimental.xdiff",
            "format.generaldelta",
            "format.use-dirstate-tracked-hint.automatic-upgrade-of-mismatching-repositories",
            "format.use-dirstate-tracked-hint.automatic-upgrade-of-mismatching-repositories:quiet",
            "format.use-dirstate-v2.automatic-upgrade-of-mismatching-repositories",
            "format.use-dirstate-v2.automatic-upgrade-of-mismatching-repositories:quiet",
            "format.use-share-safe.automatic-upgrade-of-mismatching-repositories",
            "format.use-share-safe.automatic-upgrade-of-mismatching-repositories:quiet",
            "storage.revlog.issue6528.fix-incoming",
            "storage.revlog.mmap.index",
            "storage.revlog.optimize-delta-parent-choice",
            "storage.revlog.persistent-nodemap.mmap",
            "storage.revlog.record-delta-quality",
            "storage.revlog.reuse-external-delta",
            "storage.revlog.reuse-external-delta-compression",
            "storage.revlog.reuse-external-delta-parent",
            "storage.revlog.reuse-external-suspicious-delta-parent",
            "storage.revlog.validate-delta-base",
        ],
    ),
    (
        Kind::Bytes,
        Read::Sometimes,
        &[
            "experimental.maxdeltachainspan",
            "experimental.sparse-read.min-gap-size",
            "storage.revlog.mmap.index:size-threshold",
        ],
    ),
    (
        Kind::Float,
        Read::Sometimes,
        &["experimental.sparse-read.density-threshold"],
    ),
    (
        Kind::Int,
        Read::Sometimes,
        &[
            "format.chunkcachesize",
            "format.manifestcachesize",
            "format.maxchainlen",
            "format.obsstore-version",
            "storage.delta-fold-tolerance-percentage",
            "storage.filelog.expected-max-compression-ratio",
            "storage.revlog.delta-parent-search.candidate-group-chunk-size",
            "storage.revlog.zlib.level",
            "storage.revlog.zstd.level",
        ],
    ),
];

/// The settings of [`SETTINGS`] that are malformed.
pub(super) fn malformed(config: &Config, environment: &Environment) -> Vec<Stop> {
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
    for &(kind, read, names) in SETTINGS {
        let certain = match read {
            Read::Fancy | Read::FancyTalking if plain => continue,
            Read::Always | Read::Fancy => true,
            Read::Talking | Read::FancyTalking => !debug,
            Read::Progress => !silent && !plain,
            Read::Sometimes => false,
        };
        for (section, key) in names.iter().filter_map(|name| name.split_once('.')) {
            let item = config.get(section.as_bytes(), key.as_bytes());
            let refused = item.and_then(|item| Some((item, kind.refuses(&item.value)?)));
            if let Some((item, wanted)) = refused {
                found.push(stop(section, key, item, wanted, certain));
            }
        }
    }
    found
}

/// Checks `smtp.port`, which hg reads last. `/etc/services` has no name that is empty.
pub(super) fn port(config: &Config) -> Option<Stop> {
    let item = config.get(b"smtp", b"port")?;
    let wanted = "a port (1 to 65535)";
    let is_none = read_port(&item.value) == Port::OutOfRange || item.value.is_empty();
    is_none.then(|| stop("smtp", "port", item, wanted, true))
}

pub(super) fn stop(section: &str, key: &str, item: &Item, wanted: &str, certain: bool) -> Stop {
    let value = String::from_utf8_lossy(&item.value).into_owned();
    let line = SettingLine {
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
    /// What hg expects instead of the value; `None`: it accepts the value.
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
