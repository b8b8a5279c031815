//! OCSP responses, as `openssl ocsp` makes them.

use crate::openssl;
use crate::pki::Identity;
use crate::program::Dir;

/// What signs responses, and for whom.
#[derive(Clone, Debug)]
pub struct Responder<'a> {
    /// The CA whose certificates are asked for, as PEM.
    pub issuer: &'a str,
    /// The certificate of the signer, as PEM.
    pub signer: &'a str,
    /// Its key, as PEM.
    pub key: &'a str,
    /// `-sha1` or `-sha256`: how the certificate is named.
    pub digest: &'a str,
    /// Further options of the responder.
    pub options: &'a [&'a str],
}

/// What the CA knows of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has issued it.
    Good,
    /// It has revoked it on 2026-01-02, for this reason.
    Revoked(&'static str),
    /// Nothing.
    Unknown,
}

impl Responder<'_> {
    /// The response for certificates (PEM), all of which have the status that the CA knows of the
    /// first.
    pub fn answer(&self, certificates: &[&str], known: Known) -> Vec<u8> {
        let dir = Dir::new();
        dir.file("issuer.pem", self.issuer);
        dir.file("signer.pem", self.signer);
        dir.file("signer.key", self.key);
        let mut request = vec!["ocsp", "-no_nonce", "-issuer", "issuer.pem", self.digest];
        let names: Vec<String> = (0..certificates.len())
            .map(|n| format!("{n}.pem"))
            .collect();
        for (name, certificate) in names.iter().zip(certificates) {
            dir.file(name, certificate);
            request.extend(["-cert", name]);
        }
        request.extend(["-reqout", "request.der"]);
        openssl::run(&dir, &request);
        dir.file("index.txt", index(certificates[0], known));
        let mut answer = vec!["ocsp", "-index", "index.txt", "-CA", "issuer.pem"];
        answer.extend(["-rsigner", "signer.pem", "-rkey", "signer.key"]);
        answer.extend(["-reqin", "request.der", "-respout", "response.der"]);
        answer.extend(self.options);
        openssl::run(&dir, &answer);
        std::fs::read(dir.path().join("response.der")).expect("a response")
    }
}

/// The database of `openssl ca`, with one certificate.
fn index(certificate: &str, known: Known) -> String {
    let serial = openssl::x509(certificate, &["-serial"]);
    let serial = serial.trim_start_matches("serial=");
    match known {
        Known::Good => format!("V\t491231235959Z\t\t{serial}\tunknown\t/CN=x\n"),
        Known::Revoked(reason) => {
            format!("R\t491231235959Z\t260102030405Z,{reason}\t{serial}\tunknown\t/CN=x\n")
        }
        Known::Unknown => String::new(),
    }
}

/// The leaf of an identity as PEM.
pub fn leaf_of(identity: &Identity) -> String {
    crate::pki::to_pem(&identity.chain[0])
}
