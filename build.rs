//! Links the unwinder statically, so that the program needs no library but libc; tells the program
//! what it is built of, for `--version --verbose`.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells the target in the environment"
)]

use std::fmt::Write as _;

/// The libraries that decide what TLS can do.
const NAMED: [&str; 5] = [
    "rustls",
    "aws-lc-rs",
    "aws-lc-sys",
    "rustls-webpki",
    "x509-parser",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let variable = |name| std::env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_ENV") == "gnu" && variable("CARGO_CFG_TARGET_OS") == "linux" {
        println!("cargo:rustc-link-lib=static:+whole-archive,-bundle=gcc_eh");
    }
    println!("cargo:rustc-env=BUILT_FOR={}", variable("TARGET"));
    // A distribution may build without it.
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    if !lock.is_empty() {
        println!("cargo:rerun-if-changed=Cargo.lock");
    }
    println!("cargo:rustc-env=BUILT_OF={}", locked(&lock));
}

/// `NAME VERSION` of the libraries, as Cargo.lock has them.
fn locked(lock: &str) -> String {
    let mut found = String::new();
    for name in NAMED {
        let entry = format!("name = \"{name}\"\nversion = \"");
        let version = lock
            .split_once(&entry)
            .and_then(|(_, below)| below.split_once('"'));
        let version = version.map_or("(version unknown)", |(version, _)| version);
        let gap = if found.is_empty() { "" } else { ", " };
        let _ = write!(found, "{gap}{name} {version}");
    }
    found
}
