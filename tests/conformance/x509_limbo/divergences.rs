//! The committed list of known divergences, and what differs from it.

use super::judges::{Verdict, spoken};
use std::collections::BTreeMap;

/// The list, by case.
pub struct Divergences<'a>(BTreeMap<&'a str, Divergence<'a>>);

/// What is known of one case.
#[derive(Clone, Copy)]
pub struct Divergence<'a> {
    /// Our verdict, in a line.
    said: &'a str,
    /// The name of the reason.
    pub reason: &'a str,
    /// webpki agrees with the suite, and we mean to differ.
    pub unlike_webpki: bool,
}

/// A judged case.
pub struct Outcome<'a> {
    pub id: &'a str,
    /// Whether the suite expects trust.
    pub is_sound: bool,
    pub verdict: &'a Verdict,
}

impl Outcome<'_> {
    pub fn is_right(&self) -> bool {
        self.verdict.is_empty() == self.is_sound
    }
}

impl<'a> Divergences<'a> {
    /// Reads the list, whose head explains its form. A slip in it is a failure, too.
    pub fn parse(text: &'a str) -> Self {
        let mut listed = BTreeMap::new();
        let mut head = None;
        for line in text.lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                let (name, why) = rest.split_once("] ").expect("[NAME] REASON");
                assert!(!why.trim().is_empty(), "[{name}] has no reason");
                let alike = (name, false);
                let unlike = name.strip_suffix(", unlike webpki");
                head = Some(unlike.map_or(alike, |name| (name, true)));
                continue;
            }
            let (id, said) = line.split_once(": ").expect("ID: WHAT WE SAY");
            let (reason, unlike_webpki) = head.expect("a case stands below its reason");
            let divergence = Divergence {
                said,
                reason,
                unlike_webpki,
            };
            let again = listed.insert(id, divergence);
            assert!(again.is_none(), "{id} is listed twice");
        }
        Self(listed)
    }

    /// The part of the list whose ids `pick` takes.
    pub fn of(&self, pick: impl Fn(&str) -> bool) -> Self {
        let listed = self.0.iter().filter(|(id, _)| pick(id));
        Self(listed.map(|(id, divergence)| (*id, *divergence)).collect())
    }

    /// What is known of a case.
    pub fn get(&self, id: &str) -> Option<&Divergence<'a>> {
        self.0.get(id)
    }

    /// How many cases have each reason.
    pub fn by_reason(&self) -> BTreeMap<&'a str, usize> {
        let mut counts = BTreeMap::new();
        for divergence in self.0.values() {
            *counts.entry(divergence.reason).or_default() += 1;
        }
        counts
    }

    /// All that the list does not say, or no longer rightly.
    pub fn unexpected(&self, outcomes: &[Outcome<'_>]) -> Vec<String> {
        let mut left = self.0.clone();
        let mut found = Vec::new();
        for outcome in outcomes {
            let said = spoken(outcome.verdict);
            match (outcome.is_right(), left.remove(outcome.id)) {
                (true, Some(_)) => found.push(format!("{} is right now: remove it", outcome.id)),
                (false, None) => found.push(format!("{}: {said} is wrong, and new", outcome.id)),
                (false, Some(listed)) if listed.said != said => {
                    found.push(format!("{}: {said}, not {}", outcome.id, listed.said));
                }
                (true, None) | (false, Some(_)) => {}
            }
        }
        found.extend(
            left.keys()
                .map(|id| format!("{id} is listed, but not judged")),
        );
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "# a comment\n\n[slack] It is harmless.\na::b: trusted\na::c: expired, no-san\n";

    fn unexpected(outcomes: &[Case]) -> Vec<String> {
        let verdicts: Vec<Verdict> = outcomes
            .iter()
            .map(|(_, _, codes)| codes.iter().map(ToString::to_string).collect())
            .collect();
        let outcomes: Vec<Outcome<'_>> = outcomes
            .iter()
            .zip(&verdicts)
            .map(|((id, is_sound, _), verdict)| Outcome {
                id,
                is_sound: *is_sound,
                verdict,
            })
            .collect();
        Divergences::parse(LIST).unexpected(&outcomes)
    }

    type Case = (&'static str, bool, &'static [&'static str]);

    const AS_LISTED: [Case; 2] = [("a::b", false, &[]), ("a::c", true, &["expired", "no-san"])];

    #[test]
    fn what_is_as_listed_is_fine() {
        let right: [Case; 2] = [("a::good", true, &[]), ("a::bad", false, &["expired"])];
        assert_eq!(unexpected(&[&AS_LISTED[..], &right].concat()), [""; 0]);
    }

    #[test]
    fn every_change_is_unexpected() {
        let changed = |change: &[Case]| unexpected(&[&AS_LISTED[..], change].concat());
        assert_eq!(
            changed(&[("a::x", false, &[])]),
            ["a::x: trusted is wrong, and new"]
        );
        assert_eq!(
            changed(&[("a::x", true, &["expired"])]),
            ["a::x: expired is wrong, and new"]
        );
        let other: [Case; 2] = [("a::b", false, &["expired"]), ("a::c", true, &["no-san"])];
        assert_eq!(
            unexpected(&other),
            [
                "a::b is right now: remove it",
                "a::c: no-san, not expired, no-san"
            ]
        );
        assert_eq!(
            unexpected(&AS_LISTED[..1]),
            ["a::c is listed, but not judged"]
        );
    }
}
