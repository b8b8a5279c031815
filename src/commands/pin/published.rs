//! Compares the records of `--for tlsa` with those that are published: looks them up, and looks at
//! what the server presents with each type of key.

use super::gap::Gap;
use super::observer::Observer;
use super::recipe::{Lines, path};
use crate::cli::Resolving;
use crate::commands::assess::tlsa_records;
use crate::commands::domain::Asking;
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::endpoint::Host;
use crate::judge::dane::{Known, Presented, Upkeep};
use crate::observation::{Cause, KeyType, Survey};
use crate::programs::{Program, associations, is_tlsa};
use crate::records::tlsa::Tlsa;
use crate::render::pins::note;
use crate::render::upkeep::{Published, upkeep};
use crate::report::{Assessment, Report};
use crate::survey::{Addresses, Family, Limits, Pacer, TlsaSurvey};
use std::sync::Arc;

/// Questions and connections at a time.
const AT_ONCE: usize = 16;

/// What the DNS has about a server, and what the server presents with each type of key.
type Found = (Option<(Addresses, TlsaSurvey)>, [(KeyType, Survey); 2]);

/// The options of the DNS, for records alone.
pub(super) fn fits(resolving: &Resolving, program: Option<&Program>) -> Result<(), Error> {
    match resolving.given() {
        Some(option) if !program.is_some_and(is_tlsa) => {
            let text =
                format!("{option} is for records of the DNS, and nothing else is pinned by them");
            Err(Error::new(text).hint("smtp-certcheck pin mx1.example.org:25 --for tlsa"))
        }
        _ => Ok(()),
    }
}

/// Says what is published, and what to add or take away. `pinned`: reports on what the lines are of;
/// `looks`: what was seen already.
pub(super) fn look<'r>(
    observer: &Observer<'_>,
    lines: &Lines<'_>,
    resolving: &Resolving,
    pinned: &[&Report],
    looks: impl Iterator<Item = &'r Assessment>,
) -> Result<(), Error> {
    let Some(host) = name_in_dns(lines) else {
        return Ok(());
    };
    if observer.options.via.is_some() && resolving.resolver.is_empty() {
        // The user may not want the name to be seen on another way.
        say(&note(
            "the DNS was not asked what is published, because --via does not lead there; --resolver ADDR asks",
        ));
        return Ok(());
    }
    let pacer = Arc::new(Pacer::new(&Limits::for_few(AT_ONCE)));
    let asking = Asking::about_servers(resolving, &pacer)?;
    let port = lines.server.port;
    let (records, surveys) = observer.run(found(observer, &asking, host, port))?;
    let Some((addresses, tlsa)) = records else {
        return Ok(());
    };
    let mut seen = Seen::default();
    looks.for_each(|look| seen.enter(look, None));
    for (key_type, survey) in surveys {
        seen.left_out(&survey, observer);
        let sightings = survey.seen.into_iter();
        sightings.for_each(|sighting| seen.enter(&observer.assess(sighting), Some(key_type)));
    }
    say(&said(
        lines,
        (host, &addresses, &tlsa),
        pinned,
        &seen,
        observer,
    ));
    Ok(())
}

/// The name of the server, if it can have records: that of this machine is not in the DNS (RFC 6761
/// §6.3).
fn name_in_dns<'a>(lines: &Lines<'a>) -> Option<&'a str> {
    match lines.server.host {
        Host::Name { ascii, .. } if is_tlsa(lines.choice.program) => {
            let name = ascii.strip_suffix('.').unwrap_or(ascii);
            let is_own = name == "localhost" || name.ends_with(".localhost");
            (!is_own).then_some(name)
        }
        _ => None,
    }
}

async fn found(observer: &Observer<'_>, asking: &Asking, host: &str, port: u16) -> Found {
    let look = |key_type| {
        let mut options = observer.options.clone();
        options.probe.key_type = Some(key_type);
        async move { observer.survey(&options).await }
    };
    let (records, rsa, ecdsa) = tokio::join!(
        asking.records_of(host, port, &observer.options),
        look(KeyType::Rsa),
        look(KeyType::Ecdsa)
    );
    (records, [(KeyType::Rsa, rsa), (KeyType::Ecdsa, ecdsa)])
}

fn said(
    lines: &Lines<'_>,
    (host, addresses, tlsa): (&str, &Addresses, &TlsaSurvey),
    pinned: &[&Report],
    seen: &Seen,
    observer: &Observer<'_>,
) -> String {
    let port = lines.server.port;
    let records = tlsa_records((host, port), addresses, tlsa);
    let names = [host, &tlsa.base_domain];
    let names: Vec<Host> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let known = Known {
        published: &records.records,
        wanted: &wanted(lines, pinned),
        presented: &seen.presented,
        names: &names,
        now: observer.now(),
    };
    let found = tlsa.found.as_ref().map(|found| &found.answer);
    let alias_of = found.filter(|answer| !answer.links.is_empty());
    let alias_of = alias_of.map(|answer| answer.name.to_lowercase().to_ascii());
    let published = Published {
        tlsa: &records,
        printed: &format!("_{port}._tcp.{host}"),
        alias_of: alias_of.as_deref().map(|name| name.trim_end_matches('.')),
    };
    upkeep(&published, &Upkeep::of(&known), &seen.unseen)
}

/// The records that are printed.
fn wanted(lines: &Lines<'_>, pinned: &[&Report]) -> Vec<Tlsa> {
    let choice = &lines.choice;
    let mut wanted: Vec<Tlsa> = Vec::new();
    for report in pinned {
        let all = associations(report.chain(), path(report), choice.digest);
        let chosen = all.iter().find(|record| record.by == choice.way.by);
        let record = chosen.and_then(|record| {
            Some(Tlsa {
                usage: record.usage,
                selector: record.selector,
                matching: record.matching,
                data: hex::decode(&record.data).ok()?,
            })
        });
        wanted.extend(record.filter(|record| !wanted.contains(record)));
    }
    wanted
}

/// What the server presents, each chain once for each place.
#[derive(Default)]
struct Seen {
    presented: Vec<Presented>,
    /// Places of which nothing is known.
    unseen: Vec<String>,
}

impl Seen {
    /// Enters what a look showed; `key_type`: a key of that type was asked for.
    fn enter(&mut self, look: &Assessment, key_type: Option<KeyType>) {
        let Some(seen) = &look.seen else {
            return;
        };
        let cause = seen.failure.as_ref().map(|failure| &failure.cause);
        let has_no_such_key = matches!(cause, Some(Cause::NoSuchKey(..) | Cause::Incompatible(_)));
        if look.leaf().is_some() {
            self.present(place(look), look);
        } else if !(key_type.is_some() && has_no_such_key) && Gap::of(seen).is_some() {
            let asked = key_type.map(|key_type| format!(" ({key_type})"));
            self.miss(place(look) + &asked.unwrap_or_default());
        }
    }

    fn present(&mut self, place: String, look: &Assessment) {
        let is_known = |one: &Presented| one.place == place && one.chain == look.chain;
        if !self.presented.iter().any(is_known) {
            self.presented.push(Presented {
                place,
                chain: look.chain.clone(),
                path: look.path().to_vec(),
            });
        }
    }

    fn miss(&mut self, place: String) {
        if !self.unseen.contains(&place) {
            self.unseen.push(place);
        }
    }

    /// Enters the addresses that a survey does not look at.
    fn left_out(&mut self, survey: &Survey, observer: &Observer<'_>) {
        let gaps = Gap::left_out(survey).into_iter();
        gaps.for_each(|gap| self.miss(gap.address));
        let options = &observer.options;
        if options.one_address || options.family != Family::Any {
            self.miss("every other address of the server".to_owned());
        }
    }
}

/// The address, and the type of the presented key.
fn place(look: &Assessment) -> String {
    let peer = look.address();
    let at = peer.map_or_else(|| "the server".to_owned(), |peer| peer.ip().to_string());
    let leaf = look.leaf().and_then(|leaf| leaf.facts().ok());
    match leaf {
        Some(facts) => format!("{at} ({} key)", facts.public_key.algorithm),
        None => at,
    }
}
