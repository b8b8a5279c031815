//! What a resolver leaves out.

use super::tools::{Told, always, data, is_kind, only, strip, told};
use super::{BOTH, MISSING, PLAIN};
use hickory_proto::rr::RecordType;
use testkit::dns::liar::stripping;

pub(crate) fn all() -> Vec<Told> {
    use RecordType::{DNSKEY, DS, NSEC, NSEC3, RRSIG};
    vec![
        told(
            "strips all signatures",
            BOTH,
            always(|m| strip(m, &[RRSIG])),
        ),
        told("strips all of DNSSEC", BOTH, stripping()),
        told(
            "strips signatures of data",
            BOTH,
            data(|m| strip(m, &[RRSIG])),
        ),
        told("strips EDNS", PLAIN, always(|m| m.edns = None)),
        told(
            "strips denials",
            MISSING,
            always(|m| strip(m, &[NSEC, NSEC3])),
        ),
        told(
            "strips the authority section",
            MISSING,
            data(|m| m.authorities.clear()),
        ),
        told("strips DS", PLAIN, only(&[DS], |m| strip(m, &[DS, RRSIG]))),
        told(
            "strips the signatures of keys",
            PLAIN,
            only(&[DNSKEY], |m| strip(m, &[RRSIG])),
        ),
        told(
            "strips keys",
            PLAIN,
            only(&[DNSKEY], |m| strip(m, &[DNSKEY])),
        ),
        told(
            "strips one record of a set",
            PLAIN,
            data(|m| {
                let at = m.answers.iter().position(|r| is_kind(r, &[RecordType::A]));
                at.map(|at| m.answers.remove(at));
            }),
        ),
    ]
}
