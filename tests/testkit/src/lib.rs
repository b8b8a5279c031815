//! What the tests, the demo and the benchmarks share: certificates made on the fly, an embedded
//! SMTP server, a server that knows no protocol, and the real mail servers.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock, files and sockets as they like"
)]
#![allow(
    clippy::missing_panics_doc,
    clippy::print_stdout,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test kit that cannot do its work ends the test"
)]

pub mod alone;
pub mod cost;
pub mod courier;
pub mod crl;
pub mod cyrus;
pub mod daemon;
pub mod der;
pub mod dma;
pub mod dns;
pub mod dovecot;
pub mod example_network;
pub mod generate;
pub mod haproxy;
pub mod hg;
pub mod keyless;
pub mod mail_host;
pub mod microsocks;
pub mod mta;
pub mod mta_sts;
pub mod names;
pub mod namespace;
pub mod nginx;
pub mod nullmailer;
pub mod ocsp;
pub mod old;
pub mod one_key;
pub mod openssl;
pub mod pki;
pub mod program;
pub mod raw;
pub mod recipe;
pub mod server;
pub mod service;
pub mod side_by_side;
pub mod skip;
pub mod sshd;
pub mod system;
pub mod terminal;
pub mod tinyproxy;
pub mod user;
mod words;
