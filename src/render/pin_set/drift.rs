//! How a set differs from what was pinned.

use super::words::identity;
use crate::escape::visible;
use crate::pin_set::{Change, Drift, PinSet, Proof, listed};
use std::fmt::Write as _;
use time::OffsetDateTime;

/// The line that says whether anything differs that something is to be done about; `None`: nothing
/// does.
pub fn verdict(host: &str, set: &PinSet, drift: &Drift<'_>) -> Option<String> {
    let all = set.members.len();
    let news = drift.changes.iter().filter(|(_, change)| change.is_news());
    let (news, differing) = (news.count(), drift.changes.len());
    let of = |count: usize| match (count, all) {
        (1, 1) => "its certificate is".to_owned(),
        (1, all) => format!("1 of {all} certificates is"),
        (count, all) => format!("{count} of {all} certificates are"),
    };
    let host = visible(host);
    match differing {
        0 => None,
        _ if news == differing => {
            Some(format!("{host}: {} renewed and not pinned yet\n", of(news)))
        }
        _ => Some(format!(
            "{host}: ALARM: {} not as pinned\n",
            of(differing - news)
        )),
    }
}

/// Each difference: the certificate, its places, and what is said of it.
pub fn drift(drift: &Drift<'_>, at: OffsetDateTime) -> String {
    let mut out = String::new();
    for (member, change) in &drift.changes {
        let _ = writeln!(
            out,
            "{}    {}",
            identity(member, at),
            reason(change, member.is_trusted())
        );
    }
    for pin in &drift.gone {
        let _ = writeln!(out, "  pinned, and not seen: {}", visible(pin));
    }
    out
}

fn reason(change: &Change, is_trusted: bool) -> String {
    match change {
        Change::Renewed(old) => format!("it renews sha256:{old}"),
        Change::Unknown if is_trusted => {
            "ALARM: it is not pinned; its chain is trusted, so it may be a renewal".to_owned()
        }
        Change::Unknown => "ALARM: it is not pinned, and its chain is not trusted".to_owned(),
        Change::NotProven(Proof::Refuted) => {
            "ALARM: a server presents it and signs with another key: it is a copy".to_owned()
        }
        Change::NotProven(_) => {
            "ALARM: a server presents it without showing that it holds the key".to_owned()
        }
        Change::NewPlace(new) => format!("ALARM: it is pinned, and new at {}", listed(new)),
    }
}
