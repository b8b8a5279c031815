//! What is different about a domain: its policy, its hosts and their records, and what comes of
//! them. What there was no answer about, then or now, is not compared.

use super::super::difference::{Change, Difference, Field};
use super::known_domain::{KnownDomain, KnownSts};
use super::verdict::Judged;
use crate::judge::domain::{Arrival, Kind, State};

/// What differs.
pub(super) fn differences(before: &KnownDomain, now: &KnownDomain) -> Vec<Difference> {
    let mut differences = Vec::new();
    if let (Some(before), Some(now)) = (&before.sts, &now.sts)
        && before.is_answered
        && now.is_answered
    {
        differences.extend(policy(before, now));
    }
    if let (Some(before), Some(now)) = (&before.hosts, &now.hosts) {
        differences.extend(gone_and_come(before, now, HOST, str::to_owned));
    }
    for (host, records) in &now.tlsa {
        let known = before.tlsa.iter().find(|(name, _)| name == host);
        if let Some((_, known)) = known {
            let named = |record: &str| format!("{host} {record}");
            differences.extend(gone_and_come(known, records, TLSA, named));
        }
    }
    // Changes of one kind stand together.
    differences.sort_by_key(|difference| ORDER.iter().position(|one| *one == difference.change));
    let senders = senders(&before.senders, &now.senders).into_iter();
    let is_open = |kind| before.unanswered.contains(&kind) || now.unanswered.contains(&kind);
    differences.extend(senders.filter(|one| match one.field {
        Some(Field::Sender(kind)) => !is_open(kind),
        _ => true,
    }));
    differences
}

/// Whether the verdict is better or worse: that of the kinds that there was an answer about, then and now.
/// No answer about the MX records is an outcome of its own.
pub(super) fn verdict(
    (before, judged): (&KnownDomain, &Judged),
    (now, judged_now): (&KnownDomain, &Judged),
) -> Option<Difference> {
    let is_whole = before.unanswered.is_empty() && now.unanswered.is_empty();
    if is_whole || judged.is_unresolved() || judged_now.is_unresolved() {
        return judged_now.since(judged);
    }
    let of = |one: &KnownDomain, other| {
        let outcome = one.outcome_beside(other)?;
        Some(Judged::domain(Some(outcome), None))
    };
    of(now, before)?.since(&of(before, now)?)
}

const ORDER: [Change; 5] = [
    Change::Policy,
    Change::MxRemoved,
    Change::MxAdded,
    Change::TlsaRemoved,
    Change::TlsaAdded,
];
const HOST: (Change, Change, Field) = (Change::MxRemoved, Change::MxAdded, Field::Host);
const TLSA: (Change, Change, Field) = (Change::TlsaRemoved, Change::TlsaAdded, Field::Tlsa);

/// What is not there any more, and what is new; `named` makes the value.
fn gone_and_come(
    before: &[String],
    now: &[String],
    (gone, come, field): (Change, Change, Field),
    named: impl Fn(&str) -> String,
) -> Vec<Difference> {
    let lacks = |others: &[String], one: &String| !others.contains(one);
    let gone = before.iter().filter(|one| lacks(now, one)).map(|one| {
        let value = Some(named(one));
        Difference::of(gone, field, value, None)
    });
    let come = now.iter().filter(|one| lacks(before, one)).map(|one| {
        let value = Some(named(one));
        Difference::of(come, field, None, value)
    });
    gone.chain(come).collect()
}

/// How the policy differs; of one that was not seen, then or now, only the state and the id are known.
fn policy(before: &KnownSts, now: &KnownSts) -> Vec<Difference> {
    let word = |state: Option<State>| state.map(|state| state.as_str().to_owned());
    let mut facts = vec![
        (Field::State, word(before.state), word(now.state)),
        (Field::Id, before.id.clone(), now.id.clone()),
    ];
    if let (Some(before), Some(now)) = (&before.policy, &now.policy) {
        let [old, new] = [before, now].map(|policy| Some(policy.mx.join(", ")));
        facts.push((Field::Mx, old, new));
        let [old, new] = [before, now].map(|policy| Some(policy.max_age.to_string()));
        facts.push((Field::MaxAge, old, new));
    }
    let differing = facts.into_iter().filter(|(_, old, new)| old != new);
    differing
        .map(|(field, old, new)| Difference::of(Change::Policy, field, old, new))
        .collect()
}

fn senders(before: &[(Kind, Arrival)], now: &[(Kind, Arrival)]) -> Vec<Difference> {
    let changed = now.iter().filter_map(|(kind, result)| {
        let (_, earlier) = before.iter().find(|(known, _)| known == kind)?;
        let word = |arrival: &Arrival| Some(arrival.as_str().to_owned());
        (earlier != result).then(|| {
            let field = Field::Sender(*kind);
            Difference::of(Change::Delivery, field, word(earlier), word(result))
        })
    });
    changed.collect()
}
