//! Name constraints as GnuTLS merges and applies them (`lib/x509/name_constraints.c`).

use super::host::LONGEST;
use super::read::Read;
use super::relation::{Relation, compare, compare_dns, compare_emails};
use crate::certificate::constraints::is_in_network;
use crate::certificate::gnutls::{COMMON_NAME, EMAIL, Kind, Node, Subtrees, Value};

/// `MAX_NC_CHECKS`.
const MOST_CHECKS: usize = 1 << 20;

/// Permitted and excluded subtrees of a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Constraints(Subtrees);

impl Constraints {
    /// `_gnutls_x509_name_constraints_merge`: adds those of the next certificate below.
    pub(super) fn append(&mut self, other: &Subtrees) {
        if self.0.permitted.is_empty() && self.0.excluded.is_empty() {
            self.0.clone_from(other);
            return;
        }
        intersect(
            &mut self.0.permitted,
            &other.permitted,
            &mut self.0.excluded,
        );
        self.0.excluded = union(&self.0.excluded, &other.excluded);
    }

    /// Whether the leaf's names are within (`gnutls_x509_name_constraints_check_crt`).
    pub(super) fn allow(&self, leaf: &Read<'_>) -> bool {
        let has = |kind| {
            let mut nodes = self.0.permitted.iter().chain(&self.0.excluded);
            nodes.any(|(of, _)| *of == kind)
        };
        let nodes = self.0.permitted.len() + self.0.excluded.len();
        let within = nodes.saturating_mul(leaf.names.len()) <= MOST_CHECKS;
        let kinds = [Kind::Dns, Kind::Email, Kind::Directory, Kind::Uri, Kind::Ip];
        kinds
            .into_iter()
            .filter(|kind| has(*kind))
            .all(|kind| within && self.allow_kind(kind, leaf))
    }

    fn allow_kind(&self, kind: Kind, leaf: &Read<'_>) -> bool {
        // A name that is too long cannot be read, and neither can those after it.
        if kind != Kind::Directory && leaf.names.iter().any(|(_, name)| name.len() >= LONGEST) {
            return false;
        }
        let names: Vec<&[u8]> = leaf
            .names
            .iter()
            .filter(|(of, _)| *of == kind)
            .map(|(_, name)| name.as_slice())
            .collect();
        let excluded = self.0.excluded.iter().any(|(of, _)| *of == kind);
        match kind {
            // `check_unsupported_constraint`: any excluded one bars every certificate.
            Kind::Directory | Kind::Other => !excluded,
            Kind::Uri => names.is_empty() || !excluded,
            Kind::Ip => names.iter().all(|name| self.allow_address(name)),
            Kind::Dns if names.is_empty() && !leaf.is_for_servers(true) => true,
            Kind::Dns if names.is_empty() => self.allow_subject(kind, COMMON_NAME, leaf),
            Kind::Email if names.is_empty() => self.allow_subject(kind, EMAIL, leaf),
            Kind::Dns | Kind::Email => names.iter().all(|name| self.allow_name(kind, name)),
        }
    }

    /// The common name, or the mail address in the subject, where there is no alternative name of
    /// the kind; more than one is refused.
    fn allow_subject(&self, kind: Kind, oid: &str, leaf: &Read<'_>) -> bool {
        match leaf.subject.values(oid).as_slice() {
            [] => true,
            [Value::Text(name)] => name.len() < LONGEST && self.allow_name(kind, name),
            [Value::Other(_, octets)] => {
                self.allow_name(kind, format!("#{}", hex::encode(octets)).as_bytes())
            }
            _ => false,
        }
    }

    /// `check_dns_constraints`, `check_email_constraints`.
    fn allow_name(&self, kind: Kind, name: &[u8]) -> bool {
        let matches = |subtree: &[u8]| {
            let relation = match kind {
                Kind::Dns => compare_dns(name, subtree),
                _ => compare_emails(name, subtree),
            };
            matches!(relation, Relation::Equal | Relation::IncludedBy)
        };
        let of_kind = |(of, subtree): &&Node| *of == kind && !subtree.is_empty();
        let mut excluded = self.0.excluded.iter().filter(|(of, _)| *of == kind);
        if excluded.any(|(_, subtree)| subtree.is_empty() || matches(subtree)) {
            return false;
        }
        let permitted: Vec<&Node> = self.0.permitted.iter().filter(of_kind).collect();
        permitted.is_empty() || permitted.iter().any(|(_, subtree)| matches(subtree))
    }

    /// `check_ip_constraints`.
    fn allow_address(&self, address: &[u8]) -> bool {
        let of_kind = |(of, range): &&Node| *of == Kind::Ip && range.len() == address.len() * 2;
        let within = |(_, range): &Node| is_in_network(address, range);
        if self.0.excluded.iter().filter(of_kind).any(within) {
            return false;
        }
        let mut permitted = self.0.permitted.iter().filter(of_kind).peekable();
        permitted.peek().is_none() || permitted.any(within)
    }
}

/// A merge sort, because the comparison need not be an order, and `sort_by` may panic then.
fn sorted(nodes: &[Node]) -> Vec<Node> {
    if nodes.len() < 2 {
        return nodes.to_vec();
    }
    let (front, back) = nodes.split_at(nodes.len() / 2);
    let (front, back) = (sorted(front), sorted(back));
    let (mut front, mut back) = (front.into_iter().peekable(), back.into_iter().peekable());
    let mut all = Vec::with_capacity(nodes.len());
    while front.peek().is_some() || back.peek().is_some() {
        let first = matches!(
            compare(front.peek(), back.peek()),
            Relation::Before | Relation::IncludedBy | Relation::Equal
        );
        let next = if first { front.next() } else { back.next() };
        all.extend(next);
    }
    all
}

/// `name_constraints_node_list_union`.
fn union(a: &[Node], b: &[Node]) -> Vec<Node> {
    if b.is_empty() {
        return a.to_vec();
    }
    let (a, b) = (sorted(a), sorted(b));
    let (mut i, mut j) = (0, 0);
    let mut result = Vec::new();
    while i < a.len() || j < b.len() {
        match compare(a.get(i), b.get(j)) {
            Relation::Before => {
                result.push(a[i].clone());
                i += 1;
            }
            Relation::After => {
                result.push(b[j].clone());
                j += 1;
            }
            relation => {
                let wider = if relation == Relation::IncludedBy {
                    &b[j]
                } else {
                    &a[i]
                };
                result.push(wider.clone());
                i += 1;
                j += 1;
            }
        }
    }
    result
}

/// `name_constraints_node_list_intersect`: where nothing is left of a kind, all of it is excluded.
fn intersect(permitted: &mut Vec<Node>, more: &[Node], excluded: &mut Vec<Node>) {
    let split = |nodes: &[Node]| -> (Vec<Node>, Vec<Node>) {
        let nodes = sorted(nodes).into_iter();
        nodes.partition(|(kind, _)| !kind.is_supported())
    };
    let ((others_a, a), (others_b, b)) = (split(permitted), split(more));
    let mut result = union(&others_a, &others_b);
    let has = |nodes: &[Node], kind: Kind| nodes.iter().any(|(of, _)| *of == kind);
    let mut emptied: Vec<Kind> = [Kind::Dns, Kind::Email, Kind::Ip]
        .into_iter()
        .filter(|kind| has(&a, *kind) && has(&b, *kind))
        .collect();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        match compare(a.get(i), b.get(j)) {
            Relation::Before => {
                if !has(&b, a[i].0) {
                    result.push(a[i].clone());
                }
                i += 1;
            }
            Relation::After => {
                if !has(&a, b[j].0) {
                    result.push(b[j].clone());
                }
                j += 1;
            }
            relation => {
                emptied.retain(|kind| *kind != a[i].0);
                let narrower = if relation == Relation::Includes {
                    &b[j]
                } else {
                    &a[i]
                };
                result.push(narrower.clone());
                // The narrower one is used up, and both where they are equal.
                i += usize::from(relation != Relation::Includes);
                j += usize::from(relation != Relation::IncludedBy);
            }
        }
    }
    for kind in emptied {
        match kind {
            Kind::Ip => excluded.extend([(kind, vec![0; 8]), (kind, vec![0; 32])]),
            _ => excluded.push((kind, Vec::new())),
        }
    }
    *permitted = result;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(names: &[&str]) -> Subtrees {
        let nodes = names
            .iter()
            .map(|name| (Kind::Dns, name.as_bytes().to_vec()));
        Subtrees {
            permitted: nodes.collect(),
            excluded: Vec::new(),
        }
    }

    /// Whether a name is allowed below CAs with these permitted names, the highest first.
    fn allow(cas: &[&[&str]], name: &str) -> bool {
        let mut merged = Constraints::default();
        for names in cas {
            merged.append(&permitted(names));
        }
        merged.allow_name(Kind::Dns, name.as_bytes())
    }

    #[test]
    fn what_several_cas_permit_is_what_all_of_them_permit() {
        assert!(allow(
            &[&["test"], &["example.test", "other.test"]],
            "mail.example.test"
        ));
        assert!(allow(&[&["example.test"], &["test"]], "mail.example.test"));
        assert!(!allow(&[&["example.test"], &["test"]], "mail.other.test"));
        // Nothing is left: nothing is allowed.
        assert!(!allow(
            &[&["example.test"], &["other.test"]],
            "mail.example.test"
        ));
        assert!(!allow(
            &[&["example.test"], &["other.test"]],
            "mail.third.test"
        ));
        // A CA that says nothing takes nothing away.
        assert!(allow(&[&["example.test"], &[]], "mail.example.test"));
    }
}
