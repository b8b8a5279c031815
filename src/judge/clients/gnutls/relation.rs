//! How names and ranges of names relate to each other (`lib/x509/name_constraints.c`).

use crate::certificate::gnutls::{Kind, Node};
use std::cmp::Ordering;

/// `enum name_constraint_relation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Before,
    IncludedBy,
    Equal,
    Includes,
    After,
}

fn order(a: &[u8], b: &[u8]) -> Relation {
    match a.cmp(b) {
        Ordering::Less => Relation::Before,
        Ordering::Equal => Relation::Equal,
        Ordering::Greater => Relation::After,
    }
}

fn without_dots(mut name: &[u8]) -> &[u8] {
    while let [front @ .., b'.'] = name {
        name = front;
    }
    name
}

/// `compare_dns_names`: label by label, from the last.
pub(super) fn compare_dns(a: &[u8], b: &[u8]) -> Relation {
    let lower = |name: &[u8]| without_dots(name).to_ascii_lowercase();
    let (a, b) = (lower(a), lower(b));
    let mut rest_a = a.rsplit(|octet| *octet == b'.').peekable();
    let mut rest_b = b.rsplit(|octet| *octet == b'.').peekable();
    loop {
        let (Some(last_a), Some(last_b)) = (rest_a.next(), rest_b.next()) else {
            return Relation::Equal;
        };
        let relation = order(last_a, last_b);
        if relation != Relation::Equal {
            return relation;
        }
        match (left(&mut rest_a), left(&mut rest_b)) {
            (false, false) => return Relation::Equal,
            (false, true) => return Relation::Includes,
            (true, false) => return Relation::IncludedBy,
            (true, true) => {}
        }
        // `.example` includes `a.example`: a first label without text counts as none here.
        match (is_bare(&mut rest_a), is_bare(&mut rest_b)) {
            (true, false) => return Relation::Includes,
            (false, true) => return Relation::IncludedBy,
            _ => {}
        }
    }
}

type Labels<'a, F> = std::iter::Peekable<std::slice::RSplit<'a, u8, F>>;

fn left<F: FnMut(&u8) -> bool>(labels: &mut Labels<'_, F>) -> bool {
    labels.peek().is_some()
}

/// The next label is empty, and the last.
fn is_bare<F: FnMut(&u8) -> bool + Clone>(labels: &mut Labels<'_, F>) -> bool {
    let mut ahead = labels.clone();
    ahead.next().is_some_and(<[u8]>::is_empty) && ahead.next().is_none()
}

/// `compare_emails`: a domain without a leading dot is exact.
pub(super) fn compare_emails(a: &[u8], b: &[u8]) -> Relation {
    let split = |name: &'_ [u8]| name.iter().rposition(|octet| *octet == b'@');
    let (at_a, at_b) = (split(a), split(b));
    let domain = |name: &[u8], at: Option<usize>| name[at.map_or(0, |at| at + 1)..].to_vec();
    let (domain_a, domain_b) = (domain(a, at_a), domain(b, at_b));
    let mut relation = compare_dns(&domain_a, &domain_b);
    if relation == Relation::IncludedBy && !domain_b.starts_with(b".") {
        relation = Relation::Before;
    }
    if relation == Relation::Includes && !domain_a.starts_with(b".") {
        relation = Relation::After;
    }
    match (at_a, at_b, relation) {
        (Some(at_a), Some(at_b), Relation::Equal) => order(&a[..at_a], &b[..at_b]),
        (Some(_), None, Relation::Equal) => Relation::IncludedBy,
        (None, Some(_), Relation::Equal) => Relation::Includes,
        (Some(_), _, Relation::Includes) | (None, Some(_), Relation::Includes) => Relation::After,
        (_, Some(_), Relation::IncludedBy) => Relation::Before,
        (_, _, relation) => relation,
    }
}

/// `compare_ip_ncs`.
fn compare_ranges(a: &[u8], b: &[u8]) -> Relation {
    match a.len().cmp(&b.len()) {
        Ordering::Less => return Relation::Before,
        Ordering::Greater => return Relation::After,
        Ordering::Equal => {}
    }
    let ((ip_a, mask_a), (ip_b, mask_b)) = (a.split_at(a.len() / 2), b.split_at(b.len() / 2));
    let masked = |ip: &[u8], mask: &[u8]| -> Vec<u8> {
        ip.iter()
            .zip(mask)
            .map(|(octet, mask)| octet & mask)
            .collect()
    };
    if mask_a < mask_b && masked(ip_a, mask_a) == masked(ip_b, mask_a) {
        return Relation::Includes;
    }
    if mask_a > mask_b && masked(ip_a, mask_b) == masked(ip_b, mask_b) {
        return Relation::IncludedBy;
    }
    order(&masked(ip_a, mask_a), &masked(ip_b, mask_b))
}

/// `compare_name_constraint_nodes`; an absent node sorts last.
pub(super) fn compare(a: Option<&Node>, b: Option<&Node>) -> Relation {
    let (Some((kind_a, a)), Some((kind_b, b))) = (a, b) else {
        return match (a, b) {
            (None, None) => Relation::Equal,
            (None, _) => Relation::After,
            _ => Relation::Before,
        };
    };
    // Unsupported kinds come first.
    let rank = |kind: &Kind| (kind.is_supported(), *kind);
    match rank(kind_a).cmp(&rank(kind_b)) {
        Ordering::Less => return Relation::Before,
        Ordering::Greater => return Relation::After,
        Ordering::Equal => {}
    }
    match kind_a {
        Kind::Dns => compare_dns(a, b),
        Kind::Email => compare_emails(a, b),
        Kind::Ip => compare_ranges(a, b),
        _ => order(a, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dns_names_lie_within_each_other_by_labels() {
        let table = [
            ("mail.example.test", "example.test", Relation::IncludedBy),
            ("EXAMPLE.test", "mail.example.Test", Relation::Includes),
            ("mail.example.test.", "mail.example.test", Relation::Equal),
            ("mail.example.test", ".example.test", Relation::IncludedBy),
            (".example.test", "example.test", Relation::IncludedBy),
            (".example.test", ".example.test", Relation::Equal),
            ("badexample.test", "example.test", Relation::Before),
            ("example.test", "badexample.test", Relation::After),
            ("", "test", Relation::Before),
        ];
        for (a, b, wanted) in table {
            let relation = compare_dns(a.as_bytes(), b.as_bytes());
            assert_eq!(relation, wanted, "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_domain_without_a_dot_is_exact_for_mail() {
        let table = [
            ("info@example.test", "example.test", Relation::IncludedBy),
            ("info@mail.example.test", "example.test", Relation::Before),
            (
                "info@mail.example.test",
                ".example.test",
                Relation::IncludedBy,
            ),
            ("info@example.test", "info@EXAMPLE.test", Relation::Equal),
            ("info@example.test", "Info@example.test", Relation::After),
        ];
        for (a, b, wanted) in table {
            let relation = compare_emails(a.as_bytes(), b.as_bytes());
            assert_eq!(relation, wanted, "{a:?} {b:?}");
        }
    }
}
