//! What `--version --verbose` says: the TLS library, the crypto provider, and what they can do.

use crate::cli::NAME;
use rustls::crypto::aws_lc_rs;

/// The version in one line, then what the program is built of.
pub(super) fn details() -> String {
    let provider = aws_lc_rs::default_provider();
    let versions: Vec<String> = (rustls::ALL_VERSIONS.iter().rev())
        .map(|version| format!("{:?}", version.version).replace("TLSv1_", "1."))
        .collect();
    let groups: Vec<String> = (provider.kx_groups.iter())
        .map(|group| format!("{:?}", group.name()))
        .collect();
    format!(
        "{NAME} {}\n\
         TLS library      rustls\n\
         crypto provider  aws-lc-rs\n\
         TLS versions     {}\n\
         key exchange     {}\n\
         libraries        {} (Cargo.lock)\n\
         target           {}\n",
        env!("CARGO_PKG_VERSION"),
        versions.join(", "),
        groups.join(", "),
        env!("BUILT_OF"),
        env!("BUILT_FOR"),
    )
}

/// Whether a command line that asks for the version has `-v` or `--verbose`, too.
pub(super) fn is_verbose(arguments: &[String]) -> bool {
    arguments.iter().any(|one| match one.strip_prefix('-') {
        Some("-verbose") => true,
        Some(letters) => !letters.starts_with('-') && letters.contains('v'),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_have_versions() {
        let said = details();
        let first = format!("{NAME} {}\n", env!("CARGO_PKG_VERSION"));
        assert!(said.starts_with(&first), "{said}");
        assert!(said.contains("TLS versions     1.2, 1.3\n"), "{said}");
        assert!(said.contains("X25519MLKEM768"), "{said}");
        assert!(
            said.contains(" rustls 0.") && said.contains(" aws-lc-rs 1."),
            "{said}"
        );
        assert!(!said.contains("unknown)"), "{said}");
    }

    #[test]
    fn verbose_is_asked_for_in_any_place() {
        let asked = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            is_verbose(&words)
        };
        for line in ["-V -v", "-Vv", "-vV", "--version --verbose", "--verbose -V"] {
            assert!(asked(line), "{line}");
        }
        for line in ["-V", "--version", "-V visible"] {
            assert!(!asked(line), "{line}");
        }
    }
}
