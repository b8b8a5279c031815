//! See `invariants/dialogue.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::dialogue::check(bytes));
