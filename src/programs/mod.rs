//! Pins of other programs: what each must be told so that it accepts a server by one certificate,
//! one key or one CA, and by nothing else. One file for each program; all of it is a function of
//! what was seen.

mod curl;
mod exim;
mod git;
mod gnutls;
mod msmtp;
mod openssl;
mod postfix;
mod tlsa;

pub use tlsa::{Association, associations};

use crate::certificate::Certificate;
use crate::endpoint::{Host, Start};
use crate::fingerprint::{Algorithm, Fingerprint};
use std::fmt;

/// The programs, the records of DANE, and JSON for everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Postfix' SMTP client: a line of `smtp_tls_policy_maps`.
    Postfix,
    /// msmtp: an account of `msmtprc`.
    Msmtp,
    /// `git send-email`: a section of git's configuration.
    Git,
    /// curl: a file for `--config`.
    Curl,
    /// OpenSSL: a file for `-CAfile`.
    Openssl,
    /// GnuTLS: a line of its `known_hosts`, or a file for `--x509cafile`.
    Gnutls,
    /// Exim: a transport.
    Exim,
    /// TLSA records (RFC 6698): lines of a zone file.
    Tlsa,
    /// Everything that can be pinned, for any other program.
    Json,
}

impl Tool {
    /// All of them, as the list shows them.
    pub const ALL: [Self; 9] = [
        Self::Postfix,
        Self::Msmtp,
        Self::Git,
        Self::Curl,
        Self::Openssl,
        Self::Gnutls,
        Self::Exim,
        Self::Tlsa,
        Self::Json,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postfix => "postfix",
            Self::Msmtp => "msmtp",
            Self::Git => "git",
            Self::Curl => "curl",
            Self::Openssl => "openssl",
            Self::Gnutls => "gnutls",
            Self::Exim => "exim",
            Self::Tlsa => "tlsa",
            Self::Json => "json",
        }
    }

    /// What it can be pinned by; the first is what it is pinned by unless told otherwise. JSON has
    /// everything at once.
    pub fn ways(self) -> &'static [Way] {
        match self {
            Self::Postfix => postfix::WAYS,
            Self::Msmtp => msmtp::WAYS,
            Self::Git => git::WAYS,
            Self::Curl => curl::WAYS,
            Self::Openssl => openssl::WAYS,
            Self::Gnutls => gnutls::WAYS,
            Self::Exim => exim::WAYS,
            Self::Tlsa => tlsa::WAYS,
            Self::Json => &[],
        }
    }

    /// The TLS library that decides beside the pin, as Debian builds the program; `None`: there is no
    /// program.
    pub fn library(self) -> Option<Library> {
        match self {
            Self::Postfix | Self::Git | Self::Curl | Self::Openssl => Some(Library::Openssl),
            Self::Msmtp | Self::Gnutls | Self::Exim => Some(Library::Gnutls),
            Self::Tlsa | Self::Json => None,
        }
    }

    fn pin(self, request: &Request<'_>) -> Result<Pin, Objection> {
        match self {
            Self::Postfix => postfix::pin(request),
            Self::Msmtp => msmtp::pin(request),
            Self::Git => git::pin(request),
            Self::Curl => curl::pin(request),
            Self::Openssl => openssl::pin(request),
            Self::Gnutls => gnutls::pin(request),
            Self::Exim => exim::pin(request),
            Self::Tlsa => tlsa::pin(request),
            Self::Json => Ok(Pin::default()),
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The TLS libraries of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// OpenSSL.
    Openssl,
    /// GnuTLS.
    Gnutls,
}

/// What a server is pinned by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its certificate.
    Certificate,
    /// Its key, in whatever certificate.
    Key,
    /// The CA of its certificate.
    Ca,
}

impl By {
    /// The value of `--by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "fingerprint",
            Self::Key => "key",
            Self::Ca => "cacerts",
        }
    }

    /// Whether the pin still holds after a renewal with the same key, after one with a new key,
    /// and after a change to another CA (with the same key).
    pub fn survives(self) -> [bool; 3] {
        match self {
            Self::Certificate => [false, false, false],
            Self::Key => [true, false, true],
            Self::Ca => [true, true, false],
        }
    }

    /// The same in words.
    pub fn promise(self) -> &'static str {
        match self {
            Self::Certificate => {
                "pins this certificate: every renewal needs a new pin, also one with the same key"
            }
            Self::Key => {
                "pins this key: renewals that keep it are accepted, a new key needs a new pin"
            }
            Self::Ca => {
                "pins this CA: renewals and new keys are accepted, another CA needs a new pin"
            }
        }
    }
}

/// One of the ways to pin for a program.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// By what.
    pub by: By,
    /// With which of the program's words.
    pub what: &'static str,
    /// The certificate in a file.
    pub file: FileUse,
    /// What the program goes on checking itself.
    pub checks: Checks,
    /// The digests that it knows; the first is the usual one.
    pub digests: &'static [Algorithm],
}

/// Whether a way needs a file with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileUse {
    /// It has no use for one.
    Never,
    /// It can have one.
    Optional,
    /// The lines name it.
    Needed,
    /// It is all that there is.
    Itself,
}

/// What a program checks besides the pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// Nothing: neither CA nor name nor dates.
    Nothing,
    /// Name and dates.
    NameAndDates,
    /// The CA in its own trust store as well.
    Everything,
}

/// The server as the program has to reach it.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// Where it is.
    pub host: &'a Host,
    /// The name that its certificate must be for.
    pub reference: &'a Host,
    /// The port.
    pub port: u16,
    /// How TLS starts there.
    pub mode: Start,
    /// The name was sent as SNI; a server may present something else without it.
    pub sni: bool,
}

impl Server<'_> {
    fn sni(&self) -> Option<&Host> {
        let is_name = matches!(self.reference, Host::Name { .. });
        (self.sni && is_name).then_some(self.reference)
    }
}

/// How to pin, as far as the user decides.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// For which program.
    pub tool: Tool,
    /// One of its ways.
    pub way: &'a Way,
    /// One of the way's digests.
    pub digest: Algorithm,
    /// The file for a certificate, as an absolute path; `None` also where the way has no use for one.
    pub file: Option<&'a str>,
}

impl<'a> Choice<'a> {
    /// Makes sure that the options fit together and the program, before anything is asked of a
    /// server.
    pub fn new(
        tool: Tool,
        by: Option<By>,
        digest: Option<Algorithm>,
        file: Option<&'a str>,
    ) -> Result<Self, Objection> {
        let way = match by {
            None => tool.ways().first(),
            Some(by) => tool.ways().iter().find(|way| way.by == by),
        };
        let way = way.ok_or(Objection::Way(tool))?;
        let usual = way.digests.first().copied().unwrap_or(Algorithm::Sha256);
        let digest = match digest {
            None => usual,
            Some(digest) if way.digests.contains(&digest) => digest,
            Some(digest) => return Err(Objection::Digest(tool, way.by, digest)),
        };
        match (way.file, file) {
            (FileUse::Needed, None) => return Err(Objection::FileNeeded(tool, way.by)),
            (_, Some(file)) if !is_plain(file) => {
                return Err(Objection::Path(file.to_owned()));
            }
            _ => {}
        }
        Ok(Self {
            tool,
            way,
            digest,
            file: file.filter(|_| way.file != FileUse::Never),
        })
    }

    /// Makes sure that the program can be told to reach the server so.
    pub fn fits(&self, server: &Server<'_>) -> Result<(), Objection> {
        let same = server.host == server.reference;
        let checks_name = self.way.checks != Checks::Nothing;
        let is_address = matches!(server.reference, Host::Ip(_));
        match self.tool {
            // DANE-TA(2) goes by the name that the record stands at (RFC 7672 §3.2.2).
            Tool::Git | Tool::Curl | Tool::Exim | Tool::Tlsa if !same && checks_name => {
                Err(Objection::OtherName(self.tool))
            }
            Tool::Postfix if is_address && checks_name => Err(Objection::Address(self.tool)),
            Tool::Tlsa if matches!(server.host, Host::Ip(_)) => Err(Objection::Address(self.tool)),
            _ => Ok(()),
        }
    }

    /// The pin. `path` is the validated path, from the leaf to the anchor; empty if the chain is
    /// not trusted.
    pub fn pin(
        &self,
        server: &Server<'_>,
        presented: &[Certificate],
        path: &[Certificate],
    ) -> Result<Pin, Objection> {
        let leaf = presented.first().ok_or(Objection::NoCertificate)?;
        if self.way.by == By::Ca && path.is_empty() {
            return Err(Objection::NoAnchor(self.tool));
        }
        self.tool.pin(&Request {
            choice: *self,
            server: *server,
            leaf,
            presented,
            path,
        })
    }
}

/// All that a pin depends on.
#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    choice: Choice<'a>,
    server: Server<'a>,
    leaf: &'a Certificate,
    presented: &'a [Certificate],
    path: &'a [Certificate],
}

impl Request<'_> {
    /// The certificate that goes into a file.
    fn trusted(&self) -> &Certificate {
        match self.choice.way.by {
            By::Certificate => self.leaf,
            By::Key | By::Ca => self.path.last().unwrap_or(self.leaf),
        }
    }

    /// The anchor of OpenSSL's and others' paths must be self-signed, unless they are told that
    /// any trusted certificate will do.
    fn is_partial(&self) -> bool {
        let facts = self.trusted().facts();
        !facts.is_ok_and(|facts| facts.self_issued)
    }

    /// A leaf as the only trusted certificate, for GnuTLS and for Exim with either library.
    fn self_signed_or_ca(&self) -> Result<&Certificate, Objection> {
        let facts = self.leaf.facts();
        let self_issued = facts.is_ok_and(|facts| facts.self_issued);
        match self.choice.way.by {
            By::Certificate if !self_issued => Err(Objection::NotSelfSigned(self.choice.tool)),
            _ => Ok(self.trusted()),
        }
    }

    fn key(&self, algorithm: Algorithm) -> Result<Fingerprint, Objection> {
        let spki = self.spki()?;
        Ok(Fingerprint::compute(algorithm, spki))
    }

    /// The DER of the leaf's `SubjectPublicKeyInfo`.
    fn spki(&self) -> Result<&[u8], Objection> {
        spki(self.leaf).ok_or(Objection::NoKey)
    }

    /// The fingerprint of the leaf or of its key.
    fn fingerprint(&self) -> Result<Fingerprint, Objection> {
        match self.choice.way.by {
            By::Key => self.key(self.choice.digest),
            By::Certificate | By::Ca => Ok(self.leaf.fingerprint(self.choice.digest)),
        }
    }

    fn file(&self) -> &str {
        self.choice.file.unwrap_or_default()
    }
}

fn spki(certificate: &Certificate) -> Option<&[u8]> {
    let facts = certificate.facts().ok()?;
    Some(&facts.public_key.spki)
}

/// What to tell a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pin {
    /// The lines, each ended by a line feed; empty if the certificate's file is all.
    pub lines: String,
    /// What a reader of the file must know: lines of comment above.
    pub remarks: Vec<String>,
    /// What a comment begins with.
    pub comment: &'static str,
    /// What else is to be done, for the user's eyes.
    pub advice: Vec<String>,
    /// The certificate for the file.
    pub certificate: Option<Certificate>,
    /// What the pin survives, where it is not [`By::promise`].
    pub promise: Option<String>,
}

/// Why there is no pin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// Not one of the program's ways.
    #[error("{} cannot be pinned so: it knows {}", .0, ways(*.0))]
    Way(Tool),
    /// Not one of the way's digests.
    #[error("{} is not for {} by {}{}", .2, .0, .1.as_str(), digests(*.0, *.1))]
    Digest(Tool, By, Algorithm),
    /// A file is needed.
    #[error("{} by {} reads a certificate from a file", .0, .1.as_str())]
    FileNeeded(Tool, By),
    /// A path that could be read as something else.
    #[error(
        "\"{0}\" cannot stand in a configuration or command: a path may have letters, digits and /._-+@~ only"
    )]
    Path(String),
    /// The program takes the name from the host.
    #[error(
        "{0} compares the certificate with the name of the host, and no other: --servername cannot be told to it"
    )]
    OtherName(Tool),
    /// The program needs a name.
    #[error("{0} needs the name of a host here, and not an address")]
    Address(Tool),
    /// The server presented none.
    #[error("there is no certificate to pin")]
    NoCertificate,
    /// The chain is not trusted.
    #[error("the chain leads to no trust anchor, so there is no CA that {0} could go by")]
    NoAnchor(Tool),
    /// The key cannot be found in the certificate.
    #[error("the key of the certificate cannot be read")]
    NoKey,
    /// DANE-TA(2) needs the CA in the chain (RFC 7671 §5.2.2).
    #[error(
        "the server presents no certificate of its CA, and clients need it for a TLSA record 2 1 1 (RFC 7671 section 5.2.2)"
    )]
    CaNotPresented,
    /// GnuTLS looks for the issuer of the leaf among the trusted certificates, never for the leaf.
    #[error(
        "the certificate is not self-signed, and {0} takes no other server's certificate as trusted"
    )]
    NotSelfSigned(Tool),
    /// Postfix' `tafile` holds no certificate of a server.
    #[error("the trusted certificate is the server's own, and Postfix takes only a CA's in tafile")]
    NotACa,
}

impl Objection {
    /// What to do about it.
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self {
            Self::FileNeeded(..) => "name the file to write it to with --ca-out",
            Self::Way(_) => "smtp-certcheck pin --for lists them",
            Self::NoAnchor(_) => "name the CA with --cacerts, or pin --by fingerprint",
            Self::CaNotPresented => "pin --by key, or have the server send its intermediate",
            Self::NotSelfSigned(Tool::Gnutls) => "pin --by key, or --by cacerts",
            Self::NotSelfSigned(_) => "pin --by cacerts",
            Self::NotACa => "pin --by fingerprint or --by key",
            Self::NoKey => "pin --by fingerprint",
            Self::Path(_) => "name another file",
            _ => return None,
        })
    }
}

fn ways(tool: Tool) -> String {
    let ways = tool.ways().iter().map(|way| way.by.as_str());
    match ways.collect::<Vec<_>>().join(", --by ") {
        none if none.is_empty() => "no --by, it has everything".to_owned(),
        some => format!("--by {some}"),
    }
}

fn digests(tool: Tool, by: By) -> String {
    let way = tool.ways().iter().find(|way| way.by == by);
    let known = way.map_or(&[][..], |way| way.digests);
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    match known.as_slice() {
        [] => ", which has no digest".to_owned(),
        known => format!(", which knows {}", known.join(", ")),
    }
}

/// Characters that mean nothing but themselves in any of the configurations: most end a word at a
/// space, a comma or a colon, Exim expands `$` and `\`, and not all know quotes.
fn is_plain(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@~".contains(c);
    !path.is_empty() && path.chars().all(plain)
}

/// Text of a certificate for a comment: nothing in it ends a line, continues one, or looks like
/// the border of a PEM block, which GnuTLS also finds in the middle of a line.
pub fn comment_text(text: &str) -> String {
    let harmless = |c: char| match c {
        c if c.is_alphanumeric() || " .,:;=_*@()+/'-".contains(c) => c,
        _ => '?',
    };
    let mut text: String = text.chars().map(harmless).collect();
    while text.contains("--") {
        text = text.replace("--", "-");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_comment_looks_like_a_line_of_its_own() {
        let hostile = "a\n[smtp]\r\\\u{2028}-----BEGIN CERTIFICATE-----\u{202e}${run{x}}\"#|";
        let text = comment_text(hostile);
        assert!(!text.contains("--"), "{text}");
        let bad = |c: char| c.is_control() || "\\\u{2028}\u{202e}${}\"#|[]".contains(c);
        assert!(!text.contains(bad), "{text}");
        assert_eq!(
            comment_text("CN=mail.example.org, Müller"),
            "CN=mail.example.org, Müller"
        );
    }

    #[test]
    fn a_path_means_nothing_but_itself() {
        assert!(is_plain("/etc/ssl/my-ca_1.pem"));
        for path in [
            "", "/a b", "/a,b", "/a:b", "/a$b", "/a\\b", "/a\"b", "/a\nb", "/ä#",
        ] {
            assert!(!is_plain(path), "{path:?}");
        }
    }

    #[test]
    fn every_program_but_json_has_a_way_and_no_way_twice() {
        for tool in Tool::ALL {
            let ways = tool.ways();
            assert_eq!(ways.is_empty(), tool == Tool::Json, "{tool}");
            for (index, way) in ways.iter().enumerate() {
                assert!(
                    ways[..index].iter().all(|other| other.by != way.by),
                    "{tool}"
                );
            }
        }
    }

    #[test]
    fn options_that_do_not_fit_are_refused_before_a_server_is_asked() {
        let choose = |tool, by, digest, file| Choice::new(tool, by, digest, file).map(|_| ());
        assert_eq!(
            choose(Tool::Msmtp, Some(By::Key), None, None),
            Err(Objection::Way(Tool::Msmtp))
        );
        assert_eq!(
            choose(Tool::Msmtp, None, Some(Algorithm::Sha512), None),
            Err(Objection::Digest(
                Tool::Msmtp,
                By::Certificate,
                Algorithm::Sha512
            ))
        );
        assert_eq!(
            choose(Tool::Git, None, None, None),
            Err(Objection::FileNeeded(Tool::Git, By::Ca))
        );
        // One that a way has no use for is no mistake: which way needs one is not for the user to know.
        let useless = Choice::new(Tool::Postfix, None, None, Some("/ca.pem"));
        assert_eq!(useless.map(|choice| choice.file), Ok(None));
        assert_eq!(
            choose(Tool::Exim, None, None, Some("/${run{x}}")),
            Err(Objection::Path("/${run{x}}".to_owned()))
        );
        assert_eq!(choose(Tool::Exim, None, None, Some("/ca.pem")), Ok(()));
    }

    /// What is printed for a certificate that is any bytes.
    fn lines(tool: Tool, target: (&str, &str, u16, Start), sni: bool) -> String {
        let (host, reference, port, mode) = target;
        let host: Host = host.parse().expect("a host");
        let reference: Host = reference.parse().expect("a host");
        let server = Server {
            host: &host,
            reference: &reference,
            port,
            mode,
            sni,
        };
        let by = (tool == Tool::Tlsa).then_some(By::Certificate);
        let choice = Choice::new(tool, by, None, None).expect("a choice");
        choice.fits(&server).expect("it fits");
        let leaf = Certificate::new(b"abc".to_vec().into());
        choice.pin(&server, &[leaf], &[]).expect("a pin").lines
    }

    const ABC: &str = "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:\
                       B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";

    #[test]
    fn postfix_is_told_of_both_next_hops_and_of_the_name_to_ask_for() {
        let at = |host, reference, port| (host, reference, port, Start::Starttls);
        assert_eq!(
            lines(Tool::Postfix, at("mx.test", "mx.test", 25), true),
            format!(
                "[mx.test]:25 fingerprint servername=mx.test\n    match={ABC}\n\
                 [mx.test] fingerprint servername=mx.test\n    match={ABC}\n"
            )
        );
        // What was not asked for by us must not be asked for by Postfix.
        assert_eq!(
            lines(Tool::Postfix, at("mx.test", "mx.test", 587), false),
            format!("[mx.test]:587 fingerprint\n    match={ABC}\n")
        );
        assert_eq!(
            lines(Tool::Postfix, at("2001:db8::25", "other.test", 587), true),
            format!("[2001:db8::25]:587 fingerprint servername=other.test\n    match={ABC}\n")
        );
    }

    #[test]
    fn msmtp_is_told_of_another_name_and_of_implicit_tls() {
        assert_eq!(
            lines(
                Tool::Msmtp,
                ("2001:db8::25", "mx.test", 465, Start::Implicit),
                true
            ),
            format!(
                "account 2001_db8__25-465\nhost 2001:db8::25\nport 465\ntls on\ntls_starttls off\n\
                 tls_certcheck on\ntls_host_override mx.test\ntls_fingerprint {ABC}\n"
            )
        );
    }

    #[test]
    fn a_record_is_of_the_certificate_without_a_readable_key() {
        let at = ("mx.test", "mx.test", 25, Start::Starttls);
        let hex = ABC.replace(':', "").to_lowercase();
        assert_eq!(
            lines(Tool::Tlsa, at, true),
            format!("_25._tcp.mx.test. IN TLSA 3 0 1 {hex}\n")
        );
    }

    #[test]
    fn what_a_program_cannot_be_told_is_an_objection() {
        let fits = |tool: Tool, host: &str, reference: &str, by| {
            let (host, reference) = (host.parse().expect("a host"), reference.parse());
            let server = Server {
                host: &host,
                reference: &reference.expect("a host"),
                port: 25,
                mode: Start::Starttls,
                sni: true,
            };
            Choice::new(tool, by, None, Some("/ca.pem")).and_then(|choice| choice.fits(&server))
        };
        for tool in [Tool::Git, Tool::Curl, Tool::Exim, Tool::Tlsa] {
            let other = fits(tool, "mx.test", "other.test", Some(By::Ca));
            assert_eq!(other, Err(Objection::OtherName(tool)));
        }
        let address = "192.0.2.1";
        assert_eq!(
            fits(Tool::Postfix, address, address, Some(By::Ca)),
            Err(Objection::Address(Tool::Postfix))
        );
        assert_eq!(fits(Tool::Postfix, address, address, None), Ok(()));
        assert_eq!(
            fits(Tool::Tlsa, address, "mx.test", None),
            Err(Objection::Address(Tool::Tlsa))
        );
    }
}
