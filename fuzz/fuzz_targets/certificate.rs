//! See `invariants/certificate.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::certificate::check(bytes));
