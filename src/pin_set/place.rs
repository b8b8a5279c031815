//! A place where a host presents a certificate: an address, a port, and whether its name was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The limit of addresses that are named; the rest are counted.
const MOST_NAMED: usize = 4;

/// Where a certificate was presented. The key type is the certificate's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// Whether the server's name was sent (SNI).
    pub sni: bool,
}

/// Places in words: `587, 465 at 192.0.2.1; 25 at 192.0.2.2`. Places without SNI are named only if
/// there are no others, because most clients send the name: `without SNI: 25 at 192.0.2.1`.
pub fn listed(places: &[Place]) -> String {
    let has_named = places.iter().any(|place| place.sni);
    let mut ports: BTreeMap<IpAddr, BTreeSet<u16>> = BTreeMap::new();
    for place in places.iter().filter(|place| place.sni == has_named) {
        ports.entry(place.address).or_default().insert(place.port);
    }
    let mut groups: Vec<(BTreeSet<u16>, Vec<IpAddr>)> = Vec::new();
    for (address, ports) in ports {
        match groups.iter_mut().find(|(known, _)| *known == ports) {
            Some((_, addresses)) => addresses.push(address),
            None => groups.push((ports, vec![address])),
        }
    }
    let words = groups.iter().map(|(ports, addresses)| {
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        format!("{} at {}", ports.join(", "), named(addresses))
    });
    let words: Vec<String> = words.collect();
    let nameless = if has_named || places.is_empty() {
        ""
    } else {
        "without SNI: "
    };
    format!("{nameless}{}", words.join("; "))
}

fn named(addresses: &[IpAddr]) -> String {
    let names = addresses.iter().take(MOST_NAMED).map(ToString::to_string);
    let names: Vec<String> = names.collect();
    match addresses.len().saturating_sub(MOST_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_grouped_by_the_ports_that_addresses_share() {
        let place = |(last, port, sni): &(u8, u16, bool)| Place {
            address: [192, 0, 2, *last].into(),
            port: *port,
            sni: *sni,
        };
        type Places = &'static [(u8, u16, bool)];
        let cases: [(Places, &str); 6] = [
            (&[], ""),
            (&[(1, 587, true), (1, 25, true)], "25, 587 at 192.0.2.1"),
            (
                &[(2, 25, true), (1, 25, true), (1, 25, true)],
                "25 at 192.0.2.1, 192.0.2.2",
            ),
            (
                &[(1, 25, true), (2, 25, true), (2, 465, true)],
                "25 at 192.0.2.1; 25, 465 at 192.0.2.2",
            ),
            (&[(1, 25, true), (2, 465, false)], "25 at 192.0.2.1"),
            (&[(1, 25, false)], "without SNI: 25 at 192.0.2.1"),
        ];
        for (places, words) in cases {
            let places: Vec<Place> = places.iter().map(place).collect();
            assert_eq!(listed(&places), words);
        }
        let many: Vec<Place> = (1..=6).map(|last| place(&(last, 25, true))).collect();
        assert!(listed(&many).ends_with("192.0.2.4 and 2 more"));
    }
}
