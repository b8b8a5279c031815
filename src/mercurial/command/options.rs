//! The options of `hg email`: those of the command (`hgext/patchbomb.py`) and those of every
//! command (`mercurial/cmd_impls/__init__.py`), as 7.2.4 has them. Those of 4.9 are the same, but
//! for `--config-file`.

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing; `--no-NAME` takes it back.
    Nothing,
    /// Nothing, and nothing takes it back (`fancyopts.nevernegate`).
    NothingForGood,
    /// A value.
    Value,
}

/// An option.
#[derive(Debug)]
pub(super) struct Spec {
    /// Its letter, if it has one.
    pub(super) short: Option<u8>,
    /// Its name.
    pub(super) long: &'static str,
    /// What it takes.
    pub(super) takes: Takes,
}

const fn flag(short: u8, long: &'static str) -> Spec {
    spec(short, long, Takes::Nothing)
}

const fn value(short: u8, long: &'static str) -> Spec {
    spec(short, long, Takes::Value)
}

const fn spec(short: u8, long: &'static str, takes: Takes) -> Spec {
    let short = if short == NONE { None } else { Some(short) };
    Spec { short, long, takes }
}

const NONE: u8 = 0;

/// All of them.
pub(super) const OPTIONS: &[Spec] = &[
    flag(b'g', "git"),
    flag(NONE, "plain"),
    flag(b'o', "outgoing"),
    flag(b'b', "bundle"),
    value(b'B', "bookmark"),
    value(NONE, "bundlename"),
    value(b'r', "rev"),
    flag(NONE, "force"),
    value(NONE, "base"),
    flag(NONE, "intro"),
    flag(NONE, "body"),
    flag(b'a', "attach"),
    flag(b'i', "inline"),
    value(NONE, "bcc"),
    value(b'c', "cc"),
    flag(NONE, "confirm"),
    flag(b'd', "diffstat"),
    value(NONE, "date"),
    value(NONE, "desc"),
    value(b'f', "from"),
    flag(b'n', "test"),
    value(b'm', "mbox"),
    value(NONE, "reply-to"),
    value(b's', "subject"),
    value(NONE, "in-reply-to"),
    value(NONE, "flag"),
    value(b't', "to"),
    value(b'e', "ssh"),
    value(NONE, "remotecmd"),
    flag(NONE, "insecure"),
    value(b'R', "repository"),
    value(NONE, "cwd"),
    spec(b'y', "noninteractive", Takes::NothingForGood),
    flag(b'q', "quiet"),
    flag(b'v', "verbose"),
    value(NONE, "color"),
    value(NONE, "config"),
    value(NONE, "config-file"),
    flag(NONE, "debug"),
    flag(NONE, "debugger"),
    value(NONE, "encoding"),
    value(NONE, "encodingmode"),
    flag(NONE, "traceback"),
    flag(NONE, "time"),
    flag(NONE, "profile"),
    spec(NONE, "version", Takes::NothingForGood),
    spec(b'h', "help", Takes::NothingForGood),
    flag(NONE, "hidden"),
    value(NONE, "pager"),
];
