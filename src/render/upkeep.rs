//! What `pin --for tlsa` says beside its lines: what is published, and what to add or take away.

use super::pins::{instead, note};
use super::text::{cut, fill};
use crate::escape::visible;
use crate::judge::dane::{Reason, Upkeep, Worth};
use crate::judge::domain::TlsaRecords;
use crate::records::Status;
use crate::records::tlsa::Tlsa;

/// More records, or places, are not named.
const MOST: usize = 16;

/// The answer of the DNS.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    /// The records.
    pub tlsa: &'a TlsaRecords,
    /// The owner of the printed lines, such as `_25._tcp.mx.example.org`.
    pub printed: &'a str,
    /// What that name is an alias of.
    pub alias_of: Option<&'a str>,
}

/// What to do, if the answer says what is published; `unseen`: places of which nothing is known.
pub fn upkeep(published: &Published<'_>, upkeep: &Upkeep, unseen: &[String]) -> String {
    let lookup = &published.tlsa.lookup;
    let owner = published.tlsa.owner();
    let owner = visible(&owner);
    let because = because(published);
    let (what, advice) = match lookup.status {
        Status::Insecure | Status::Secure => return compared(published, upkeep, unseen),
        // Without signatures it is bogus to this program alone.
        Status::Bogus if lookup.is_passed_on => (
            format!(
                "what the DNS says of \"{owner}\" is bogus, and clients with DANE do not connect{because}"
            ),
            "make the signatures valid; the same command then compares the records",
        ),
        Status::Bogus => (
            format!(
                "what is published at \"{owner}\" could not be found out: the resolver does not pass DNSSEC on{because}"
            ),
            "--resolver ADDR asks another resolver",
        ),
        Status::NoAnswer => (
            format!("what is published at \"{owner}\" could not be found out{because}"),
            "--resolver ADDR asks another resolver",
        ),
    };
    format!("{}\n{}", note(&what), instead(advice))
}

fn compared(published: &Published<'_>, upkeep: &Upkeep, unseen: &[String]) -> String {
    let mut out = vec![note(&headline(published, upkeep))];
    let known = upkeep.published.iter().take(MOST);
    out.extend(known.map(|(record, worth)| item(record, &to_do(worth, unseen))));
    if let Some(more) = upkeep.published.len().checked_sub(MOST + 1) {
        out.push(format!("    and {} more", more + 1));
    }
    let add = "add: it is printed here, and not published yet";
    out.extend(upkeep.missing.iter().map(|record| item(record, add)));
    out.extend(moved(published).map(|text| instead(&text)));
    out.extend(refused(upkeep));
    if upkeep.published.iter().any(|(_, worth)| is_replaced(worth)) {
        out.push(instead(
            "take a record away two TTLs after the one that replaces it was published, and not while the \
             server presents what it is of (RFC 7671 section 8.1)",
        ));
    }
    if !unseen.is_empty() {
        out.push(note(&format!(
            "records may be of what was not seen: {}",
            listed(unseen)
        )));
    }
    out.join("\n")
}

/// Where clients refuse the server even then.
fn refused(upkeep: &Upkeep) -> Vec<String> {
    let mut out = Vec::new();
    if !upkeep.refused.is_empty() {
        out.push(instead(&format!(
            "with all of these, clients with DANE still refuse what is presented at {}: publish this, too",
            listed(&upkeep.refused)
        )));
        let cure = upkeep.cure.iter().take(MOST);
        out.extend(cure.map(|record| item(record, "add: it is not printed here")));
    }
    let hopeless = upkeep.hopeless.iter().take(MOST).map(|(place, why)| {
        let why = why.to_string();
        instead(&format!(
            "whatever is published, a client with DANE refuses what is presented at {} ({}): have another \
             certificate issued",
            visible(place),
            visible(&why)
        ))
    });
    out.extend(hopeless);
    out
}

/// Whether it goes because another takes its place; what keeps others from counting goes at once.
fn is_replaced(worth: &Worth) -> bool {
    !worth.is_needed() && !matches!(worth, Worth::Outdoes | Worth::OfNothing)
}

fn headline(published: &Published<'_>, upkeep: &Upkeep) -> String {
    let owner = published.tlsa.owner();
    let owner = visible(&owner);
    let count = match upkeep.published.len() {
        0 => "no TLSA records yet".to_owned(),
        1 => "1 TLSA record".to_owned(),
        count => format!("{count} TLSA records"),
    };
    let what = match published.tlsa.lookup.status {
        Status::Secure if upkeep.is_done() => ", proven by DNSSEC, and nothing is to be done:",
        Status::Secure => ", proven by DNSSEC:",
        _ => {
            let because = because(published);
            return format!(
                "\"{owner}\" has {count}. They do not count until DNSSEC proves them{because}:"
            );
        }
    };
    format!("\"{owner}\" has {count}{what}")
}

fn because(published: &Published<'_>) -> String {
    let why = published.tlsa.lookup.why.as_deref();
    why.map_or_else(String::new, |why| format!(" ({})", visible(why)))
}

/// Where the lines belong, if not at the name that is printed (RFC 7672 §2.2.3).
fn moved(published: &Published<'_>) -> Option<String> {
    let owner = published.tlsa.owner();
    let owner = visible(&owner);
    let below = (published.tlsa.owner() != published.printed).then(|| {
        format!(
            "publish the lines at \"{owner}\": the host is an alias, and clients look there first (RFC 7672 \
             section 2.2.3)"
        )
    });
    let alias = |target: &str| {
        let target = visible(target);
        format!("publish the lines at \"{target}\": \"{owner}\" is an alias of it")
    };
    published.alias_of.map(alias).or(below)
}

/// A record, and what to do with it.
fn item(record: &Tlsa, what: &str) -> String {
    // A digest of SHA-512, and the three numbers.
    const LONGEST: usize = 134;
    let record = record.to_string();
    let record = cut(&record, LONGEST, "...");
    format!("    {record}\n{}", fill(what, 78, "      ", "      "))
}

fn to_do(worth: &Worth, unseen: &[String]) -> String {
    match worth {
        Worth::Everywhere if unseen.is_empty() => {
            "keep: it matches what is presented at every address".to_owned()
        }
        Worth::Everywhere => "keep: it matches all that was seen".to_owned(),
        Worth::At(places) => format!("keep: it matches what is presented at {}", listed(places)),
        Worth::ToCome => "keep: it is of a certificate that is to come".to_owned(),
        Worth::NotSent(anchor) => format!(
            "the server does not send \"{}\", whose record it is: have it sent, or take the record away",
            visible(anchor)
        ),
        Worth::Refused(why) => format!(
            "take away: it is of what is presented, and clients with DANE refuse the server by it ({})",
            visible(&by_it(why))
        ),
        Worth::Outdoes => {
            "take away: it matches nothing that is presented, and beside its stronger digest the records that do \
             match do not count (RFC 7671 section 9)"
                .to_owned()
        }
        Worth::OfNothing => {
            "take away: it is the digest of nothing; the command that made it read no certificate".to_owned()
        }
        Worth::Misplaced => {
            "take away: it is of a presented certificate, but not with this usage".to_owned()
        }
        Worth::Nothing if unseen.is_empty() => {
            "take away, unless it is of the next key: it matches nothing that is presented".to_owned()
        }
        Worth::Nothing => {
            "take away, unless it is of the next key or of what was not seen: it matches nothing that was"
                .to_owned()
        }
        Worth::Unusable(why) => format!("take away: no client can use it ({why})"),
    }
}

/// Why it does not help.
fn by_it(why: &Reason) -> String {
    match why {
        Reason::NoMatch => {
            "what it is of is not on the path that they build from the leaf".to_owned()
        }
        Reason::Gnutls(why) => format!("Exim with GnuTLS: {why}"),
        why => why.to_string(),
    }
}

fn listed(places: &[String]) -> String {
    let named = places.iter().take(MOST).map(|place| visible(place));
    let named = named.collect::<Vec<_>>().join(", ");
    match places.len().checked_sub(MOST + 1) {
        None => named,
        Some(more) => format!("{named} and {} more", more + 1),
    }
}
