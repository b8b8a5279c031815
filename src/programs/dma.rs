//! dma, the `DragonFly` Mail Agent: `dma.conf` (dma(8)). It verifies nothing but the fingerprint.

use super::objection::Objection;
use super::program::{Library, Program, SENDING, Several, Sni, fits};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::Start;
use crate::fingerprint::Algorithm;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "dma",
    help: "dma: lines of dma.conf",
    protocols: SENDING,
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Never,
    several: Several::OneOnly,
    misfit: fits,
    recipe,
};

const WAYS: &[Way] = &[Way {
    by: By::Certificate,
    what: "FINGERPRINT",
    file: FileUse::Never,
    checks: Checks::Nothing,
    digests: &[Algorithm::Sha256],
}];

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let starttls = match server.start {
        Start::Starttls => "STARTTLS\n",
        Start::Implicit => "",
    };
    // With colons dma ends with exit code 78 and sends nothing.
    let digest = request.fingerprint()?.hex();
    let lines = format!(
        "SMARTHOST {}\nPORT {}\nSECURETRANSFER\n{starttls}FINGERPRINT {digest}\n",
        server.host, server.port
    );
    Ok(Recipe {
        lines,
        remarks: vec![
            "without FINGERPRINT dma verifies nothing; remove OPPORTUNISTIC_TLS, which sends in the clear"
                .to_owned(),
        ],
        comment: "#",
        advice: vec![
            "put it into /etc/dma/dma.conf in the place of older lines of the same names (of two, the last \
             counts). dma looks at neither CA, name nor dates: the fingerprint is its only protection, and \
             mail stays queued while the server presents another certificate"
                .into(),
        ],
        ..Recipe::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::endpoint::Start;
    use crate::programs::choice::tests::{ABC, lines};

    #[test]
    fn dma_gets_hex_without_colons() {
        let hex = ABC.replace(':', "").to_lowercase();
        let at = |port, start| lines("dma", ("mx.test", "mx.test", port, start), false);
        assert_eq!(
            at(587, Start::Starttls),
            format!("SMARTHOST mx.test\nPORT 587\nSECURETRANSFER\nSTARTTLS\nFINGERPRINT {hex}\n")
        );
        assert_eq!(
            at(465, Start::Implicit),
            format!("SMARTHOST mx.test\nPORT 465\nSECURETRANSFER\nFINGERPRINT {hex}\n")
        );
    }
}
