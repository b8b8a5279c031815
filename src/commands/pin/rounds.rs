//! Probes every address again before anything is pinned. One sighting is not enough: a load
//! balancer, or an unfinished renewal, shows different certificates at different times.

use super::ask;
use super::observer::{asked, probe_options};
use super::paste::command;
use super::stopped::{REFUSED, Step};
use crate::certificate::Certificate;
use crate::cli::{Pin as Args, TargetArg};
use crate::commands::assess::{Asked, Assessor};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::runtime::block_on;
use crate::commands::terminal::say;
use crate::endpoint::Endpoint;
use crate::finding::Code;
use crate::fingerprint::Algorithm;
use crate::fingerprint::Comparison;
use crate::observation::{Attempt, Cause, ConnectError, Possession, Sighting, Survey};
use crate::programs::{By, Program};
use crate::render::pin as show;
use crate::render::pins::several;
use crate::report::Report;
use crate::survey::{Limits, Options, Pacer, every_address};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Probes every address after the first sighting: twice, and more often if they differ.
const ROUNDS: usize = 2;
const MOST_ROUNDS: usize = 6;
/// Connections to one address at a time, and in all.
const PER_ADDRESS: usize = 2;
const AT_ONCE: usize = 16;
/// The limit of certificates, or addresses, listed by name; the rest are counted.
const MOST_NAMED: usize = 8;

/// The certificates of a name, and the one to be pinned.
pub(super) struct Set {
    seen: Vec<SeenLeaf>,
    chosen: usize,
    gaps: Vec<Gap>,
    by: By,
}

/// An address that gave no certificate.
#[derive(PartialEq, Eq)]
struct Gap {
    ip: Option<IpAddr>,
    who: String,
    why: String,
}

/// A certificate, and where it was seen.
struct SeenLeaf {
    report: Report,
    places: Vec<IpAddr>,
}

impl SeenLeaf {
    fn leaf(&self) -> Option<&Certificate> {
        self.report.leaf()
    }

    fn is_trusted(&self) -> bool {
        show::problems(self.report.judgement()).is_empty()
    }
}

/// Probes again, and chooses what `--expect` names, else the certificate of the first sighting.
pub(super) fn look(
    args: &Args,
    check: &Assessor,
    target: &TargetArg,
    first: Report,
    by: By,
) -> Result<Set, Error> {
    let is_worth_it = may_be_pinned(args, &first);
    let mut set = Set {
        seen: vec![SeenLeaf {
            places: places(first.seen()),
            report: first,
        }],
        chosen: 0,
        gaps: Vec::new(),
        by,
    };
    if !is_worth_it {
        return Ok(set);
    }
    let asked = asked(args, target);
    let options = probe_options(args, &asked.reference, None)?;
    let pacer = Arc::new(Pacer::new(&Limits {
        jobs: AT_ONCE,
        lookups: 1,
        per_address: PER_ADDRESS,
        pause: Duration::ZERO,
        rate: None,
        retries: 1,
    }));
    let surveys = block_on(rounds(&pacer, &asked.endpoint, &options, |found| {
        set.wants_more(args, found)
    }))?;
    for survey in surveys {
        set.left_out(&survey);
        for seen in survey.seen {
            set.add(check, &asked, seen);
        }
    }
    set.answered();
    set.chosen = set.expected(args).unwrap_or(0);
    Ok(set)
}

/// Whether the certificate of the first sighting may be pinned at all.
fn may_be_pinned(args: &Args, first: &Report) -> bool {
    let Some(seen) = first.seen().filter(|_| !first.chain().is_empty()) else {
        return false;
    };
    match seen.possession {
        Possession::Proven => seen.failure.is_none(),
        Possession::NotSeen | Possession::NotCheckable => args.accept_unproven,
        Possession::Refuted => false,
    }
}

async fn rounds(
    pacer: &Arc<Pacer>,
    endpoint: &Endpoint,
    options: &Options,
    wants_more: impl Fn(&[Survey]) -> bool,
) -> Vec<Survey> {
    let (one, other) = tokio::join!(
        every_address(pacer, endpoint, options),
        every_address(pacer, endpoint, options)
    );
    let mut found = vec![one, other];
    while found.len() < MOST_ROUNDS && wants_more(&found) {
        found.push(every_address(pacer, endpoint, options).await);
    }
    found
}

impl Set {
    /// The report on the certificate that is to be pinned.
    pub(super) fn report(&self) -> &Report {
        &self.seen[self.chosen].report
    }

    /// Goes on while certificates differ, until a round shows nothing new; if the expected one was
    /// not seen, to the end.
    fn wants_more(&self, args: &Args, found: &[Survey]) -> bool {
        let leaves = |surveys: &[Survey]| -> Vec<Vec<u8>> {
            let seen = surveys.iter().flat_map(|survey| &survey.seen);
            let leaves = seen.filter_map(|seen| seen.presented.first());
            let mut leaves: Vec<Vec<u8>> = leaves.map(|leaf| leaf.to_vec()).collect();
            leaves.extend(self.seen[0].leaf().map(|leaf| leaf.der().to_vec()));
            leaves.sort_unstable();
            leaves.dedup();
            leaves
        };
        let all = leaves(found);
        let is_expected = |leaf: &Vec<u8>| args.expect.iter().any(|pin| pin.matches(leaf));
        if !args.expect.is_empty() && !all.iter().any(is_expected) {
            return true;
        }
        let before = leaves(&found[..found.len() - 1]);
        all.len() > 1 && (found.len() == ROUNDS || before.len() < all.len())
    }

    fn add(&mut self, check: &Assessor, asked: &Asked, seen: Sighting) {
        let Some(leaf) = seen.presented.first() else {
            self.gaps.extend(gap(&seen));
            return;
        };
        let places = places(Some(&seen));
        let mut known = self.seen.iter_mut();
        let is_known =
            |known: &&mut SeenLeaf| known.leaf().is_some_and(|other| other.der() == leaf);
        if let Some(known) = known.find(is_known) {
            known.places.extend(places);
            known.places.sort_unstable();
            known.places.dedup();
            return;
        }
        let report = check.report(seen, asked);
        self.seen.push(SeenLeaf { report, places });
    }

    fn left_out(&mut self, survey: &Survey) {
        for address in &survey.no_route {
            self.gaps.push(Gap {
                ip: Some(address.ip()),
                who: address.ip().to_string(),
                why: "this machine has no route to it".to_owned(),
            });
        }
        if survey.left_out > 0 {
            self.gaps.push(Gap {
                ip: None,
                who: format!("{} more addresses of the name", survey.left_out),
                why: format!("{} are enough", survey.seen.len()),
            });
        }
    }

    /// An address that answered at another time is not a gap.
    fn answered(&mut self) {
        let seen = self.seen.iter().flat_map(|sighting| &sighting.places);
        let seen: Vec<IpAddr> = seen.copied().collect();
        let mut told: Vec<String> = Vec::new();
        self.gaps.retain(|gap| {
            let is_news = !told.contains(&gap.who);
            told.push(gap.who.clone());
            is_news && gap.ip.is_none_or(|ip| !seen.contains(&ip))
        });
    }

    fn expected(&self, args: &Args) -> Option<usize> {
        self.seen.iter().position(|sighting| {
            let leaf = sighting.leaf();
            leaf.is_some_and(|leaf| args.expect.iter().any(|pin| pin.matches(leaf.der())))
        })
    }

    /// The certificates that a pin of the chosen one refuses.
    fn others(&self, args: &Args) -> Vec<&SeenLeaf> {
        let keeps = !args.replace && !args.prune;
        let seen = self.seen.iter().enumerate();
        seen.filter(|(index, sighting)| *index != self.chosen && !self.is_same(&sighting.report))
            .map(|(_, sighting)| sighting)
            .filter(|sighting| !(keeps && sighting.report.pins().comparison == Comparison::Match))
            .collect()
    }

    /// Whether the pin accepts it, too.
    fn is_same(&self, other: &Report) -> bool {
        let chosen = self.report();
        let anchor = |report: &Report| {
            let judgement = report.judgement().cloned();
            judgement
                .filter(crate::judge::Judgement::is_trusted)
                .and_then(|judgement| judgement.path.last().cloned())
        };
        let key = |report: &Report| report.leaf().and_then(Certificate::spki_sha256);
        match self.by {
            By::Certificate => chosen.leaf() == other.leaf(),
            By::Key => key(chosen).is_some() && key(chosen) == key(other),
            By::Ca => anchor(chosen).is_some() && anchor(chosen) == anchor(other),
        }
    }

    /// Reports which certificates there are, and which addresses gave none.
    pub(super) fn describe(&self, args: &Args) {
        for gap in self.gaps.iter().take(MOST_NAMED) {
            say(&format!(
                "note: {} was not looked at, and may present another certificate: {}",
                gap.who, gap.why
            ));
        }
        let others = self.others(args);
        if others.is_empty() {
            return;
        }
        let label = &self.report().target.label;
        say(&format!(
            "{label} presents {} certificates, now one and now another:",
            others.len() + 1
        ));
        for sighting in std::iter::once(&self.seen[self.chosen])
            .chain(others.iter().copied())
            .take(MOST_NAMED)
        {
            say(&described(sighting));
        }
        if others.iter().any(|sighting| !sighting.is_trusted()) {
            say(
                "Compare the fingerprint of what is not trusted with one that you have from elsewhere.",
            );
        }
    }

    /// Whether the user agrees to pin one of several.
    pub(super) fn agreed(&self, args: &Args) -> Step<()> {
        let others = self.others(args);
        if others.is_empty() {
            return Ok(Ok(()));
        }
        say("A pin of one refuses the server whenever it presents another.");
        self.advise(args, &others);
        if args.add || !args.expect.is_empty() {
            return Ok(Ok(()));
        }
        if !ask::is_possible() {
            let add = if args.for_tool.is_none() {
                ", --add accepts several"
            } else {
                ""
            };
            say(&format!(
                "not pinned: there is no terminal to ask on; --expect FINGERPRINT names the one to pin{add}"
            ));
            return Ok(Err(REFUSED));
        }
        Ok(if ask::yes("Pin the first one alone (y/N)?")? {
            Ok(())
        } else {
            say("not pinned");
            Err(REFUSED)
        })
    }

    fn advise(&self, args: &Args, others: &[&SeenLeaf]) {
        let program: Option<&Program> = args.for_tool.flatten();
        let all = || std::iter::once(&self.seen[self.chosen]).chain(others.iter().copied());
        // An impostor among them must not be pasted along.
        let some_are = all().any(SeenLeaf::is_trusted);
        let all_are = all().all(SeenLeaf::is_trusted);
        let digests = all()
            .filter(|sighting| !some_are || sighting.is_trusted())
            .filter_map(SeenLeaf::leaf)
            .map(|leaf| leaf.fingerprint(Algorithm::Sha256).to_string());
        let commands: Vec<String> = digests
            .take(MOST_NAMED)
            .map(|digest| command(&environment::arguments(), &digest, program.is_none()))
            .collect();
        let commands = commands.join("\n       ");
        let how = match program {
            _ if self.by == By::Ca => {
                "they have no CA in common: pin them by fingerprint or key".to_owned()
            }
            None if some_are && !all_are => {
                format!("to accept each that is trusted:\n       {commands}")
            }
            None => format!("to accept each of them:\n       {commands}"),
            Some(program) => match several(program) {
                Ok(joined) => format!("{joined}:\n       {commands}"),
                Err(one_only) => one_only.to_owned(),
            },
        };
        say(&format!("  -> {how}"));
    }
}

fn places(seen: Option<&Sighting>) -> Vec<IpAddr> {
    let address = seen.and_then(|seen| seen.address);
    address.iter().map(SocketAddr::ip).collect()
}

fn described(sighting: &SeenLeaf) -> String {
    let Some(leaf) = sighting.leaf() else {
        return String::new();
    };
    let report = &sighting.report;
    let key = leaf.facts().map_or_else(
        |_| String::new(),
        |facts| format!(", {} key", facts.public_key.algorithm),
    );
    let places: Vec<String> = sighting
        .places
        .iter()
        .take(MOST_NAMED)
        .map(ToString::to_string)
        .collect();
    let problems = show::problems(report.judgement());
    let trust = match problems.as_slice() {
        [] => String::new(),
        problems => format!("\n    NOT trusted: {}", Code::list(problems)),
    };
    format!(
        "  {}\n    {}{key}, at {}{trust}",
        leaf.fingerprint(Algorithm::Sha256),
        show::describe(leaf, report.at),
        places.join(", ")
    )
}

/// Why an address gave no certificate. A loopback address without a listener serves nothing.
fn gap(seen: &Sighting) -> Option<Gap> {
    let failure = seen.failure.as_ref()?;
    let place = seen.peer().map(|place| place.ip());
    let refused = |attempts: &[Attempt]| {
        let mut errors = attempts.iter().map(|attempt| &attempt.error);
        errors.all(|error| error.as_ref().is_some_and(ConnectError::is_refusal))
    };
    match (&failure.cause, place) {
        (Cause::Connect(attempts), Some(ip)) if ip.is_loopback() && refused(attempts) => None,
        _ => Some(Gap {
            ip: place,
            who: place.map_or_else(|| "the server".to_owned(), |ip| ip.to_string()),
            why: failure.to_string(),
        }),
    }
}
