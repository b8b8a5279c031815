//! The programs that `pin --for` knows, one line each.

use super::program::Program;
use super::tool::Tool;
use super::unpinnable::Unpinnable;

/// All programs, in the order of the list and the help.
pub const PROGRAMS: &[&Program] = &[
    &super::postfix::PROGRAM,
    &super::exim::PROGRAM,
    &super::nullmailer::PROGRAM,
    &super::dma::PROGRAM,
    &super::msmtp::MSMTP,
    &super::git::PROGRAM,
    &super::mutt::MUTT,
    &super::mutt::NEOMUTT,
    &super::s_nail::PROGRAM,
    &super::msmtp::MPOP,
    &super::isync::PROGRAM,
    &super::getmail6::PROGRAM,
    &super::offlineimap::PROGRAM,
    &super::fetchmail::PROGRAM,
    &super::curl::PROGRAM,
    &super::openssl::PROGRAM,
    &super::gnutls::PROGRAM,
    &super::tlsa::PROGRAM,
    &super::json::PROGRAM,
];

/// Programs that cannot be pinned.
pub const UNPINNABLE: &[&Unpinnable] = &[
    &super::opensmtpd::UNPINNABLE,
    &super::b4::UNPINNABLE,
    &super::aerc::UNPINNABLE,
];

/// Finds a program by its name, whether it can be pinned or not.
pub fn tool(name: &str) -> Option<Tool> {
    let unpinnable = UNPINNABLE.iter().find(|known| known.name == name);
    let unpinnable = unpinnable.copied().map(Tool::Unpinnable);
    program(name).map(Tool::Program).or(unpinnable)
}

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
