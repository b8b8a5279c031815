//! Judges what was seen of a target, and makes the report.

use super::anchors::Anchors;
use super::asked::Asked;
use super::hg::{Hg, Look, OfHost};
use super::library::{Library, Wish};
use super::mail_hosts::MailHosts;
use super::own::Own;
use super::revocation::Revocation;
use super::sources::Sources;
use crate::certificate::{Certificate, CertificateCache, Least};
use crate::cli::{Connection, TargetArg};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::mercurial::Mercurial;
use crate::endpoint::{Endpoint, Host, Protocol};
use crate::finding::Finding;
use crate::fingerprint::Comparison;
use crate::judge::{self, Judgement, JudgementCache, Policy, no_pin, pin_expiring, pin_mismatch};
use crate::mercurial::Pins;
use crate::observation::{Sighting, Survey};
use crate::report::{Assessment, Port, Report, Skipped};
use crate::revocation::Lists;
use crate::survey::Reach;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;
use time::OffsetDateTime;

/// Everything that the command line points to, as read.
pub(in crate::commands) struct Assessor {
    anchors: Anchors,
    pub(super) revocation: Revocation,
    hg: Hg,
    certificates: RefCell<CertificateCache>,
    judgements: RefCell<JudgementCache>,
    pub(super) mail_hosts: RefCell<MailHosts>,
    /// The target came from Mercurial's configuration.
    from_hgrc: bool,
    /// The variables of the environment that decide something.
    pub(super) defaults: Vec<&'static str>,
    /// `--at`.
    at: Option<OffsetDateTime>,
    /// The time of the judgement.
    pub(in crate::commands) now: OffsetDateTime,
}

impl Assessor {
    /// Reads the sources.
    pub(in crate::commands) fn read(sources: &Sources<'_>) -> Result<Self, Error> {
        Ok(Self {
            anchors: Anchors::read(sources)?,
            revocation: Revocation::read(sources)?,
            hg: Hg::read(sources)?,
            certificates: RefCell::default(),
            judgements: RefCell::default(),
            mail_hosts: RefCell::default(),
            from_hgrc: sources.from_hgrc,
            defaults: sources.defaults.named.clone(),
            at: sources.at,
            now: sources.at.unwrap_or_else(environment::now),
        })
    }

    /// Mercurial's configuration, unless it is left out.
    pub(in crate::commands) fn mercurial(&self) -> Option<&Mercurial> {
        self.hg.mercurial.as_ref()
    }

    /// The server that `hg email` would use. How TLS starts is left open where the user says it.
    pub(in crate::commands) fn configured_target(
        &self,
        connection: &Connection,
    ) -> Result<TargetArg, Error> {
        let Some(mercurial) = self.mercurial() else {
            return Err(Error::new("no server is named")
                .hint("usage: smtp-certcheck HOST[:PORT]; smtp-certcheck --help has examples"));
        };
        let mut target = mercurial.target()?;
        let endpoint = Endpoint::from_target(target.clone(), None);
        if connection.tls.mode().is_some() {
            target.port = Some(endpoint.port);
            target.start = None;
        }
        Ok(TargetArg {
            input: endpoint.to_string(),
            target,
        })
    }

    /// The anchors of `--cacerts`, else the system's.
    pub(in crate::commands) fn anchors(&self) -> &judge::Anchors {
        self.anchors.general()
    }

    /// Whether the anchor of a judgement belongs to a public CA, as far as the store is known.
    pub(in crate::commands) fn is_public(&self, judgement: Option<&Judgement>) -> bool {
        self.anchors.is_public(judgement)
    }

    /// Notes that programs built on OpenSSL do not find the anchor, if so.
    pub(in crate::commands) fn note_hash(&self, judgement: &mut Judgement) {
        self.anchors.note_hash(judgement);
    }

    /// What a judgement depends on besides the chain.
    pub(in crate::commands) fn policy<'p>(
        &self,
        anchors: &'p judge::Anchors,
        reference: &'p Host,
    ) -> Policy<'p> {
        Policy {
            at_was_chosen: self.at.is_some(),
            ..Policy::new(anchors, reference, self.now)
        }
    }

    /// The same for a chain without a server, with the revocation lists that the user names.
    pub(in crate::commands) fn offline_policy<'p>(
        &'p self,
        anchors: &'p judge::Anchors,
        reference: &'p Host,
    ) -> Policy<'p> {
        Policy {
            revocation: self.revocation.given(None),
            ..self.policy(anchors, reference)
        }
    }

    /// The report on all that a survey saw of a target.
    pub(in crate::commands) fn report(
        &self,
        survey: Survey,
        asked: &Asked,
    ) -> Result<Report, Error> {
        self.report_by(survey, asked, |seen| {
            self.assess(seen, asked, Own::default())
        })
    }

    /// The same, where `assess` judges each sighting.
    pub(in crate::commands) fn report_by(
        &self,
        survey: Survey,
        asked: &Asked,
        assess: impl FnMut(Sighting) -> Assessment,
    ) -> Result<Report, Error> {
        let looks: Vec<Assessment> = survey.seen.into_iter().map(assess).collect();
        let skipped = Skipped {
            no_route: survey.no_route,
            no_source: survey.no_source,
            left_out: survey.left_out,
        };
        let report = self.report_of(looks, skipped, asked);
        report.ok_or_else(|| broken(asked))
    }

    /// The report of what was judged of a target; `None` if that is nothing.
    pub(super) fn report_of(
        &self,
        looks: Vec<Assessment>,
        skipped: Skipped,
        asked: &Asked,
    ) -> Option<Report> {
        let mut report = Report::of(asked.of_report(), looks, self.now)?;
        report.skipped = skipped;
        Some(self.dated(report, asked))
    }

    /// The report on all that was seen of a target, port by port if several were asked for; `assess`
    /// judges each sighting.
    pub(in crate::commands) fn report_on_all(
        &self,
        surveys: Vec<Survey>,
        asked: &Asked,
        mut assess: impl FnMut(Sighting, &Asked) -> Assessment,
    ) -> Result<Report, Error> {
        let mut surveys = surveys.into_iter();
        let Some(ports) = &asked.ports else {
            let survey = surveys.next().unwrap_or_default();
            return self.report_by(survey, asked, |seen| assess(seen, asked));
        };
        let mut all = Vec::new();
        for (port, survey) in ports.list().iter().zip(surveys) {
            let asked = asked.at(*port);
            all.push(Port {
                is_named: ports.are_named(),
                report: self.report_by(survey, &asked, |seen| assess(seen, &asked))?,
            });
        }
        Report::of_ports(asked.of_report(), all).ok_or_else(|| broken(asked))
    }

    /// Adds the mode that was used last, and the times.
    fn dated(&self, mut report: Report, asked: &Asked) -> Report {
        let seen = report.seen();
        let spoken = seen.and_then(|seen| seen.protocol);
        let used = seen.and_then(|seen| seen.start);
        report.target.protocol = spoken.or(report.target.protocol);
        report.target.tls = used.or(Some(asked.endpoint.first_start()));
        report.at_was_chosen = self.at.is_some();
        report.defaults.clone_from(&self.defaults);
        report.checked_at = Some(environment::now());
        report
    }

    /// Judges one sighting; some of what counts may be the target's own.
    pub(in crate::commands) fn assess(
        &self,
        mut seen: Sighting,
        asked: &Asked,
        own: Own<'_>,
    ) -> Assessment {
        let is_smtp = is_smtp(&seen, asked);
        let of_host = self.hg.of_host(asked.written()).filter(|_| is_smtp);
        let anchors = self.anchors_for(of_host.as_ref(), own);
        let chain = self.chain(&mut seen);
        let leaf = chain.first();
        let policy = self.policy(&anchors, &asked.reference);
        let mut judgement = leaf.map(|_| self.judge(&chain, &seen, &policy, own.lists));
        let pins = of_host.as_ref().map(|of_host| of_host.pins(leaf));
        let pins = pins.unwrap_or_default();
        if let (Some(judgement), Some(leaf)) = (&mut judgement, leaf) {
            judgement
                .problems
                .extend(mismatch(&pins, leaf, &asked.target.input));
        }
        let look = Look {
            seen: &seen,
            chain: &chain,
            now: self.now,
        };
        let mercurial =
            of_host.and_then(|of_host| self.hg.decide(of_host, asked, &look, &self.anchors));
        Assessment {
            judgement,
            pins,
            mercurial,
            lints: if is_smtp {
                self.hg.lint(asked.written(), leaf)
            } else {
                Vec::new()
            },
            dane: Comparison::NotMade,
            chosen: asked.chosen(self.mercurial()),
            from_hgrc: self.from_hgrc,
            seen: Some(seen),
            chain,
        }
    }

    /// Takes the presented chain out of a sighting, and reads it.
    fn chain(&self, seen: &mut Sighting) -> Vec<Certificate> {
        let presented = std::mem::take(&mut seen.presented).into_iter();
        presented
            .map(|der| self.certificates.borrow_mut().read(der))
            .collect()
    }

    /// The anchors of a target's own, else those of its host.
    fn anchors_for<'a>(
        &'a self,
        of_host: Option<&OfHost>,
        own: Own<'a>,
    ) -> Cow<'a, judge::Anchors> {
        match (own.anchors, of_host) {
            (Some(anchors), _) => Cow::Borrowed(anchors),
            (None, Some(host)) => self.anchors.of_host(&host.settings, host.is_smtp_host),
            (None, None) => Cow::Borrowed(self.anchors()),
        }
    }

    fn judge(
        &self,
        chain: &[Certificate],
        seen: &Sighting,
        policy: &Policy<'_>,
        own: Option<&Lists>,
    ) -> Judgement {
        let reach = self.reach(policy);
        let judge = |policy: &Policy<'_>| self.judgements.borrow_mut().judge(chain, seen, policy);
        let mut judgement = self.revocation.judge(own, policy, reach, judge);
        self.note_hash(&mut judgement);
        judgement
    }

    /// The lists that must be fetched before a sighting can be judged.
    pub(super) fn wishes(&self, seen: &Sighting, asked: &Asked, own: Own<'_>) -> Vec<Wish> {
        if seen.presented.is_empty() {
            return Vec::new();
        }
        let is_smtp = is_smtp(seen, asked);
        let of_host = self.hg.of_host(asked.written()).filter(|_| is_smtp);
        let anchors = self.anchors_for(of_host.as_ref(), own);
        let policy = self.policy(&anchors, &asked.reference);
        let chain = self.chain(&mut seen.clone());
        let judge = |policy: &Policy<'_>| self.judgements.borrow_mut().judge(&chain, seen, policy);
        let reach = self.reach(&policy);
        self.revocation.wishes(own.lists, &policy, reach, judge)
    }

    /// Where fetched lists are kept, if any are to be fetched.
    pub(in crate::commands) fn library(&self) -> Option<&Arc<Library>> {
        self.revocation.library()
    }

    /// From where lists may be fetched: a CA of the user's own may be in a network of the user's own.
    fn reach(&self, policy: &Policy<'_>) -> Reach {
        if self.anchors.are_own(policy.anchors) {
            Reach::Anywhere
        } else {
            Reach::Public
        }
    }

    /// Notes that the pinned certificate of an address has less than `least` left: the leaf that a
    /// fingerprint matches, else the anchor in a CA file that was named for this host.
    pub(in crate::commands) fn note_pin(&self, report: &mut Report, asked: &Asked, least: Least) {
        let host = asked.written();
        let by_ca = self.anchors.are_named() || self.hg.has_own_cacerts(host);
        let has_ports = !report.ports.is_empty();
        // What is pinned is for SMTP; of several ports, others have nothing to do with it.
        let concerns = |look: &&mut Assessment| {
            let seen = look.seen.as_ref();
            let protocol = seen.and_then(|seen| seen.protocol);
            !has_ports || protocol.is_none_or(|protocol| protocol == Protocol::Smtp)
        };
        for look in report.looks_mut().filter(concerns) {
            self.note_pin_of(look, host, by_ca, least);
        }
    }

    fn note_pin_of(&self, look: &mut Assessment, host: &str, by_ca: bool, least: Least) {
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
}

/// Whether Mercurial's settings are about what was seen.
fn is_smtp(seen: &Sighting, asked: &Asked) -> bool {
    let protocol = seen.protocol.unwrap_or(asked.endpoint.first_protocol());
    protocol == Protocol::Smtp
}

fn broken(asked: &Asked) -> Error {
    Error::new(format!("the probe of {} broke", asked.endpoint))
}

/// That the leaf is none of the pinned certificates.
fn mismatch(pins: &Pins, leaf: &Certificate, target: &str) -> Option<Finding> {
    let pinned = pins.configured.iter().map(|pin| pin.value.clone());
    (pins.comparison == Comparison::Mismatch).then(|| pin_mismatch(leaf, pinned, Some(target)))
}
