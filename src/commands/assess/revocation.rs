//! Which revocation lists count for a judgement: those that the user names, and those that
//! were fetched for the path.

use super::library::{Library, Wish};
use super::sources::Sources;
use crate::certificate::Certificate;
use crate::commands::disk::crls::given_lists;
use crate::commands::error::Error;
use crate::judge::{Judgement, Policy};
use crate::revocation::Lists;
use crate::survey::Reach;
use std::sync::Arc;
use time::OffsetDateTime;

/// How often a path may be another, because a certificate of the last one is revoked.
const MOST_PATHS: usize = 4;

/// The lists of a run.
pub(super) struct Revocation {
    /// Those of `--crl`, else those of the environment.
    given: Option<Lists>,
    /// Those of `--fetch-crl`.
    fetched: Option<Arc<Library>>,
}

impl Revocation {
    /// Reads the lists that the user names.
    pub(super) fn read(sources: &Sources<'_>) -> Result<Self, Error> {
        let (paths, defaults) = (sources.crl, &sources.defaults.crl);
        let given = match (paths, defaults.as_slice()) {
            ([], []) => None,
            ([], defaults) => {
                let read = given_lists(defaults);
                let hint = "SMTP_CERTCHECK_CRL in the environment names it";
                Some(read.map_err(|why| why.hint(hint))?)
            }
            (paths, _) => Some(given_lists(paths)?),
        };
        let fetched = sources.fetch_crl.then(Library::new);
        Ok(Self { given, fetched })
    }

    /// Where fetched lists are, if any are to be fetched.
    pub(super) fn library(&self) -> Option<&Arc<Library>> {
        self.fetched.as_ref()
    }

    /// The lists of a target's own, else those of the user.
    pub(super) fn given<'a>(&'a self, own: Option<&'a Lists>) -> Option<&'a Lists> {
        own.or(self.given.as_ref())
    }

    /// Judges with the lists that count. A list is looked for only where the path has validated: else any
    /// server could have any URL fetched.
    pub(super) fn judge(
        &self,
        own: Option<&Lists>,
        policy: &Policy<'_>,
        reach: Reach,
        judge: impl FnMut(&Policy<'_>) -> Judgement,
    ) -> Judgement {
        self.walk(own, policy, reach, judge).0
    }

    /// What must be fetched before the judgement can be made.
    pub(super) fn wishes(
        &self,
        own: Option<&Lists>,
        policy: &Policy<'_>,
        reach: Reach,
        judge: impl FnMut(&Policy<'_>) -> Judgement,
    ) -> Vec<Wish> {
        let Some(library) = &self.fetched else {
            return Vec::new();
        };
        let (_, certificates) = self.walk(own, policy, reach, judge);
        library.wishes(&certificates, reach)
    }

    /// The judgement, and the certificates of all paths on the way to it.
    fn walk(
        &self,
        own: Option<&Lists>,
        policy: &Policy<'_>,
        reach: Reach,
        mut judge: impl FnMut(&Policy<'_>) -> Judgement,
    ) -> (Judgement, Vec<Certificate>) {
        let given = self.given(own);
        let mut judgement = judge(&Policy {
            revocation: given,
            ..*policy
        });
        let mut certificates: Vec<Certificate> = Vec::new();
        let Some(library) = &self.fetched else {
            return (judgement, certificates);
        };
        for _ in 0..MOST_PATHS {
            let below = judgement
                .path
                .split_last()
                .map_or(&[][..], |(_, below)| below);
            let new = below.iter().filter(|one| !certificates.contains(one));
            let new: Vec<Certificate> = new.cloned().collect();
            if new.is_empty() {
                break;
            }
            certificates.extend(new);
            let mut lists = given.cloned().unwrap_or_else(Lists::fetched);
            library.add_to(&mut lists, &certificates, reach);
            judgement = judge(&Policy {
                revocation: Some(&lists),
                now: now(policy, library),
                ..*policy
            });
        }
        (judgement, certificates)
    }
}

/// The time of the judgement: a CA may make a list while a long run goes on, and a list of the future
/// says nothing.
fn now(policy: &Policy<'_>, library: &Library) -> OffsetDateTime {
    let latest = library.latest().filter(|_| !policy.at_was_chosen);
    latest.map_or(policy.now, |latest| latest.max(policy.now))
}
