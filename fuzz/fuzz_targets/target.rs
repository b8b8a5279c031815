//! See `invariants/target.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::target::check(bytes));
