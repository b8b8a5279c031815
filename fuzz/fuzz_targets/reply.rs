//! See `invariants/reply.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::reply::check(bytes));
