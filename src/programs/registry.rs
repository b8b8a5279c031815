//! The programs that `pin --for` knows, one line each.

use super::program::Program;

/// All programs, in the order of the list and the help.
pub const PROGRAMS: &[&Program] = &[
    &super::postfix::PROGRAM,
    &super::msmtp::PROGRAM,
    &super::git::PROGRAM,
    &super::curl::PROGRAM,
    &super::openssl::PROGRAM,
    &super::gnutls::PROGRAM,
    &super::exim::PROGRAM,
    &super::tlsa::PROGRAM,
    &super::json::PROGRAM,
];

/// Finds a program by its name.
pub fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|known| known.name == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_but_json_has_a_way_and_no_name_or_way_comes_twice() {
        for (index, known) in PROGRAMS.iter().enumerate() {
            let ways = known.ways;
            assert_eq!(ways.is_empty(), known.name == "json", "{known}");
            assert!(!PROGRAMS[..index].contains(known), "{known}");
            for (index, way) in ways.iter().enumerate() {
                assert!(
                    ways[..index].iter().all(|other| other.by != way.by),
                    "{known}"
                );
            }
        }
    }
}
