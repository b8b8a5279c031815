//! Where in a list the entry of a serial number is: eight octets an entry, for lists that are looked
//! into often.

use super::serial::shortest;
use std::hash::{BuildHasher as _, RandomState};

/// The hashes of all serial numbers with the places of their entries, sorted. The hash is keyed, so
/// that no list can be made on which many collide.
#[derive(Debug)]
pub(super) struct Index {
    keys: RandomState,
    /// A hash in the upper half, a place in the lower.
    places: Vec<u64>,
}

impl Index {
    /// An index of at most `count` entries, each with its serial number and its place.
    pub(super) fn of<'a>(
        entries: impl Iterator<Item = (&'a [u8], usize)>,
        count: usize,
    ) -> Option<Self> {
        let keys = RandomState::new();
        let mut places = Vec::with_capacity(count);
        for (serial, place) in entries {
            places.push(upper_half(&keys, serial) | u64::from(u32::try_from(place).ok()?));
        }
        places.sort_unstable();
        Some(Self { keys, places })
    }

    /// The places where the entry of this serial number may be.
    pub(super) fn places(&self, serial: &[u8]) -> impl Iterator<Item = usize> {
        let hash = upper_half(&self.keys, shortest(serial));
        let first = self.places.partition_point(|place| *place < hash);
        let same = self.places[first..].iter();
        same.take_while(move |place| **place >> 32 == hash >> 32)
            .filter_map(|place| usize::try_from(place & u64::from(u32::MAX)).ok())
    }
}

fn upper_half(keys: &RandomState, serial: &[u8]) -> u64 {
    keys.hash_one(serial) & !u64::from(u32::MAX)
}
