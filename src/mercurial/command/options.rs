//! The options of `hg email` in 7.2.4: its own (`hgext/patchbomb.py`) and those that every command
//! has (`mercurial/cmd_impls/__init__.py`). 4.9 has the same, without `--config-file`.

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing; `--no-NAME` turns it off.
    Nothing,
    /// Nothing, and it cannot be turned off (`fancyopts.nevernegate`).
    NothingForGood,
    /// A value.
    Value,
}

/// An option.
#[derive(Debug)]
pub(super) struct Spec {
    /// The letter of its short form, if it has one.
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

/// All options of `hg email`.
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
