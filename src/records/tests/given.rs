//! The time of the tests, and names.

use hickory_proto::rr::Name;

/// When all happens: 2026-11-28 15:00 UTC.
pub(super) const NOW: u32 = 1_795_878_000;

pub(super) fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).expect(text);
    name.set_fqdn(true);
    name
}
