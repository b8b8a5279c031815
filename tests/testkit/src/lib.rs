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
pub mod der;
pub mod example_network;
pub mod generate;
pub mod hg;
pub mod keyless;
pub mod mta;
pub mod names;
pub mod old;
pub mod openssl;
pub mod pki;
pub mod program;
pub mod raw;
pub mod server;
pub mod skip;
pub mod terminal;
pub mod user;

/// Prometheus' own reader of metrics, for a test of that name; `None` when it must be skipped.
pub fn promtool(test: &str) -> Option<std::path::PathBuf> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../target/mta/prometheus/root/usr/bin/promtool"
    );
    let path = std::path::PathBuf::from(path);
    if !path.exists() {
        skip::skip(test, "promtool is not there: run tests/install");
        return None;
    }
    Some(path)
}
