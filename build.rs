//! Links the unwinder statically, so that the program needs no library but libc.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells the target in the environment"
)]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = std::env::var("CARGO_CFG_TARGET_ENV").unwrap_or_default();
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if target == "gnu" && os == "linux" {
        println!("cargo:rustc-link-lib=static:+whole-archive,-bundle=gcc_eh");
    }
}
