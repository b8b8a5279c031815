//! The codes of all findings, each declared once: the command line, the documents and the manual
//! take names, severities and meanings from here.

use super::Severity;
use std::cmp::Ordering;
use std::fmt;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Found by audits only: it concerns several targets or addresses, or what will go wrong soon. A
    /// check of one target notes what expires soon, too.
    Audit,
    /// The probe ended early.
    Failure,
    /// A reason why the chain is not trusted.
    Problem,
    /// Worth knowing, but not a reason for distrust.
    Note,
    /// A note that the user asked for with `--pin-expires`; audits do not report it.
    Asked,
    /// It concerns a domain: its DNS records, its policy, and what its hosts present by them.
    Domain,
}

/// Each entry is the meaning in Markdown, then `Variant = "name", Kind Severity;`. A failure of the
/// probe also names its steps after `at`.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])+
       $variant:ident = $name:literal, $kind:ident $severity:ident $(at $steps:literal)?;)+) => {
        /// What a finding is. The names are stable, because programs depend on them: new ones may
        /// be added, none changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl Code {
            /// All codes, by kind, in the order of the documents.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in reports.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What a finding with this code is about.
            pub fn kind(self) -> Kind {
                match self {
                    $(Self::$variant => Kind::$kind,)+
                }
            }

            /// The severity, unless circumstances raise or lower it.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }

            /// The steps at which a probe can fail with this code; empty if it is not a failure.
            pub fn steps(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("" $(, $steps)?),)+
                }
            }

            /// The meaning, in Markdown.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($meaning),+).trim_ascii_start(),)+
                }
            }
        }
    };
}

codes! {
    /// the name cannot be resolved
    DnsFailure = "dns-failure", Failure Critical at "resolve";
    /// the name has no address of the family that `-4` or `-6` asks for
    NoAddress = "no-address", Failure Critical at "resolve";
    /// with `--via` and `--via-command`: the proxy cannot be reached or does not connect to the server,
    /// or the command ended or was silent; the message has its own words
    ProxyFailed = "proxy-failed", Failure Critical at "resolve, connect, greeting, tls";
    /// no address could be connected to; `connection.attempts` says why for each
    ConnectFailed = "connect-failed", Failure Critical at "connect";
    /// the target's deadline passed
    Timeout = "timeout", Failure Critical at "any";
    /// the server closed the connection
    ConnectionClosed = "connection-closed", Failure Critical at "any";
    /// the server reset the connection
    ConnectionReset = "connection-reset", Failure Critical at "any";
    /// the connection broke in another way
    IoError = "io-error", Failure Critical at "any";
    /// the server is busy: a 4yz reply to the connection, to EHLO or to LHLO, or 421 at any step; in
    /// IMAP `[UNAVAILABLE]`, `[INUSE]` or `[LIMIT]`, in POP3 `[SYS/TEMP]`, `[IN-USE]` or
    /// `[LOGIN-DELAY]`, in ManageSieve `(TRYLATER)`
    TemporaryRefusal = "temporary-refusal", Failure Warning at "greeting, ehlo, capabilities, starttls";
    /// the server greeted with a 5yz reply, with `-ERR` in POP3, with `NO` in ManageSieve
    GreetingRefused = "greeting-refused", Failure Critical at "greeting";
    /// IMAP: the server greeted with `PREAUTH`, after which STARTTLS is not allowed: no connection to
    /// this port can be protected
    Preauth = "preauth", Failure Critical at "greeting";
    /// IMAP and ManageSieve: the server ended the session with `BYE`; the message has its text
    Bye = "bye", Failure Critical at "greeting, capabilities, starttls";
    /// EHLO was not answered with 250
    EhloRefused = "ehlo-refused", Failure Critical at "ehlo";
    /// IMAP and LMTP: CAPABILITY or LHLO was refused
    CapabilitiesRefused = "capabilities-refused", Failure Critical at "capabilities";
    /// the server does not offer STARTTLS
    StarttlsNotOffered = "starttls-not-offered", Failure Critical at "ehlo, greeting, capabilities, starttls";
    /// STARTTLS was not answered with 220, or with the `OK` of the protocol
    StarttlsRefused = "starttls-refused", Failure Critical at "starttls";
    /// STARTTLS was answered with 454, or another 4yz but 421: TLS is offered and cannot be had, now
    /// or later. Postfix answers so without its certificate or its key, and to clients over its limit
    /// of new TLS sessions
    StarttlsUnavailable = "starttls-unavailable", Failure Critical at "starttls";
    /// another protocol than SMTP; the message says which it looks like
    NotSmtp = "not-smtp", Failure Critical at "greeting";
    /// another protocol than the one that was expected, if that is not SMTP
    WrongProtocol = "wrong-protocol", Failure Critical at "greeting";
    /// a reply is not one of RFC 5321, or an answer is not one of its protocol
    MalformedReply = "malformed-reply", Failure Critical at "greeting, ehlo, capabilities, starttls";
    /// more came after an answer that was complete, as where `250 ` stands for `250-`
    UnsolicitedReply = "unsolicited-reply", Failure Critical at "greeting, ehlo, capabilities, starttls";
    /// IMAP: the server accepted STARTTLS, and refused it in the same breath under the same tag, as
    /// Courier does without its TLS program
    StarttlsBroken = "starttls-broken", Failure Critical at "starttls, tls";
    /// clear text after the reply to STARTTLS (CVE-2011-0411)
    StarttlsInjection = "starttls-injection", Failure Critical at "starttls, tls";
    /// implicit TLS was asked for, and the port speaks STARTTLS
    WrongMode = "wrong-mode", Failure Critical at "tls";
    /// the answer to the ClientHello is not TLS
    NotTls = "not-tls", Failure Critical at "tls";
    /// the server ended the handshake with an alert
    TlsAlert = "tls-alert", Failure Critical at "tls";
    /// with `--key-type`: the server refuses a handshake with that type of key
    NoSuchKey = "no-such-key", Failure Critical at "tls";
    /// with `--cert`: the server ended the connection after it got the client certificate
    ClientCertificateRefused = "client-certificate-refused", Failure Critical at "tls";
    /// no version, suite or group in common
    TlsIncompatible = "tls-incompatible", Failure Critical at "tls";
    /// the server does not hold the key of the certificate that it presents
    BadHandshakeSignature = "bad-handshake-signature", Failure Critical at "tls";
    /// the handshake is larger than what is read: 64 KiB a message, 256 KiB in all
    MessageTooLarge = "message-too-large", Failure Critical at "tls";
    /// another breach of TLS
    TlsError = "tls-error", Failure Critical at "tls";

    /// the leaf or an intermediate has expired
    Expired = "expired", Problem Critical;
    /// the leaf or an intermediate is not valid yet
    NotYetValid = "not-yet-valid", Problem Critical;
    /// the configured anchor has expired
    AnchorExpired = "anchor-expired", Problem Critical;
    /// the configured anchor is not valid yet
    AnchorNotYetValid = "anchor-not-yet-valid", Problem Critical;
    /// the path ends at a certificate whose issuer is neither sent nor configured, or at a root that
    /// is not
    UnknownIssuer = "unknown-issuer", Problem Critical;
    /// the server sends its certificate without the one that issued it
    MissingIntermediate = "missing-intermediate", Problem Critical;
    /// the server's certificate is self-signed and not configured; an anchor of its name may have
    /// another key
    SelfSigned = "self-signed", Problem Critical;
    /// an authority key identifier in the path names another certificate of its issuer, by key
    /// identifier, serial number or name, and OpenSSL finds no other issuer: Postfix, Mercurial, curl
    /// and Python refuse it, GnuTLS mostly
    IssuerMismatch = "issuer-mismatch", Problem Critical;
    /// it is for other names
    NameMismatch = "name-mismatch", Problem Critical;
    /// the server was reached by a Unix socket and no `--servername` was given: it is not known which
    /// name the certificate must have
    NameNotCompared = "name-not-compared", Problem Critical;
    /// it has no subject alternative name to compare
    NoSan = "no-san", Problem Critical;
    /// a signature does not match the issuer's key
    BadSignature = "bad-signature", Problem Critical;
    /// an issuer is not marked as a CA
    NotACa = "not-a-ca", Problem Critical;
    /// the server's certificate is a CA's
    CaAsLeaf = "ca-as-leaf", Problem Critical;
    /// a path length constraint is exceeded
    PathTooLong = "path-too-long", Problem Critical;
    /// an issuer may not sign certificates, or the leaf may not be a TLS server's
    KeyUsage = "key-usage", Problem Critical;
    /// the extended key usage excludes TLS servers
    WrongUsage = "wrong-usage", Problem Critical;
    /// a CA may not issue for these names, or has a constraint on names of a kind that is not compared
    /// here; without a DNS name the common name counts
    NameConstraint = "name-constraint", Problem Critical;
    /// the issuer is there, and its name is encoded otherwise than the certificate has it (string
    /// type, letter case, blanks): OpenSSL takes it, programs built on rustls do not
    NameEncoding = "name-encoding", Problem Critical;
    /// MD5 or SHA-1
    WeakSignature = "weak-signature", Problem Critical;
    /// RSA under 2048 bits, a curve under 224, DSA
    WeakKey = "weak-key", Problem Critical;
    /// a key or signature that cannot be checked here, for its algorithm or for its parameters, or a
    /// key that is unusable
    UnsupportedAlgorithm = "unsupported-algorithm", Problem Critical;
    /// a critical extension that is not understood here; the message names it, and says what OpenSSL
    /// and GnuTLS do
    CriticalExtension = "critical-extension", Problem Critical;
    /// not X.509 version 3
    UnsupportedVersion = "unsupported-version", Problem Critical;
    /// it breaks the rules of X.509 or of DER, cannot be parsed, is too large, or has a name that
    /// cannot be held against a CA's name constraints
    Malformed = "malformed", Problem Critical;
    /// the server speaks nothing newer than TLS 1.1, or TLS 1.2 without any suite that has both an
    /// ephemeral key exchange on a curve and authenticated encryption
    ObsoleteTls = "obsolete-tls", Problem Critical;
    /// the server did not prove that it holds the key
    KeyNotProven = "key-not-proven", Problem Critical;
    /// fingerprints are configured for this host, and none is that of `chain[0]`
    PinMismatch = "pin-mismatch", Problem Critical;
    /// the server presents none, and there is nothing to judge
    NoCertificate = "no-certificate", Problem Critical at "tls";
    /// a certificate of the path is revoked, as a revocation list or the stapled OCSP response says
    CertificateRevoked = "certificate-revoked", Problem Critical;
    /// no revocation list at hand says whether a certificate of the path is revoked; a note, and a
    /// warning, where the lists are fetched and not given, and where the stapled OCSP response says
    /// that its responder does not know the certificate
    RevocationUnknown = "revocation-unknown", Problem Critical;
    /// the newest revocation list for a certificate of the path is out of date; a note, and a warning,
    /// where it is fetched and not given
    RevocationStale = "revocation-stale", Problem Critical;
    /// the server's certificate demands a stapled OCSP response (must-staple, RFC 7633), and none
    /// came: GnuTLS, and Exim and msmtp with it, refuse the server; said only where
    /// `connection.ocsp_stapled` is known. A note, and a warning, where an intermediate demands one
    StapleMissing = "staple-missing", Problem Critical;
    /// a key that is known to be compromised
    Distrusted = "distrusted", Problem Critical;
    /// the path leads to, or through, a certificate that is configured in a `TRUSTED CERTIFICATE`
    /// block whose trust settings reject it for servers, name other purposes only, or cannot be read
    AnchorRejected = "anchor-rejected", Problem Critical;
    /// path building was given up, or name constraints times names are too many
    TooComplex = "too-complex", Problem Critical;
    /// no path was found, and a file of anchors that a setting or the environment names, or the
    /// system's trust store, could not be read
    AnchorsUnreadable = "anchors-unreadable", Problem Critical;
    /// another rule of path validation, or a date before 1970, which it does not know
    PathInvalid = "path-invalid", Problem Critical;

    /// the certificates are not in the order of the path, which is not worse for it
    OutOfOrder = "out-of-order", Note Note;
    /// a certificate is sent again
    Duplicate = "duplicate", Note Note;
    /// a root is sent along, which clients ignore or have
    RootSent = "root-sent", Note Note;
    /// no path from the server's certificate leads there by the names and keys of issuers, whichever
    /// root a client knows
    Unrelated = "unrelated", Note Note;
    /// a step of another path, for clients that know another root; or one that has expired, which is
    /// to be taken out, as GnuTLS may refuse the server for it
    CrossSigned = "cross-signed", Note Note;
    /// the server's certificate is among the anchors, but another CA issued it
    AnchorIsLeaf = "anchor-is-leaf", Note Note;
    /// the server's certificate is a self-signed CA certificate, configured itself: it is trusted, but
    /// programs built on rustls refuse it
    SelfSignedCa = "self-signed-ca", Note Note;
    /// the anchor is in a directory of `SSL_CERT_DIR`, and not under the name of its hash, such as
    /// `3f94a23e.0`: OpenSSL, and Postfix, curl and Mercurial with it, do not find it there
    AnchorNotHashed = "anchor-not-hashed", Note Warning;
    /// the leaf's key usage has no digitalSignature: GnuTLS, and Exim and msmtp with it, end the
    /// handshake (RFC 8446 section 4.4.2.2)
    KeyUsageSignature = "key-usage-signature", Note Warning;
    /// the stapled OCSP response cannot be read, is for another certificate, is out of date, or is
    /// signed by a key that the CA has not entitled: it proves nothing
    StapleInvalid = "staple-invalid", Note Warning;
    /// another path leads through a revoked certificate, and was passed over
    PathRevoked = "path-revoked", Note Warning;
    /// a family of mail clients would refuse the chain that is trusted here; the message names the
    /// programs and the reason, `clients` has the answer of each family
    ClientsDiffer = "clients-differ", Note Warning;
    /// the server asks for, or demands, a client certificate
    ClientCertificate = "client-certificate", Note Note;
    /// the server, or what stands in front of it, answers no ClientHello with a post-quantum key
    /// share, which takes two TCP segments, but one without (`connection.small_hello`)
    LargeHello = "large-hello", Note Warning;
    /// with `--pin-expires`: the pinned certificate has less left than that, has expired, or its date
    /// cannot be read
    PinExpiring = "pin-expiring", Asked Note;
    /// with `--pin-expires`: nothing is pinned for this host
    NoPin = "no-pin", Asked Note;

    /// the server's certificate expires soon, by `--critical` and `--warning`, or by their defaults
    Expiring = "expiring", Audit Warning;
    /// a certificate above it in the path expires soon, by `--critical` and `--warning`, or by their
    /// defaults
    IntermediateExpiring = "intermediate-expiring", Audit Warning;
    /// longer than the CA/Browser Forum allowed on the day of issue; public CAs only: those that the
    /// distribution ships, not those of `--cacerts`, `cacerts=`, `SSL_CERT_FILE` or `SSL_CERT_DIR`,
    /// nor those that an administrator has added to the system's store
    LongValidity = "long-validity", Audit Warning;
    /// the server has no TLS 1.3
    Tls12 = "tls-1.2", Audit Note;
    /// the addresses of the name serve different certificates; the message says whether they have one
    /// key
    AddressesDiffer = "addresses-differ", Audit Warning;
    /// some of its addresses do not answer
    AddressUnreachable = "address-unreachable", Audit Note;
    /// there are more than 16 addresses, or this machine has no route to some
    AddressNotTried = "address-not-tried", Audit Note;
    /// the ports of the host serve different certificates; a note, unless one of them is an older one
    /// of another: of the same key, or of the same names, kind of key and CA
    PortsDiffer = "ports-differ", Audit Warning;
    /// the certificate on a port expires a day or more before that on another
    PortExpiresEarlier = "port-expires-earlier", Audit Note;
    /// a port of the host is open and offers no STARTTLS
    PortUnprotected = "port-unprotected", Audit Critical;
    /// the certificate on a port lacks names that the one on another port has
    NameDiffers = "name-differs", Audit Note;
    /// another host of the list has the same key
    SharedKey = "shared-key", Audit Note;
    /// the file of the column `cacerts=` cannot be used
    BadCaFile = "bad-ca-file", Audit Critical;
    /// the file or directory of the column `crl=` cannot be used
    BadCrlFile = "bad-crl-file", Audit Critical;

    /// the validation of an answer of the DNS failed: validating resolvers withhold it
    DnsBogus = "dns-bogus", Domain Critical;
    /// a question to the DNS got no answer
    DnsNoAnswer = "dns-no-answer", Domain Critical;
    /// the resolver strips signatures, or does not know EDNS: what is said of DNSSEC may be its fault
    DnssecNotPassed = "dnssec-not-passed", Domain Warning;
    /// senders deliver, and the domain lacks what `--require` names
    RequiredMissing = "required-missing", Domain Critical;
    /// a signature in the DNS ends in less than 3 days, or than 1 day
    RrsigExpiring = "rrsig-expiring", Domain Warning;
    /// an MX record names an alias
    MxAlias = "mx-alias", Domain Note;
    /// an MX record names an address, to which no sender delivers
    MxIsAddress = "mx-is-address", Domain Critical;
    /// the MX record `.`, which says that there is no mail, stands beside others
    NullMxMixed = "null-mx-mixed", Domain Warning;
    /// the MX records are not signed, and hosts have TLSA records
    MxInsecure = "mx-insecure", Domain Warning;
    /// no TLSA record matches what a host presents: senders with DANE do not deliver
    TlsaMismatch = "tlsa-mismatch", Domain Critical;
    /// a TLSA record matches at some addresses or types of key of a host, and not at others
    TlsaPartial = "tlsa-partial", Domain Critical;
    /// a TLSA record of usage 2 matches, and the certificate is for another name
    TlsaName = "tlsa-name", Domain Critical;
    /// a TLSA record of usage 2 matches, and a certificate of the path is not within its dates
    TlsaExpired = "tlsa-expired", Domain Critical;
    /// a TLSA record of usage 2 names a CA certificate that the server does not send
    TlsaCaNotSent = "tlsa-ca-not-sent", Domain Critical;
    /// whether a TLSA record authenticates a host cannot be checked here: that is not taken for fine
    TlsaUnchecked = "tlsa-unchecked", Domain Critical;
    /// TLSA records of a host cannot be used; if it is all, TLS is mandatory and nothing is
    /// authenticated
    TlsaUnusable = "tlsa-unusable", Domain Warning;
    /// the TLSA records of a host are not signed, so that no sender looks at them
    TlsaInsecure = "tlsa-insecure", Domain Warning;
    /// the TLSA record that matches has a weaker digest than one that does not, and does not count
    TlsaAgility = "tlsa-agility", Domain Critical;
    /// by the TLSA records of a host one of Postfix and Exim delivers, and the other does not
    TlsaSendersDiffer = "tlsa-senders-differ", Domain Critical;
    /// a host has TLSA records, and TLS does not start
    TlsaNoStarttls = "tlsa-no-starttls", Domain Critical;
    /// no TLSA record of a host is for a key to come
    TlsaNoRollover = "tlsa-no-rollover", Domain Note;
    /// the TLSA records of a host break at a renewal, or when its CA changes an intermediate
    TlsaFragile = "tlsa-fragile", Domain Warning;
    /// TLSA records match nothing at any address or type of key
    TlsaStale = "tlsa-stale", Domain Note;
    /// a TLSA record is the digest of nothing
    TlsaEmptyDigest = "tlsa-empty-digest", Domain Warning;
    /// a TLSA record of usage 2 matches by the common name only
    TlsaCn = "tlsa-cn", Domain Warning;
    /// some hosts of a domain have TLSA records, and others do not
    DanePartial = "dane-partial", Domain Warning;
    /// more than one MTA-STS record, or one that does not count
    StsRecords = "sts-records", Domain Warning;
    /// the MTA-STS policy cannot be fetched
    StsFetch = "sts-fetch", Domain Warning;
    /// what is fetched is not an MTA-STS policy, or senders ignore a part of it
    StsPolicy = "sts-policy", Domain Warning;
    /// the MTA-STS policy has changed, and the id of its record has not: senders keep the old one
    StsIdUnchanged = "sts-id-unchanged", Domain Warning;
    /// the MTA-STS policy does not cover an MX host
    StsMxUncovered = "sts-mx-uncovered", Domain Critical;
    /// the certificate of an MX host is not one that the MTA-STS policy demands
    StsCertificate = "sts-certificate", Domain Critical;
    /// the MTA-STS policy is in testing
    StsTesting = "sts-testing", Domain Note;
    /// senders keep the MTA-STS policy for less than a day
    StsMaxAge = "sts-max-age", Domain Warning;
    /// the certificate of the MTA-STS policy's host expires soon
    PolicyHostExpiring = "policy-host-expiring", Domain Warning;
    /// a domain with DANE or MTA-STS asks for no reports (TLSRPT)
    TlsrptMissing = "tlsrpt-missing", Domain Note;
    /// the TLSRPT record does not count
    TlsrptInvalid = "tlsrpt-invalid", Domain Warning;
}

impl Code {
    /// The codes that an audit can report, by kind and name: `--only` and `--ignore` select by
    /// them.
    pub fn of_audits() -> Vec<Self> {
        let all = Self::ALL.iter().copied();
        let mut codes: Vec<Self> = all.filter(|code| code.kind() != Kind::Asked).collect();
        codes.sort_by_key(|code| (code.kind(), *code));
        codes
    }

    /// The names of `codes`, as a sentence lists them.
    pub fn list(codes: &[Self]) -> String {
        let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        names.join(", ")
    }

    /// The code with that name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|code| code.as_str() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Orders codes by name, as lists show them.
impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A code as a file has it, which a newer version may have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenCode<'a> {
    /// A code that this version knows.
    Known(Code),
    /// Any other text, unchanged.
    Unknown(&'a str),
}

impl<'a> WrittenCode<'a> {
    /// Reads a code.
    pub fn read(text: &'a str) -> Self {
        Code::named(text).map_or(Self::Unknown(text), Self::Known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once_and_leads_back() {
        for code in Code::ALL {
            assert_eq!(Code::named(code.as_str()), Some(*code));
            assert_eq!(WrittenCode::read(code.as_str()), WrittenCode::Known(*code));
        }
        assert_eq!(Code::named("Expired"), None);
        assert_eq!(
            WrittenCode::read("of-2030"),
            WrittenCode::Unknown("of-2030")
        );
    }

    #[test]
    fn every_meaning_fits_a_cell_of_a_table() {
        for code in Code::ALL {
            let meaning = code.meaning();
            let is_fit = !meaning.contains(['|', '\n']) && !meaning.ends_with('.');
            assert!(
                is_fit && !meaning.is_empty() && meaning.trim() == meaning,
                "{code}"
            );
            assert!(
                code.kind() != Kind::Failure || !code.steps().is_empty(),
                "{code}"
            );
        }
    }
}
