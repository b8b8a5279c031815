//! See `invariants/hgrc.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::hgrc::check(bytes));
