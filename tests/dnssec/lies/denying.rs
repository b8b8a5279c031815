//! What a resolver says is not there.

use super::tools::{
    Told, asked, data, denied_as, deny_as, is_kind, is_of_keys, name, only, question, strip, told,
    whole, with_help,
};
use super::{BOTH, MISSING, PLAIN, UNSIGNED, WILD};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use std::sync::Arc;
use testkit::dns::liar::Lie;

/// The DS of a zone is denied with what `other` is denied with.
fn no_ds(zone: &'static str, other: &'static str, kind: &'static str) -> Lie {
    Arc::new(move |query, honest| {
        let mut reply = honest.reply(query);
        if asked(query) == RecordType::DS && question(query) == name(zone) {
            deny_as(&mut reply, query, honest, other, kind);
        }
        if !is_of_keys(asked(query)) {
            strip(&mut reply, &[RecordType::RRSIG]);
        }
        vec![whole(&reply)]
    })
}

pub(crate) fn all() -> Vec<Told> {
    use ResponseCode::{NXDomain, NoError};
    vec![
        told(
            "denies without proof",
            BOTH,
            data(|m| {
                m.answers.clear();
                m.authorities.clear();
                m.metadata.response_code = NXDomain;
            }),
        ),
        told(
            "denies with the proof of another name",
            PLAIN,
            denied_as("nope.p256.lab.", "A"),
        ),
        told(
            "denies with the proof of another name, hashed",
            &[("www.nsec3.lab.", "A")],
            denied_as("nope.nsec3.lab.", "A"),
        ),
        told(
            "denies with the proof of another type",
            PLAIN,
            denied_as("www.p256.lab.", "TXT"),
        ),
        told(
            "denies a type with another name's proof",
            PLAIN,
            denied_as("mail.p256.lab.", "TXT"),
        ),
        told(
            "denies with another zone's proof",
            PLAIN,
            denied_as("nope.nsec3.lab.", "A"),
        ),
        told(
            "denies with the proof of the parent",
            PLAIN,
            denied_as("nope.lab.", "A"),
        ),
        told(
            "denies with an unsigned zone's words",
            PLAIN,
            denied_as("nope.unsigned.lab.", "A"),
        ),
        told(
            "denies what the wildcard answers",
            &[("x.wild.p256.lab.", "A"), ("x.wild.p256.lab.", "TXT")],
            denied_as("nope.p256.lab.", "A"),
        ),
        told(
            "says NXDOMAIN for NODATA",
            MISSING,
            data(|m| m.metadata.response_code = NXDomain),
        ),
        told(
            "says NODATA for NXDOMAIN",
            MISSING,
            data(|m| m.metadata.response_code = NoError),
        ),
        told(
            "leaves one proof of two",
            MISSING,
            data(|m| {
                let at = m
                    .authorities
                    .iter()
                    .rposition(|r| is_kind(r, &[RecordType::NSEC, RecordType::NSEC3]));
                at.map(|at| m.authorities.remove(at));
            }),
        ),
        told(
            "leaves the last proof of all",
            MISSING,
            data(|m| {
                let mut left = 1;
                m.authorities.retain(|record| {
                    let denies = is_kind(record, &[RecordType::NSEC, RecordType::NSEC3]);
                    !denies || std::mem::take(&mut left) == 1
                });
            }),
        ),
        told(
            "wildcards without proof",
            WILD,
            data(|m| m.authorities.clear()),
        ),
        told(
            "wildcards with the proof of another name",
            WILD,
            with_help(|reply, query, honest| {
                reply.authorities = honest.other(query, "mail.p256.lab.", "TXT").authorities;
            }),
        ),
        told(
            "no DS, by the apex of the child",
            PLAIN,
            no_ds("p256.lab.", "p256.lab.", "TXT"),
        ),
        told(
            "no DS, by a name of the parent",
            PLAIN,
            no_ds("p256.lab.", "big.lab.", "A"),
        ),
        told(
            "no DS, by another delegation",
            PLAIN,
            no_ds("p256.lab.", "unsigned.lab.", "DS"),
        ),
        told(
            "no DS, by another delegation, hashed",
            &[("www.signed.nsec3.lab.", "A")],
            no_ds("signed.nsec3.lab.", "unsigned.nsec3.lab.", "DS"),
        ),
        told(
            "no DS, by opt-out over another",
            &[("www.signed.optout.lab.", "A")],
            no_ds("signed.optout.lab.", "unsigned.optout.lab.", "DS"),
        ),
        told(
            "no DS, as if it did not exist",
            PLAIN,
            no_ds("p256.lab.", "nope.lab.", "A"),
        ),
        told(
            "no DS for the top, by the root",
            PLAIN,
            no_ds("lab.", "nothing.", "A"),
        ),
        told(
            "denies DS of the unsigned without proof",
            UNSIGNED,
            only(&[RecordType::DS], |m| {
                strip(m, &[RecordType::NSEC, RecordType::NSEC3, RecordType::RRSIG]);
            }),
        ),
        told(
            "the delegation denies what is below",
            &[("www.child.p256.lab.", "A")],
            denied_as("child.p256.lab.", "DS"),
        ),
    ]
}
