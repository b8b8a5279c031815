//! The words for why a program cannot be configured with a pin, and what to do about it.

use super::advice::{Spell, spelled};
use crate::programs::{By, Misfit, Objection, Remedy, Way};

/// Why a pin cannot be made, in one sentence.
pub fn message(objection: &Objection) -> String {
    match objection {
        Objection::Way { program, ways } => {
            format!(
                "{program} cannot be pinned so: it knows {}",
                known_ways(ways)
            )
        }
        Objection::Digest {
            program,
            by,
            digest,
            known,
        } => {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            let known = match known.as_slice() {
                [] => "which has no digest".to_owned(),
                known => format!("which knows {}", known.join(", ")),
            };
            format!("{digest} is not for {program} by {}, {known}", by.as_str())
        }
        Objection::FileNeeded { program, by } => {
            let by = Remedy::By(*by).spell();
            format!("--for {program} {by} needs --ca-out FILE")
        }
        Objection::Path(path) => format!(
            "\"{path}\" cannot stand in a configuration or command: a path may have letters, digits and /._-+@~ only"
        ),
        Objection::Misfit { program, why } => misfit(program, *why),
        Objection::NoCertificate => "there is no certificate to pin".to_owned(),
        Objection::NoAnchor { program } => format!(
            "the chain leads to no trust anchor, so there is no CA that {program} could go by"
        ),
        Objection::NoKey => "the key of the certificate cannot be read".to_owned(),
        Objection::NotSelfSigned { program, .. } => format!(
            "the certificate is not self-signed, and {program} takes no other server's certificate as trusted"
        ),
        Objection::Own { message, .. } => (*message).to_owned(),
    }
}

/// The advice, if any.
pub fn advice(objection: &Objection) -> Option<String> {
    Some(match objection {
        Objection::FileNeeded { .. } => {
            "the certificate is saved there, and the lines name it".to_owned()
        }
        Objection::Way { .. } => "smtp-certcheck pin --for lists them".to_owned(),
        Objection::NoAnchor { .. } => {
            "name the CA with --cacerts, or pin --by fingerprint".to_owned()
        }
        Objection::NotSelfSigned { ways, .. } => {
            let others = ways.iter().filter(|way| way.by != By::Certificate);
            let others: Vec<String> = others.map(|way| Remedy::By(way.by).spell()).collect();
            format!("pin {}", others.join(", or "))
        }
        Objection::NoKey => "pin --by fingerprint".to_owned(),
        Objection::Path(_) => "name another file".to_owned(),
        Objection::Own { advice, .. } => spelled(advice),
        Objection::Misfit {
            why: Misfit::Own { instead, .. },
            ..
        } => (*instead).to_owned(),
        Objection::Misfit {
            program,
            why: Misfit::Protocol { known, .. },
        } => {
            let schemes: Vec<String> = known
                .iter()
                .map(|known| format!("{}://", known.as_str()))
                .collect();
            format!(
                "the scheme of TARGET names the protocol; for {program}: {}",
                schemes.join(", ")
            )
        }
        Objection::Digest { .. } | Objection::Misfit { .. } | Objection::NoCertificate => {
            return None;
        }
    })
}

fn misfit(program: &str, why: Misfit) -> String {
    match why {
        Misfit::OtherName => format!(
            "{program} compares the certificate with the name of the host, and with no other: it cannot use that of --servername"
        ),
        Misfit::OtherSni => format!(
            "{program} sends the name of the host (SNI), and no other: the server may present another certificate for that of --servername"
        ),
        Misfit::Protocol { spoken, known } => {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            format!(
                "{program} does not speak {spoken}: it speaks {}",
                known.join(", ")
            )
        }
        Misfit::Own { message, .. } => message.to_owned(),
        Misfit::Address => format!("{program} needs the name of a host here, and not an address"),
    }
}

fn known_ways(ways: &[Way]) -> String {
    let ways = ways.iter().map(|way| Remedy::By(way.by).spell());
    match ways.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "no --by, it has everything".to_owned(),
        some => some,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programs::{Choice, program};

    #[test]
    fn other_ways_are_spelled_as_they_are_typed() {
        let of = |name| {
            let known = program(name).expect("a program");
            Objection::NotSelfSigned {
                program: known.name,
                ways: known.ways,
            }
        };
        assert_eq!(
            advice(&of("gnutls")).as_deref(),
            Some("pin --by key, or --by cacerts")
        );
        assert_eq!(advice(&of("exim")).as_deref(), Some("pin --by cacerts"));
        let postfix = program("postfix").expect("a program");
        let none = Choice::new(
            program("msmtp").expect("a program"),
            Some(By::Key),
            None,
            None,
        );
        assert_eq!(
            message(&none.expect_err("msmtp has no keys")),
            "msmtp cannot be pinned so: it knows --by fingerprint, --by cacerts"
        );
        let weak = Choice::new(
            postfix,
            Some(By::Ca),
            Some(crate::fingerprint::Algorithm::Sha1),
            Some("/a"),
        );
        assert_eq!(
            message(&weak.expect_err("a CA has no digest")),
            "sha1 is not for postfix by cacerts, which has no digest"
        );
    }
}
