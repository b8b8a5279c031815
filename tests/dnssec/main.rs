//! DNS that can be trusted, in a lab of our own: signed zones, resolvers that lie, and unbound and
//! delv as judges in the same run.
//!
//! - `lab`: every algorithm, every way to deny, every fault that a zone may have
//! - `liars`: resolvers that strip, forge, swap, replay, and drip
//! - `random`: zones and questions by chance
//! - `exchange`: the resolvers that are asked, and what they cost
//! - `example`: `cargo run --example dnssec`
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    clippy::too_many_lines,
    reason = "tests use the clock, files and sockets as they like, and have long tables"
)]

mod differences;
mod example;
mod exchange;
mod lab;
mod liars;
mod lies;
mod ours;
mod questions;
mod random;
mod zones;
