//! Where a name leads in a reply: to its records, to another name, or nowhere.

use super::rr_set::{RrSet, find};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinDecodable as _, BinDecoder};

/// What a reply has for a name.
#[derive(Clone, Debug)]
pub(super) enum Found<'s, 'm> {
    /// The records that were asked for.
    Records(&'s RrSet<'m>),
    /// A CNAME, with its target; none where the set has more than one.
    Cname(&'s RrSet<'m>, Option<Name>),
    /// A DNAME above the name. No target where the new name would be too long.
    Dname {
        dname: &'s RrSet<'m>,
        target: Option<Name>,
        /// Whether the CNAME that came with it, if one did, is the one that it makes.
        fits: bool,
    },
    /// Nothing.
    Nothing,
}

/// What the answers of a reply have for a name and a type.
pub(super) fn follow<'s, 'm>(
    answers: &'s [RrSet<'m>],
    name: &Name,
    kind: RecordType,
) -> Found<'s, 'm> {
    let cname = find(answers, name, RecordType::CNAME);
    let dname = covering_dname(answers, name);
    // A CNAME made by a DNAME is not signed, so it is judged by the DNAME also where it was asked for.
    if let Some(set) = find(answers, name, kind)
        && (kind != RecordType::CNAME || dname.is_none())
    {
        return Found::Records(set);
    }
    if let Some(dname) = dname {
        let target = dname_target(dname).and_then(|target| moved(name, dname.name, &target));
        let sent = cname.map(cname_target);
        let fits = sent.is_none_or(|sent| sent == target);
        return Found::Dname {
            dname,
            target,
            fits,
        };
    }
    match cname {
        Some(set) => Found::Cname(set, cname_target(set)),
        None => Found::Nothing,
    }
}

/// The DNAME above a name.
pub(super) fn covering_dname<'s, 'm>(
    answers: &'s [RrSet<'m>],
    name: &Name,
) -> Option<&'s RrSet<'m>> {
    answers
        .iter()
        .find(|set| set.kind == RecordType::DNAME && set.name != name && set.name.zone_of(name))
}

/// The records to which the aliases in a reply lead, whatever is proven of them.
pub(super) fn end<'m>(answers: &[RrSet<'m>], name: &Name, kind: RecordType) -> Vec<&'m Record> {
    let mut name = name.clone();
    // As many steps as there are sets: a circle ends, too.
    for _ in answers {
        name = match follow(answers, &name, kind) {
            Found::Records(set) => return set.records.clone(),
            Found::Cname(_, Some(target))
            | Found::Dname {
                target: Some(target),
                ..
            } => target,
            _ => break,
        };
    }
    Vec::new()
}

fn cname_target(set: &RrSet<'_>) -> Option<Name> {
    let mut targets = set.records.iter().filter_map(|record| match &record.data {
        RData::CNAME(target) => Some(&target.0),
        _ => None,
    });
    let first = targets.next()?;
    targets.all(|other| other == first).then(|| first.clone())
}

fn dname_target(set: &RrSet<'_>) -> Option<Name> {
    let [record] = set.records.as_slice() else {
        return None;
    };
    let RData::Unknown { rdata, .. } = &record.data else {
        return None;
    };
    // The target is never compressed (RFC 6672 2.5).
    let mut decoder = BinDecoder::new(&rdata.anything);
    let target = Name::read(&mut decoder).ok()?;
    decoder.is_empty().then_some(target)
}

/// `name` with the DNAME's owner replaced by its target (RFC 6672 2.2).
fn moved(name: &Name, owner: &Name, target: &Name) -> Option<Name> {
    let kept = name.iter().len() - owner.iter().len();
    let prefix = Name::from_labels(name.iter().take(kept)).ok()?;
    prefix.append_name(target).ok()
}
