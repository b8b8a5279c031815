//! Which leaves a target presents, and at which addresses.

use super::Assessment;
use crate::certificate::Certificate;
use std::net::IpAddr;

/// A leaf that a target presents.
#[derive(Clone, Debug)]
pub struct PresentedLeaf<'a> {
    /// The leaf.
    pub leaf: &'a Certificate,
    /// The first assessment with it.
    pub look: &'a Assessment,
    /// The addresses that presented it, in order.
    pub addresses: Vec<IpAddr>,
}

/// Groups assessments by their leaves, without those that have no leaf.
pub(super) fn leaves<'a>(looks: impl Iterator<Item = &'a Assessment>) -> Vec<PresentedLeaf<'a>> {
    let mut leaves: Vec<PresentedLeaf<'a>> = Vec::new();
    for look in looks {
        let Some(leaf) = look.leaf() else {
            continue;
        };
        let seen = look.seen.as_ref().and_then(|seen| seen.address);
        let address = seen.map(|address| address.ip());
        match leaves.iter_mut().find(|known| known.leaf == leaf) {
            Some(known) => known.addresses.extend(address),
            None => leaves.push(PresentedLeaf {
                leaf,
                look,
                addresses: address.into_iter().collect(),
            }),
        }
    }
    for known in &mut leaves {
        known.addresses.sort_unstable();
        known.addresses.dedup();
    }
    leaves
}

#[cfg(test)]
mod tests {
    use crate::certificate::Certificate;
    use crate::endpoint::{Protocol, Start};
    use crate::finding::Code;
    use crate::observation::Sighting;
    use crate::report::{Assessment, Report, Target};
    use time::OffsetDateTime;

    /// A look at `192.0.2.LAST` that saw a leaf of these bytes, or none.
    fn look(last: u8, leaf: &[u8], start: Start) -> Assessment {
        let chain = [leaf.to_vec()].into_iter().filter(|leaf| !leaf.is_empty());
        Assessment {
            seen: Some(Sighting {
                address: Some(([192, 0, 2, last], 25).into()),
                start: Some(start),
                ..Sighting::default()
            }),
            chain: chain.map(|leaf| Certificate::new(leaf.into())).collect(),
            ..Assessment::default()
        }
    }

    fn report() -> Report {
        let target = Target {
            input: "mx.test".to_owned(),
            host: Some("mx.test".to_owned()),
            port: Some(25),
            label: "mx.test:25".to_owned(),
            protocol: Some(Protocol::Smtp),
            tls: Some(Start::Starttls),
            servername: "mx.test".to_owned(),
        };
        let first = look(2, b"a", Start::Starttls);
        Report {
            others: vec![
                look(3, b"", Start::Starttls),
                look(3, b"b", Start::Implicit),
                look(1, b"a", Start::Starttls),
                look(2, b"a", Start::Starttls),
            ],
            ..Report::single(target, first, OffsetDateTime::UNIX_EPOCH)
        }
    }

    /// The leaves, and the last parts of their addresses.
    fn shown(report: &Report) -> Vec<(String, Vec<String>)> {
        let leaves = report.leaves();
        let shown = leaves.iter().map(|one| {
            let last = |ip: &std::net::IpAddr| ip.to_string().replace("192.0.2.", "");
            let leaf = String::from_utf8_lossy(one.leaf.der()).into_owned();
            (leaf, one.addresses.iter().map(last).collect())
        });
        shown.collect()
    }

    #[test]
    fn looks_with_the_same_leaf_are_one_group_with_all_addresses() {
        let a = ("a".to_owned(), vec!["1".to_owned(), "2".to_owned()]);
        let b = ("b".to_owned(), vec!["3".to_owned()]);
        assert_eq!(shown(&report()), [a.clone(), b.clone()]);
        assert_eq!(shown(&report().represented_by(2)), [b, a]);
    }

    #[test]
    fn two_certificates_at_each_address_are_no_difference_between_addresses() {
        let differ = |looks: &[(u8, &[u8])]| {
            let looks = looks
                .iter()
                .map(|(last, leaf)| look(*last, leaf, Start::Starttls));
            let of = Report::of(report().target, looks.collect(), OffsetDateTime::UNIX_EPOCH);
            let found = of.expect("looks").about_addresses();
            found
                .iter()
                .any(|finding| finding.code == Code::AddressesDiffer)
        };
        assert!(!differ(&[(1, b"a"), (1, b"b")]));
        assert!(!differ(&[(1, b"a"), (1, b"b"), (2, b"a"), (2, b"b")]));
        assert!(differ(&[(1, b"a"), (2, b"b")]));
        assert!(differ(&[(1, b"a"), (1, b"b"), (2, b"a")]));
    }

    #[test]
    fn the_chosen_look_speaks_and_the_order_of_the_others_stays() {
        let chosen = report().represented_by(2);
        assert_eq!(chosen.leaf().map(|leaf| &leaf.der()[..]), Some(&b"b"[..]));
        assert_eq!(chosen.target.tls, Some(Start::Implicit));
        let last = |look: &Assessment| look.address().map(|address| address.ip().to_string());
        let addresses: Vec<_> = chosen.others.iter().filter_map(last).collect();
        assert_eq!(
            addresses,
            ["192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.2"]
        );
        for index in [0, 9] {
            let same = report().represented_by(index);
            assert_eq!(same.leaf().map(|leaf| &leaf.der()[..]), Some(&b"a"[..]));
            assert_eq!(same.others.len(), 4);
        }
    }
}
