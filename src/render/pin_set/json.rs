//! The set of a host's certificates as JSON, and how it differs from what was pinned.

use super::super::json::to_text;
use super::super::pins;
use super::super::timestamp::timestamp;
use crate::certificate::Certificate;
use crate::finding::Code;
use crate::pin_set::{Change, Drift, Member, PinSet, Place};
use crate::report::Report;
use serde_json::{Value, json};
use std::net::SocketAddr;
use time::OffsetDateTime;

/// What `--for json` shows of one certificate, with the whole set.
pub fn set(report: &Report, path: &[Certificate], members: &[Member]) -> String {
    let mut value = pins::value(report, path);
    value["set"] = members.iter().map(member).collect();
    format!("{value:#}\n")
}

/// What was checked, for `--check`.
pub struct Checked<'a> {
    /// The host as it was typed.
    pub host: &'a str,
    /// The reference identifier.
    pub servername: &'a str,
    /// The time of the judgement.
    pub at: OffsetDateTime,
    /// Addresses and ports on which nothing listens.
    pub closed: &'a [SocketAddr],
    /// Places that showed no certificate, with the code and the reason.
    pub failed: &'a [(Option<SocketAddr>, Code, String)],
}

/// The set, and how it differs.
pub fn check(checked: &Checked<'_>, set: &PinSet, drift: &Drift<'_>) -> String {
    let members = set.members.iter().map(|one| {
        let change = drift.of(one);
        let mut value = member(one);
        value["change"] = change.map(Change::as_str).into();
        value["renews"] = match change {
            Some(Change::Renewed(old)) => old.as_str().into(),
            _ => Value::Null,
        };
        value["new_places"] = match change {
            Some(Change::NewPlace(new)) => new.iter().map(place).collect(),
            _ => json!([]),
        };
        value
    });
    let failed = checked.failed.iter().map(|(at, code, message)| {
        let mut value = at.map_or_else(|| json!({"address": null, "port": null}), socket);
        value["code"] = code.as_str().into();
        value["message"] = message.as_str().into();
        value
    });
    let value = json!({
        "schema": 1,
        "host": checked.host,
        "servername": checked.servername,
        "checked": timestamp(checked.at),
        "same": drift.changes.is_empty() && drift.gone.is_empty(),
        "set": members.collect::<Vec<_>>(),
        "gone": drift.gone,
        "closed": checked.closed.iter().copied().map(socket).collect::<Vec<_>>(),
        "failed": failed.collect::<Vec<_>>(),
    });
    to_text(&value)
}

fn member(member: &Member) -> Value {
    let codes = member.problems.iter().map(|code| code.as_str());
    json!({
        "certificate": pins::certificate(&member.leaf),
        "key": pins::key(&member.leaf),
        "key_type": member.key(),
        "ca": member.anchor,
        "trusted": member.is_trusted(),
        "problems": codes.collect::<Vec<_>>(),
        "seen": !member.is_to_come(),
        "places": member.places.iter().map(place).collect::<Vec<_>>(),
    })
}

fn place(place: &Place) -> Value {
    json!({"address": place.address.to_string(), "port": place.port, "sni": place.sni})
}

fn socket(at: SocketAddr) -> Value {
    json!({"address": at.ip().to_string(), "port": at.port()})
}
