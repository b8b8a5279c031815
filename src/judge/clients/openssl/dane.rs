//! What OpenSSL makes of a chain and TLSA records (`dane_verify`, `check_dane_issuer` and
//! `check_dane_pkeys` in `crypto/x509/x509_vfy.c`), with the flags that Postfix sets
//! (`tls_auth_enable` in its `src/tls/tls_client.c`): no names for usage 3, no partial wildcards,
//! security level 0. Only what was sent, or is carried by a record, is looked at: no trust store.

use super::build::{Built, sent_issuer};
use super::checks;
use super::host::{self, Fit, Wildcards};
use super::seen::Seen;
use crate::certificate::Certificate;
use crate::certificate::signature::Verification;
use crate::endpoint::Host;
use crate::judge::clients::{Answer, Verdict};
use crate::judge::dane::usable::{Usable, strongest};
use crate::judge::signatures::Signatures;

/// `smtp_tls_scert_verifydepth`, which is 9, and what Postfix and OpenSSL add to it.
const MAX_DEPTH: usize = 11;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::judge) enum DaneAnswer {
    /// A record authenticates the server.
    Authenticated(By),
    /// No record matches.
    NoMatch,
    /// A record matches, and the path to what it names has a fault.
    Refused(By, Fault),
    /// What decides cannot be checked here.
    Unknown(String),
}

/// The record that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::judge) struct By {
    /// The place of the record among all.
    pub(in crate::judge) record: usize,
    /// How far from the leaf stands what it matches: 0 is the leaf itself.
    pub(in crate::judge) depth: usize,
}

/// What is wrong with a path to an anchor that a record names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::judge) enum Fault {
    /// A certificate of the path is not within its dates.
    Dates(String),
    /// The leaf is for none of the names.
    Name,
    /// Another rule.
    Path(String),
}

/// Asks for a chain, the leaf first; `names` are those that count for usage 2.
pub(in crate::judge) fn dane<'a>(
    presented: &'a [Certificate],
    usable: &'a [Usable<'_>],
    names: &[Host],
    signed: &Signatures<'a>,
    now: i64,
) -> DaneAnswer {
    let deciding = strongest(usable);
    let Some(leaf) = presented.first() else {
        return DaneAnswer::NoMatch;
    };
    let mut for_leaf = deciding.iter().filter(|usable| !usable.is_for_anchors());
    if let Some(by) = for_leaf.find(|usable| usable.fits(leaf)) {
        return DaneAnswer::Authenticated(By {
            record: by.index,
            depth: 0,
        });
    }
    let anchors: Vec<&Usable<'_>> = deciding
        .into_iter()
        .filter(|usable| usable.is_for_anchors())
        .collect();
    if anchors.is_empty() {
        return DaneAnswer::NoMatch;
    }
    // `build_chain` puts what records carry before what was sent.
    let carried = usable.iter().filter_map(|usable| usable.carried.as_ref());
    let pool: Option<Vec<Seen<'a>>> = carried.chain(presented).map(Seen::read).collect();
    match (Seen::read(leaf), pool) {
        (Some(leaf), Some(pool)) => Paths {
            anchors,
            signed,
            now,
        }
        .judge(leaf, pool, names),
        _ => DaneAnswer::Unknown("a certificate is read differently by OpenSSL".to_owned()),
    }
}

/// Why there is no path to an anchor.
enum NoPath {
    /// No record matches.
    NoMatch,
    /// Whether the record matches cannot be checked here.
    Unknown(By, String),
}

/// What leads from a leaf to an anchor.
struct Paths<'s, 'a> {
    anchors: Vec<&'a Usable<'a>>,
    signed: &'s Signatures<'a>,
    now: i64,
}

impl<'a> Paths<'_, 'a> {
    fn judge(&self, leaf: Seen<'a>, pool: Vec<Seen<'a>>, names: &[Host]) -> DaneAnswer {
        let fits: Vec<Fit> = names
            .iter()
            .map(|name| host::fits(&leaf, name, Wildcards::Whole))
            .collect();
        let (by, fault) = match self.build(leaf, pool) {
            Ok((built, by)) => (by, self.fault(&built)),
            Err(NoPath::NoMatch) => return DaneAnswer::NoMatch,
            Err(NoPath::Unknown(by, why)) => (by, Err(why)),
        };
        let is_named = fits.contains(&Fit::Yes);
        match fault {
            Ok(Some(fault)) => DaneAnswer::Refused(by, fault),
            // Whatever cannot be checked: another name is refused.
            _ if !is_named && !fits.contains(&Fit::Unreadable) => {
                DaneAnswer::Refused(by, Fault::Name)
            }
            Err(why) => DaneAnswer::Unknown(why),
            Ok(None) if is_named => DaneAnswer::Authenticated(by),
            Ok(None) => DaneAnswer::Unknown("the common name cannot be read".to_owned()),
        }
    }

    /// `build_chain` with TLSA records and without a trust store.
    fn build(&self, leaf: Seen<'a>, mut pool: Vec<Seen<'a>>) -> Result<(Built<'a>, By), NoPath> {
        let mut path = vec![leaf];
        while let Some(place) = sent_issuer(&pool, &path, self.now, MAX_DEPTH) {
            let issuer = pool.remove(place);
            path.push(issuer);
            let depth = path.len() - 1;
            if let Some(by) = self.matching(&issuer) {
                let by = By {
                    record: by.index,
                    depth,
                };
                return Ok((Built::to_anchor(path, depth - 1), by));
            }
        }
        if path.len() > MAX_DEPTH {
            return Err(NoPath::NoMatch);
        }
        self.bare_key(path)
    }

    /// `dane_match_cert` above the leaf.
    fn matching(&self, issuer: &Seen<'_>) -> Option<&Usable<'a>> {
        let mut anchors = self.anchors.iter();
        anchors
            .find(|usable| usable.fits(issuer.certificate))
            .copied()
    }

    /// `check_dane_pkeys`: the last certificate may be signed by a key that a record carries.
    fn bare_key(&self, path: Vec<Seen<'a>>) -> Result<(Built<'a>, By), NoPath> {
        let depth = path.len();
        let last = path[depth - 1];
        let mut unknown = None;
        for usable in &self.anchors {
            let Some(key) = usable.bare_key() else {
                continue;
            };
            let by = By {
                record: usable.index,
                depth,
            };
            match self.signed.verify_with_key(last.certificate, key) {
                Verification::Verified if last.signature_consistent => {
                    return Ok((Built::to_bare_key(path), by));
                }
                Verification::Unsupported => {
                    let why = "a signature cannot be checked here".to_owned();
                    unknown = Some(NoPath::Unknown(by, why));
                }
                _ => {}
            }
        }
        Err(unknown.unwrap_or(NoPath::NoMatch))
    }

    /// An error: it cannot be known.
    fn fault(&self, built: &Built<'a>) -> Result<Option<Fault>, String> {
        let dates = checks::dates_of_path(built, self.now);
        if dates.answer == Answer::Refuses {
            return Ok(Some(Fault::Dates(dates.reason)));
        }
        let Verdict { answer, reason, .. } = checks::at_level_0(built, self.signed, self.now);
        match answer {
            Answer::Accepts => Ok(None),
            Answer::Refuses => Ok(Some(Fault::Path(reason))),
            Answer::Unknown => Err(reason),
        }
    }
}
