//! What Mercurial's configuration says of a target, and what `hg email` would do.

use super::anchors::Anchors;
use super::asked::Asked;
use super::sources::Sources;
use crate::certificate::Certificate;
use crate::commands::error::Error;
use crate::commands::mercurial::{self, Mercurial, Scope};
use crate::commands::terminal::warn;
use crate::mercurial::{
    Decision, HostSettings, Installation, Lint, LintScope, Pins, Server, Store, configured_pins,
    decide, has_own_cacerts,
};
use crate::observation::{Possession, Sighting};
use std::cell::OnceCell;
use time::OffsetDateTime;

/// Mercurial as it is configured here, and the store of its Python.
pub(super) struct Hg {
    /// `None`: its configuration is left out.
    pub(super) mercurial: Option<Mercurial>,
    /// The store that hg uses if the settings name none, if known; read when needed.
    store: OnceCell<Option<mercurial::Store>>,
    /// One configuration file was named: it concerns every target.
    one_file: bool,
}

/// The settings for the host of one target.
pub(super) struct OfHost {
    pub(super) settings: HostSettings,
    /// The host is that of `smtp.host`.
    pub(super) is_smtp_host: bool,
}

impl OfHost {
    /// The fingerprints that are configured, and whether one is that of `leaf`.
    pub(super) fn pins(&self, leaf: Option<&Certificate>) -> Pins {
        configured_pins(&self.settings, self.is_smtp_host, leaf)
    }
}

/// What is decided about: a look at a server.
pub(super) struct Look<'a> {
    pub(super) seen: &'a Sighting,
    pub(super) chain: &'a [Certificate],
    pub(super) now: OffsetDateTime,
}

impl Hg {
    /// Reads the configuration. A store that the user names is read at once, too: an unusable file
    /// is an error.
    pub(super) fn read(sources: &Sources<'_>) -> Result<Self, Error> {
        Ok(Self {
            mercurial: read_mercurial(sources)?,
            store: match sources.hg_store {
                Some(_) => OnceCell::from(mercurial::store(sources.hg_store)?),
                None => OnceCell::new(),
            },
            one_file: matches!(sources.scope, Some(Scope::File(_))),
        })
    }

    /// The settings for a host, as it is written.
    pub(super) fn of_host(&self, written: &str) -> Option<OfHost> {
        let settings = self.mercurial.as_ref()?.settings(written);
        Some(OfHost {
            is_smtp_host: settings.is_smtp_host(written),
            settings,
        })
    }

    /// Lines about a host that do not do what they seem to.
    pub(super) fn lint(&self, written: &str, leaf: Option<&Certificate>) -> Vec<Lint> {
        let scope = LintScope {
            host: Some(written),
            leaf,
        };
        let mercurial = self.mercurial.as_ref();
        mercurial.map_or_else(Vec::new, |mercurial| mercurial.lint(scope))
    }

    /// Whether a CA file is named for this very host.
    pub(super) fn has_own_cacerts(&self, written: &str) -> bool {
        let mercurial = self.mercurial.as_ref();
        mercurial.is_some_and(|mercurial| has_own_cacerts(&mercurial.settings(written), written))
    }

    /// What `hg email` would do, if the configuration concerns this host. Of `anchors` the system's
    /// count, and are read only then.
    pub(super) fn decide(
        &self,
        of_host: OfHost,
        asked: &Asked,
        look: &Look<'_>,
        anchors: &Anchors,
    ) -> Option<Decision> {
        let OfHost {
            mut settings,
            is_smtp_host,
        } = of_host;
        let about = is_smtp_host || self.one_file || settings.is_about_host();
        let Look { seen, chain, now } = *look;
        let (Some(start), Some(tls), false) = (seen.start, &seen.tls, chain.is_empty()) else {
            return None;
        };
        if !about {
            return None;
        }
        if !is_smtp_host {
            // As if smtp.host and smtp.tls named it.
            settings.transport = start.into();
            settings.transport_line = None;
        }
        let server = Server {
            host: asked.written(),
            start,
            port: is_smtp_host.then_some(asked.endpoint.port),
            chain,
            tls_version: &tls.version,
            handshake_failed: seen.failure.is_some(),
            key_proven: seen.possession == Possession::Proven,
            now,
        };
        let hg = self.installation(anchors)?;
        Some(decide(&settings, &server, &hg, &mercurial::ca_file))
    }

    /// The Mercurial of this machine. Without a store of our own, the content of hg's store is
    /// unknown.
    fn installation<'a>(&'a self, anchors: &'a Anchors) -> Option<Installation<'a>> {
        let mercurial = self.mercurial.as_ref()?;
        let system = anchors.system();
        // A store that the user names is already read.
        let read = || mercurial::store(None).ok().flatten();
        let store = self.store.get_or_init(read).as_ref();
        Some(Installation {
            store: store.map_or(Store::Unknown(system), |store| Store::Known {
                name: &store.name,
                certificates: &store.certificates,
            }),
            ..mercurial.installation(system)
        })
    }
}

/// A configuration that cannot be read matters if the target comes from it or the user names it.
fn read_mercurial(sources: &Sources<'_>) -> Result<Option<Mercurial>, Error> {
    let Some(scope) = &sources.scope else {
        return Ok(None);
    };
    match Mercurial::read(scope) {
        Ok(mercurial) => Ok(Some(mercurial.of_release(sources.hg_version))),
        Err(why) if sources.hgrc_needed => Err(why),
        Err(why) => {
            warn(&format!(
                "Mercurial's configuration is left out: {}",
                why.message()
            ));
            Ok(None)
        }
    }
}
