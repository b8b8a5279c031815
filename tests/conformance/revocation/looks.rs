//! How an entry is found, and where the path leads that its certificate is on.

use super::judges::ours;
use super::world::{INTERMEDIATE, LEAF, World};
use smtp_certcheck::finding::Code;
use smtp_certcheck::revocation::{List, Listed, Reason, read_lists};
use testkit::crl::Crl;
use testkit::der::Issuer;

/// A list of many, with one revoked, one on hold no more, and one that is there twice.
fn list(world: &World) -> List {
    const REMOVED: Option<u8> = Some(8);
    let others =
        (0..300_u16).map(|number| [0x40, number.to_be_bytes()[0], number.to_be_bytes()[1]]);
    let all: Crl = others.fold(world.list(), |all, serial| {
        all.with(&serial, world.ago(3), None)
    });
    let all = all
        .with(LEAF, world.ago(2), Some(1))
        .with(INTERMEDIATE, world.ago(2), REMOVED)
        .with(&[0x11], world.ago(2), Some(4))
        .with(&[0x11], world.ago(1), REMOVED)
        .with(&[0x12], world.ago(2), REMOVED)
        .with(&[0x12], world.ago(1), Some(4));
    let mut lists = read_lists(all.signed_by(&world.root), "a list").expect("a list");
    lists.remove(0)
}

/// The first looks go through the list, and later ones through an index of it.
#[test]
fn an_entry_is_found_at_every_look() {
    let list = list(&World::new());
    let reason = |serial: &[u8]| match list.find(serial) {
        Some(Listed::Revoked(revocation)) => Some(revocation.reason),
        Some(Listed::Removed) => Some(Some(Reason::RemoveFromCrl)),
        None => None,
    };
    for look in 0..12 {
        assert_eq!(reason(LEAF), Some(Some(Reason::KeyCompromise)), "{look}");
        assert_eq!(
            reason(INTERMEDIATE),
            Some(Some(Reason::RemoveFromCrl)),
            "{look}"
        );
        // The worse of two entries counts, in either order.
        assert_eq!(reason(&[0x11]), Some(Some(Reason::Superseded)), "{look}");
        assert_eq!(reason(&[0x12]), Some(Some(Reason::Superseded)), "{look}");
        assert_eq!(reason(&[0x40, 1, 0x2b]), Some(None), "{look}");
        assert_eq!(reason(&[0x40, 1, 0x2c]), None, "{look}");
    }
}

#[test]
fn what_leads_to_no_anchor_is_revoked_all_the_same() {
    let world = World::new();
    for revoked in [false, true] {
        let list = if revoked {
            world.with_leaf(None)
        } else {
            world.list()
        };
        let mut setup = world.leaf_lists(&[list]);
        setup.anchors = vec![Issuer::root("Another Root").der()];
        let judgement = ours(&setup);
        let codes = judgement.problems.iter().map(|problem| problem.code);
        let codes: Vec<Code> = codes
            .filter(|code| code.to_string().contains("revo"))
            .collect();
        let expected: &[Code] = if revoked {
            &[Code::CertificateRevoked]
        } else {
            &[]
        };
        // What is not known then has another reason.
        assert_eq!(codes, expected);
        assert!(judgement.problems.len() > codes.len());
    }
}
