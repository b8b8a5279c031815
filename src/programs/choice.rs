//! What the user chooses about a pin: one of a program's ways, with its digest and its file.

use super::objection::{Misfit, Objection};
use super::program::Program;
use super::request::{Destination, Recipe, Request};
use super::text::is_plain;
use super::way::{By, Checks, FileUse, Way};
use crate::certificate::Certificate;
use crate::fingerprint::Algorithm;

/// A choice that fits its program.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The program.
    pub program: &'static Program,
    /// One of its ways.
    pub way: &'static Way,
    /// One of the way's digests.
    pub digest: Algorithm,
    /// The file for a certificate, as an absolute path; `None` if the way does not use one.
    pub file: Option<&'a str>,
}

impl<'a> Choice<'a> {
    /// Checks that the options fit together and fit the program, before any connection is made.
    pub fn new(
        program: &'static Program,
        by: Option<By>,
        digest: Option<Algorithm>,
        file: Option<&'a str>,
    ) -> Result<Self, Objection> {
        let Program { name, ways, .. } = *program;
        let way = match by {
            None => ways.first(),
            Some(by) => ways.iter().find(|way| way.by == by),
        };
        let way = way.ok_or(Objection::Way {
            program: name,
            ways,
        })?;
        let digest = chosen_digest(name, way, digest)?;
        match (way.file, file) {
            (FileUse::Needed, None) => {
                return Err(Objection::FileNeeded {
                    program: name,
                    by: way.by,
                });
            }
            (_, Some(file)) if !is_plain(file) => {
                return Err(Objection::Path(file.to_owned()));
            }
            _ => {}
        }
        Ok(Self {
            program,
            way,
            digest,
            file: file.filter(|_| way.file != FileUse::Never),
        })
    }

    /// Checks that the program can be configured to reach the server.
    pub fn fits(&self, server: &Destination<'_>) -> Result<(), Objection> {
        let Program {
            name, protocols, ..
        } = *self.program;
        let misfit = if protocols.contains(&server.protocol) {
            (self.program.misfit)(self.way, server)
        } else {
            Some(Misfit::Protocol {
                spoken: server.protocol,
                known: protocols,
            })
        };
        misfit.map_or(Ok(()), |why| Err(Objection::Misfit { program: name, why }))
    }

    /// What the program checks besides the pin: with a file of its own, it does not use its trust
    /// store.
    pub fn checks(&self) -> Checks {
        match (self.way.checks, self.file) {
            (Checks::Everything, Some(_)) => Checks::NameAndDates,
            (checks, _) => checks,
        }
    }

    /// Whether the program refuses a server because of a problem of its chain. `is_about_path`: the
    /// problem is one of the path to an anchor, and the program does not look for a path if the
    /// certificate itself is the anchor.
    pub fn minds_problem(&self, is_about_path: bool) -> bool {
        match self.checks() {
            Checks::Nothing => false,
            Checks::OwnNameAndDates | Checks::NameAndDates => !is_about_path,
            Checks::Everything => true,
        }
    }

    /// Whether the way can use a file, so that the program trusts the certificate in it.
    pub fn could_trust_file(&self) -> bool {
        self.way.file == FileUse::Optional
    }

    /// Makes the recipe. `path` is the validated path, from the leaf to the anchor; empty if the
    /// chain is not trusted.
    pub fn recipe(
        &self,
        server: &Destination<'_>,
        presented: &[Certificate],
        path: &[Certificate],
    ) -> Result<Recipe, Objection> {
        let leaf = presented.first().ok_or(Objection::NoCertificate)?;
        let Program { name, ways, .. } = *self.program;
        if self.way.by == By::Ca && path.is_empty() {
            return Err(Objection::NoAnchor { program: name });
        }
        (self.program.recipe)(&Request {
            program: name,
            ways,
            way: self.way,
            digest: self.digest,
            file: self.file,
            server: *server,
            leaf,
            presented,
            path,
        })
    }
}

fn chosen_digest(
    program: &'static str,
    way: &Way,
    digest: Option<Algorithm>,
) -> Result<Algorithm, Objection> {
    match digest {
        None => Ok(way.digests.first().copied().unwrap_or(Algorithm::Sha256)),
        Some(digest) if way.digests.contains(&digest) => Ok(digest),
        Some(digest) => Err(Objection::Digest {
            program,
            by: way.by,
            digest,
            known: way.digests,
        }),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::registry::program;
    use super::*;
    use crate::endpoint::{Host, Protocol, Start};

    fn find(name: &str) -> &'static Program {
        program(name).expect("a program")
    }

    /// The fingerprint of the bytes `abc`.
    pub(in crate::programs) const ABC: &str = "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:\
                                               B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";

    /// The lines for a certificate of arbitrary bytes. `target`: host, reference, port and mode.
    pub(in crate::programs) fn lines(
        name: &str,
        target: (&str, &str, u16, Start),
        sni: bool,
    ) -> String {
        let (host, reference, port, start) = target;
        let host: Host = host.parse().expect("a host");
        let reference: Host = reference.parse().expect("a host");
        let server = Destination {
            host: &host,
            reference: &reference,
            port,
            protocol: Protocol::Smtp,
            start,
            sni,
        };
        let by = (name == "tlsa").then_some(By::Certificate);
        let choice = Choice::new(find(name), by, None, None).expect("a choice");
        choice.fits(&server).expect("it fits");
        let leaf = Certificate::new(b"abc".to_vec().into());
        choice
            .recipe(&server, &[leaf], &[])
            .expect("a recipe")
            .lines
    }

    #[test]
    fn options_that_do_not_fit_are_refused_before_a_server_is_asked() {
        let choose = |name, by, digest, file| Choice::new(find(name), by, digest, file).map(|_| ());
        assert!(matches!(
            choose("msmtp", Some(By::Key), None, None),
            Err(Objection::Way {
                program: "msmtp",
                ways: [_, _]
            })
        ));
        assert!(matches!(
            choose("msmtp", None, Some(Algorithm::Sha512), None),
            Err(Objection::Digest {
                program: "msmtp",
                by: By::Certificate,
                digest: Algorithm::Sha512,
                known: [Algorithm::Sha256, Algorithm::Sha1],
            })
        ));
        assert!(matches!(
            choose("git", None, None, None),
            Err(Objection::FileNeeded {
                program: "git",
                by: By::Ca
            })
        ));
        // A file that the way does not use is not a mistake: users need not know which way uses
        // one.
        let useless = Choice::new(find("postfix"), None, None, Some("/ca.pem"));
        assert!(useless.is_ok_and(|choice| choice.file.is_none()));
        assert!(matches!(
            choose("exim", None, None, Some("/${run{x}}")),
            Err(Objection::Path(path)) if path == "/${run{x}}"
        ));
        assert!(choose("exim", None, None, Some("/ca.pem")).is_ok());
    }

    #[test]
    fn a_server_that_a_program_cannot_be_configured_for_is_an_objection() {
        let misfit = |name: &str, host: &str, reference: &str, by| {
            let (host, reference): (Host, _) = (host.parse().expect("a host"), reference.parse());
            let server = Destination {
                host: &host,
                reference: &reference.expect("a host"),
                port: 25,
                protocol: Protocol::Smtp,
                start: Start::Starttls,
                sni: true,
            };
            let choice = Choice::new(find(name), by, None, Some("/ca.pem")).expect("a choice");
            let objection = choice.fits(&server).err()?;
            let is_ours = matches!(objection, Objection::Misfit { program, .. } if program == name);
            assert!(is_ours, "{objection:?}");
            match objection {
                Objection::Misfit { why, .. } => Some(why),
                _ => None,
            }
        };
        for name in ["git", "curl", "exim", "tlsa"] {
            let other = misfit(name, "mx.test", "other.test", Some(By::Ca));
            assert_eq!(other, Some(Misfit::OtherName));
        }
        let address = "192.0.2.1";
        assert_eq!(
            misfit("postfix", address, address, Some(By::Ca)),
            Some(Misfit::Address)
        );
        assert_eq!(misfit("postfix", address, address, None), None);
        assert_eq!(
            misfit("tlsa", address, "mx.test", None),
            Some(Misfit::Address)
        );
    }

    #[test]
    fn a_file_of_its_own_replaces_the_trust_store() {
        let checks =
            |file| Choice::new(find("curl"), Some(By::Key), None, file).map(|c| c.checks());
        assert_eq!(checks(None).ok(), Some(Checks::Everything));
        assert_eq!(checks(Some("/ca.pem")).ok(), Some(Checks::NameAndDates));
    }

    #[test]
    fn a_problem_counts_if_the_program_still_checks_it() {
        let minds = |name, by, file| {
            let choice = Choice::new(find(name), Some(by), None, file).expect("a choice");
            [choice.minds_problem(true), choice.minds_problem(false)]
        };
        assert_eq!(minds("curl", By::Key, None), [true, true]);
        assert_eq!(minds("curl", By::Key, Some("/ca.pem")), [false, true]);
        assert_eq!(minds("postfix", By::Certificate, None), [false, false]);
    }
}
