//! What the tests, the demo and the benchmarks share: certificates made on the fly, an embedded
//! SMTP server, a server that knows no protocol, and the real mail servers.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock, files and sockets as they like"
)]
#![allow(
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test kit that cannot do its work ends the test"
)]

pub mod der;
pub mod hg;
pub mod keyless;
pub mod mta;
pub mod pki;
pub mod raw;
pub mod server;
pub mod skip;
