//! The fuzz targets, in one program that is linked once: the environment names the target.
#![no_main]
#![expect(
    clippy::disallowed_methods,
    reason = "the target is in the environment"
)]

#[path = "../invariants/mod.rs"]
mod invariants;

use std::sync::OnceLock;

static CHECK: OnceLock<invariants::Check> = OnceLock::new();

libfuzzer_sys::fuzz_target!(
    init: {
        let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
        let found = invariants::TARGETS.iter().find(|(known, _)| *known == name);
        let (_, check) = found.expect("FUZZ_TARGET is none of the targets");
        CHECK.get_or_init(|| *check);
    },
    |bytes: &[u8]| CHECK.get().expect("it is set first")(bytes)
);
