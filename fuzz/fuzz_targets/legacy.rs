//! See `invariants/legacy.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::legacy::check(bytes));
