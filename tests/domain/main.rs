//! Domains in a lab of our own: signed zones, mail servers, policies, and what real senders do with
//! mail to them. Everything runs in a network of its own, with the ports 25, 53 and 443.
//!
//! - `cases`: the domains, each with what comes of it
//! - `random`: domains by chance
//! - `others`: other resolvers, earlier reports
//! - `servers`, `no_tls`, `web`, `records`: what the domains are made of
//! - `judges`: Postfix and Exim that deliver, posttls-finger, OpenSSL, and mta-sts-query
//! - `ours`: the program's reports
//! - `differences`: where we say something else, and why
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    unreachable_pub,
    reason = "tests use the clock, files and sockets as they like, and print what they find"
)]

mod case;
mod cases;
mod compare;
mod differences;
mod judges;
mod lab;
mod no_tls;
mod others;
mod ours;
mod random;
mod recipes;
mod records;
mod servers;
mod web;
