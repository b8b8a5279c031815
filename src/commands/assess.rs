//! What all commands that check servers share: options of the probe, anchors, Mercurial's
//! configuration, and the report made from a sighting.

use super::disk::public::Publicity;
use super::disk::{anchors, system};
use super::environment;
use super::error::Error;
use super::mercurial::{self, Mercurial, Scope};
use super::terminal::warn;
use crate::certificate::{Certificate, CertificateCache, Least};
use crate::cli::{Connection, HgStoreArg, KeyTypeArg, TargetArg};
use crate::endpoint::{Endpoint, Host};
use crate::fingerprint::Comparison;
use crate::judge::{
    Anchor, Anchors, Judgement, JudgementCache, Policy, anchor_not_hashed, no_pin, pin_expiring,
    pin_mismatch,
};
use crate::mercurial::Pins;
use crate::mercurial::{
    Decision, HostSettings, Installation, LintScope, Release, Server, Store, decide,
};
use crate::mercurial::{configured_cacerts, configured_pins, has_own_cacerts};
use crate::observation::{KeyType, Possession, Sighting};
use crate::report::{Assessment, Report, Target};
use crate::survey::{Family, Options, ProbeOptions};
use rustls::pki_types::ServerName;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use time::OffsetDateTime;

/// Everything that the command line points to, as read.
pub(super) struct Assessor {
    /// The anchors of `--cacerts`.
    anchors: Option<Anchors>,
    /// The system's anchors, read when needed.
    system: OnceCell<Anchors>,
    publicity: OnceCell<Publicity>,
    known: RefCell<CertificateCache>,
    judged: RefCell<JudgementCache>,
    /// Mercurial's configuration, unless it is left out.
    pub(super) mercurial: Option<Mercurial>,
    /// The store that hg uses if the settings name none, if known; read when needed.
    hg_store: OnceCell<Option<mercurial::Store>>,
    /// The target came from that configuration.
    from_hgrc: bool,
    /// One configuration file was named: it concerns every target.
    one_file: bool,
    /// `--at`.
    at: Option<OffsetDateTime>,
    /// The time of the judgement.
    pub(super) now: OffsetDateTime,
}

/// What to read for a check.
#[derive(Default)]
pub(super) struct Sources<'a> {
    /// `--cacerts`.
    pub(super) cacerts: &'a [PathBuf],
    /// Which configuration; `None` for none.
    pub(super) scope: Option<Scope<'a>>,
    /// Whether a configuration that cannot be read is an error.
    pub(super) hgrc_needed: bool,
    /// The target comes from the configuration.
    pub(super) from_hgrc: bool,
    /// `--at`.
    pub(super) at: Option<OffsetDateTime>,
    /// `--hg-version`.
    pub(super) hg_version: Option<&'a Release>,
    /// `--hg-store`.
    pub(super) hg_store: Option<&'a HgStoreArg>,
}

impl Assessor {
    /// Reads the sources.
    pub(super) fn read(wanted: &Sources<'_>) -> Result<Self, Error> {
        let anchors = (!wanted.cacerts.is_empty())
            .then(|| anchors::configured_anchors(wanted.cacerts))
            .transpose()?;
        Ok(Self {
            anchors,
            system: OnceCell::new(),
            publicity: OnceCell::new(),
            known: RefCell::default(),
            judged: RefCell::default(),
            mercurial: read_mercurial(wanted)?,
            hg_store: hg_store(wanted)?,
            from_hgrc: wanted.from_hgrc,
            one_file: matches!(wanted.scope, Some(Scope::File(_))),
            at: wanted.at,
            now: wanted.at.unwrap_or_else(environment::now),
        })
    }

    /// The server that `hg email` would use.
    pub(super) fn configured_target(&self) -> Result<TargetArg, Error> {
        let Some(mercurial) = &self.mercurial else {
            return Err(Error::new("there is no target")
                .hint("name one: smtp-certcheck mail.example.org:587"));
        };
        let target = mercurial.target()?;
        let endpoint = Endpoint::from_target(target.clone(), None);
        Ok(TargetArg {
            input: endpoint.to_string(),
            target,
        })
    }

    pub(super) fn system(&self) -> &Anchors {
        self.system.get_or_init(system::system_anchors)
    }

    /// The anchors of `--cacerts`, else of Mercurial's settings for the host, else the system's.
    /// They note what could not be read.
    pub(super) fn anchors(&self, settings: Option<&(HostSettings, bool)>) -> Cow<'_, Anchors> {
        if let Some(anchors) = &self.anchors {
            return Cow::Borrowed(anchors);
        }
        let named = settings.and_then(|(settings, own)| configured_cacerts(settings, *own));
        let Some(named) = named else {
            return Cow::Borrowed(self.system());
        };
        let path = PathBuf::from(OsStr::from_bytes(&named.value));
        let (key, place) = (named.line.key.as_str(), named.line.source.to_string());
        Cow::Owned(anchors::setting_anchors(&path, key, &place))
    }

    /// Whether the anchor of a judgement belongs to a public CA, as far as the store is known.
    pub(super) fn is_public(&self, judgement: Option<&Judgement>) -> bool {
        let anchor = judgement.and_then(|judgement| judgement.anchor.as_ref());
        let is_systems = self.anchors.is_none() && self.system().is_distribution;
        is_systems
            && anchor.is_some_and(|anchor| {
                let publicity = self.publicity.get_or_init(Publicity::read);
                publicity.is_public(anchor.der())
            })
    }

    /// Notes that programs built on OpenSSL do not find the anchor, if so.
    pub(super) fn watch_hash(&self, judgement: &mut Judgement) {
        let is_systems = |anchor: &&Anchor| {
            let all = self.system.get().map_or(&[][..], Anchors::all);
            self.anchors.is_none() && all.iter().any(|one| one.source == anchor.source)
        };
        let anchor = judgement.anchor.as_ref().filter(is_systems);
        let lost = anchor.filter(|anchor| !system::is_found_by_hash(anchor));
        let note = lost.map(anchor_not_hashed);
        judgement.notes.extend(note);
    }

    pub(super) fn policy<'p>(&self, anchors: &'p Anchors, reference: &'p Host) -> Policy<'p> {
        Policy {
            anchors,
            reference,
            now: self.now,
        }
    }

    /// The report on one sighting of a target.
    pub(super) fn report(
        &self,
        seen: Sighting,
        arg: &TargetArg,
        endpoint: &Endpoint,
        reference: &Host,
    ) -> Report {
        let look = self.assess(seen, arg, endpoint, reference, None);
        let report = Report::single(target(arg, endpoint, reference), look, self.now);
        self.dated(report, endpoint)
    }

    /// The report on several sightings of a target; `None` if there are none.
    pub(super) fn report_on(
        &self,
        looks: Vec<Assessment>,
        arg: &TargetArg,
        endpoint: &Endpoint,
        reference: &Host,
    ) -> Option<Report> {
        let report = Report::of(target(arg, endpoint, reference), looks, self.now)?;
        Some(self.dated(report, endpoint))
    }

    /// Adds the mode that was used last, and whether the user chose the time.
    fn dated(&self, mut report: Report, endpoint: &Endpoint) -> Report {
        let used = report.seen().and_then(|seen| seen.mode);
        report.target.tls = used.or(Some(endpoint.first_start()));
        report.at_was_chosen = self.at.is_some();
        report
    }

    /// Judges one sighting; `anchors` are the target's own.
    pub(super) fn assess(
        &self,
        mut seen: Sighting,
        arg: &TargetArg,
        endpoint: &Endpoint,
        reference: &Host,
        anchors: Option<&Anchors>,
    ) -> Assessment {
        let written = arg.target.written.as_str();
        let settings = self.mercurial.as_ref().map(|mercurial| {
            let settings = mercurial.settings(written);
            let own = settings.is_smtp_host(written);
            (settings, own)
        });
        let anchors = match anchors {
            Some(anchors) => Cow::Borrowed(anchors),
            None => self.anchors(settings.as_ref()),
        };
        let presented = std::mem::take(&mut seen.presented).into_iter();
        let chain: Vec<Certificate> = presented
            .map(|der| self.known.borrow_mut().read(der))
            .collect();
        let leaf = chain.first();
        let mut judgement = leaf.map(|_| {
            let policy = self.policy(&anchors, reference);
            let mut judgement = self.judged.borrow_mut().judge(&chain, &seen, &policy);
            self.watch_hash(&mut judgement);
            judgement
        });
        let pins = settings
            .as_ref()
            .map_or_else(Pins::default, |(settings, own)| {
                configured_pins(settings, *own, leaf)
            });
        if pins.comparison == Comparison::Mismatch
            && let (Some(judgement), Some(leaf)) = (&mut judgement, leaf)
        {
            let pinned = pins.configured.iter().map(|pin| pin.value.clone());
            judgement.problems.push(pin_mismatch(leaf, pinned));
        }
        let mercurial = settings.and_then(|(settings, own)| {
            self.decide(settings, own, (written, endpoint.port), &seen, &chain)
        });
        let scope = LintScope {
            host: Some(written),
            leaf,
        };
        let lints = self
            .mercurial
            .as_ref()
            .map_or_else(Vec::new, |mercurial| mercurial.lint(scope));
        Assessment {
            chain,
            seen: Some(seen),
            judgement,
            pins,
            mercurial,
            lints,
            from_hgrc: self.from_hgrc,
        }
    }

    /// Notes that the pinned certificate has less than `least` left: the leaf that a fingerprint
    /// matches, else the anchor in a CA file that was named for this host.
    pub(super) fn watch_pin(&self, report: &mut Report, arg: &TargetArg, least: Least) {
        let host = arg.target.written.as_str();
        let by_ca = self.anchors.is_some()
            || self
                .mercurial
                .as_ref()
                .is_some_and(|mercurial| has_own_cacerts(&mercurial.settings(host), host));
        let look = &mut report.representative;
        let Some(judgement) = &mut look.judgement else {
            return;
        };
        let note = match (look.pins.comparison, look.chain.first()) {
            (Comparison::Match, Some(leaf)) => pin_expiring(leaf, Some(0), self.now, least),
            (Comparison::NotMade, _) if by_ca => {
                let anchor = judgement.path.last();
                anchor.and_then(|anchor| pin_expiring(anchor, None, self.now, least))
            }
            (Comparison::NotMade, _) => Some(no_pin(host)),
            // Another certificate: a problem, which is worse.
            _ => None,
        };
        judgement.notes.extend(note);
    }

    /// The trust store of hg's Python, if it is known.
    fn hg_store(&self) -> Option<&mercurial::Store> {
        // A store that the user names is already read.
        let found = self
            .hg_store
            .get_or_init(|| mercurial::store(None).ok().flatten());
        found.as_ref()
    }

    /// What `hg email` would do, if the configuration concerns this host.
    fn decide(
        &self,
        mut settings: HostSettings,
        is_smtp_host: bool,
        (written, port): (&str, u16),
        seen: &Sighting,
        chain: &[Certificate],
    ) -> Option<Decision> {
        let about = is_smtp_host || self.one_file || settings.is_about_host();
        let (Some(mode), Some(tls), false) = (seen.mode, &seen.tls, chain.is_empty()) else {
            return None;
        };
        if !about {
            return None;
        }
        if !is_smtp_host {
            // As if smtp.host and smtp.tls named it.
            settings.transport = mode.into();
            settings.transport_line = None;
        }
        let server = Server {
            host: written,
            mode,
            port: is_smtp_host.then_some(port),
            chain,
            tls_version: &tls.version,
            handshake_failed: seen.failure.is_some(),
            key_proven: seen.possession == Possession::Proven,
            now: self.now,
        };
        // Without a store of our own, the content of hg's store is unknown.
        let system = self.system();
        let mercurial = self.mercurial.as_ref()?;
        let hg = Installation {
            store: self
                .hg_store()
                .map_or(Store::Unknown(system), |store| Store::Known {
                    name: &store.name,
                    certificates: &store.certificates,
                }),
            ..mercurial.installation(system)
        };
        Some(decide(&settings, &server, &hg, &mercurial::ca_file))
    }
}

/// A store that the user names is read at once: an unusable file is an error.
fn hg_store(wanted: &Sources<'_>) -> Result<OnceCell<Option<mercurial::Store>>, Error> {
    Ok(match wanted.hg_store {
        Some(_) => OnceCell::from(mercurial::store(wanted.hg_store)?),
        None => OnceCell::new(),
    })
}

/// A configuration that cannot be read matters if the target comes from it or the user names it.
fn read_mercurial(wanted: &Sources<'_>) -> Result<Option<Mercurial>, Error> {
    let Some(scope) = &wanted.scope else {
        return Ok(None);
    };
    match Mercurial::read(scope) {
        Ok(mercurial) => Ok(Some(mercurial.of_release(wanted.hg_version))),
        Err(why) if wanted.hgrc_needed => Err(why),
        Err(why) => {
            warn(&format!(
                "Mercurial's configuration is left out: {}",
                why.message()
            ));
            Ok(None)
        }
    }
}

/// Where to connect for a target, and the reference identifier.
pub(super) fn endpoint(
    target: &crate::endpoint::Target,
    connection: &Connection,
    servername: Option<&Host>,
) -> (Endpoint, Host) {
    let mut target = target.clone();
    // The only named port decides.
    let elsewhere = connection.connect.as_ref().and_then(|to| to.port);
    target.port = target.port.or(elsewhere);
    let endpoint = Endpoint::from_target(target, connection.tls.mode());
    let reference = servername.unwrap_or(&endpoint.host).clone();
    (endpoint, reference)
}

/// The options of a probe for a server of that name.
pub(super) fn options(connection: &Connection, reference: &Host) -> Result<Options, Error> {
    if let Host::Name { ascii, .. } = reference {
        ServerName::try_from(ascii.as_str())
            .map_err(|_| Error::new(format!("\"{ascii}\" cannot be the name of a TLS server")))?;
    }
    Ok(Options {
        connect_to: connection
            .connect
            .as_ref()
            .map(|to| (to.host.clone(), to.port)),
        family: match (connection.ipv4, connection.ipv6) {
            (true, _) => Family::V4,
            (_, true) => Family::V6,
            _ => Family::Any,
        },
        probe: ProbeOptions {
            server_name: reference.clone(),
            sni: !connection.no_sni,
            timeout: connection.timeout,
            connect_timeout: connection.connect_timeout,
            key_type: connection.key_type.map(|key| match key {
                KeyTypeArg::Rsa => KeyType::Rsa,
                KeyTypeArg::Ecdsa => KeyType::Ecdsa,
            }),
            ehlo: connection.ehlo.clone(),
        },
    })
}

/// The target, before anything is known about it.
fn target(arg: &TargetArg, endpoint: &Endpoint, reference: &Host) -> Target {
    Target {
        input: arg.input.clone(),
        host: Some(endpoint.host.to_string()),
        port: Some(endpoint.port),
        label: endpoint.to_string(),
        tls: Some(endpoint.first_start()),
        servername: reference.to_string(),
    }
}
