//! Which trust anchors count for a target.

use super::sources::Sources;
use crate::commands::disk::public::Publicity;
use crate::commands::disk::{anchors, system};
use crate::commands::error::Error;
use crate::judge::{self, Anchor, Judgement, anchor_not_hashed};
use crate::mercurial::{HostSettings, configured_cacerts};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

/// The anchors that the user names, and those of the system, which are read when needed.
pub(super) struct Anchors {
    /// The anchors of `--cacerts`.
    named: Option<judge::Anchors>,
    /// Those that the environment puts in the place of the system's, for this tool alone.
    instead: Option<judge::Anchors>,
    system: OnceCell<judge::Anchors>,
    publicity: OnceCell<Publicity>,
}

impl Anchors {
    /// Reads the anchors that the user names.
    pub(super) fn read(sources: &Sources<'_>) -> Result<Self, Error> {
        let (paths, defaults) = (sources.cacerts, &sources.defaults.cacerts);
        let named = (!paths.is_empty()).then(|| anchors::configured_anchors(paths));
        let instead = (!defaults.is_empty()).then(|| {
            let read = anchors::configured_anchors(defaults);
            read.map_err(|why| why.hint("SMTP_CERTCHECK_CACERTS in the environment names it"))
        });
        Ok(Self {
            named: named.transpose()?,
            instead: instead.transpose()?,
            system: OnceCell::new(),
            publicity: OnceCell::new(),
        })
    }

    /// The anchors of `--cacerts`, else those of the environment, else the system's.
    pub(super) fn general(&self) -> &judge::Anchors {
        let chosen = self.named.as_ref().or(self.instead.as_ref());
        chosen.unwrap_or_else(|| self.system())
    }

    /// Whether the system's store counts where nothing else is configured.
    fn are_systems(&self) -> bool {
        self.named.is_none() && self.instead.is_none()
    }

    /// The anchors of `--cacerts`, else of Mercurial's settings for the host, else the system's.
    /// They note what could not be read.
    pub(super) fn of_host(
        &self,
        settings: &HostSettings,
        is_smtp_host: bool,
    ) -> Cow<'_, judge::Anchors> {
        let cacerts = configured_cacerts(settings, is_smtp_host);
        let Some(cacerts) = cacerts.filter(|_| self.named.is_none()) else {
            return Cow::Borrowed(self.general());
        };
        let path = PathBuf::from(OsStr::from_bytes(&cacerts.value));
        let (key, line) = (cacerts.line.key.as_str(), cacerts.line.source.to_string());
        Cow::Owned(anchors::setting_anchors(&path, key, &line))
    }

    /// The system's anchors, read when first needed.
    pub(super) fn system(&self) -> &judge::Anchors {
        self.system.get_or_init(system::system_anchors)
    }

    /// Whether anchors are the user's own choice: not those of the system, in whatever way it has them.
    pub(super) fn are_own(&self, chosen: &judge::Anchors) -> bool {
        let system = self.system.get();
        system.is_none_or(|system| !std::ptr::eq(system, chosen))
    }

    /// Whether the user names a CA file.
    pub(super) fn are_named(&self) -> bool {
        self.named.is_some()
    }

    /// Whether the anchor of a judgement belongs to a public CA, as far as the store is known.
    pub(super) fn is_public(&self, judgement: Option<&Judgement>) -> bool {
        let anchor = judgement.and_then(|judgement| judgement.anchor.as_ref());
        let is_systems = self.are_systems() && self.system().is_distribution;
        is_systems
            && anchor.is_some_and(|anchor| {
                let publicity = self.publicity.get_or_init(Publicity::read);
                publicity.is_public(anchor.der())
            })
    }

    /// Notes that programs built on OpenSSL do not find the anchor, if so.
    pub(super) fn note_hash(&self, judgement: &mut Judgement) {
        let is_systems = |anchor: &&Anchor| {
            let all = self.system.get().map_or(&[][..], judge::Anchors::all);
            self.are_systems() && all.iter().any(|one| one.source == anchor.source)
        };
        let anchor = judgement.anchor.as_ref().filter(is_systems);
        let lost = anchor.filter(|anchor| !system::is_found_by_hash(anchor));
        let note = lost.map(anchor_not_hashed);
        judgement.notes.extend(note);
    }
}
