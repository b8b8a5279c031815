//! How many questions an answer costs, and in how many rounds.

use super::super::{Reply, Zones};
use super::Told;
use super::world::{Denies, World, Zone};
use std::sync::Arc;

fn world() -> World {
    World::usual(vec![
        Zone::new(
            "example.org.",
            &[
                "@ MX 10 mx.example.org.",
                "mx A 192.0.2.1",
                "_25._tcp.mx TLSA 3 1 1 00",
            ],
        ),
        Zone::unsigned(
            "plain.org.",
            &["mx A 192.0.2.1", "_25._tcp.mx TLSA 3 1 1 00"],
        ),
    ])
}

#[test]
fn a_name_two_zones_below_the_root_costs_six_questions_and_then_one() {
    for (zone_denies, org_denies) in [
        (Denies::Nsec, Denies::Nsec),
        (Denies::nsec3(), Denies::opt_out()),
    ] {
        let mut world = world();
        world.zone_mut("example.org.").denies = zone_denies;
        world.zone_mut("org.").denies = org_denies;
        for (asked, most, rounds) in [
            ("example.org MX", 6, 2),
            ("_25._tcp.mx.example.org TLSA", 6, 2),
            ("_26._tcp.mx.example.org TLSA", 6, 2),
            ("mx.example.org AAAA", 6, 2),
            ("no.example.org A", 6, 2),
            ("_25._tcp.mx.plain.org TLSA", 5, 2),
            ("no.plain.org A", 5, 2),
            ("org NS", 4, 2),
            ("no A", 2, 1),
            (". NS", 2, 1),
        ] {
            let zones = Zones::new(world.anchors());
            let resolve =
                |question: &super::Question| Reply::Message(Arc::new(world.resolve(question)));
            let cold = Told::of(&zones, asked, &resolve);
            assert!(cold.asked.len() <= most, "{asked}: {:?}", cold.asked);
            assert!(cold.steps <= rounds, "{asked}: {} rounds", cold.steps);
            let warm = Told::of(&zones, asked, &resolve);
            assert_eq!(warm.asked.len(), 1, "{asked}: {:?}", warm.asked);
            assert_eq!(warm.line(), cold.line());
        }
    }
}
