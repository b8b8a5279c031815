//! The families of mail clients: programs that share a verifier.

/// A family of programs that share a verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Postfix, Mercurial, curl, Python before 3.13, OpenSMTPD.
    Openssl,
    /// Python 3.13 and later by default: `X509_V_FLAG_X509_STRICT` and `X509_V_FLAG_PARTIAL_CHAIN`.
    OpensslStrict,
    /// Debian's Exim, msmtp, mutt, wget.
    Gnutls,
    /// Programs built on rustls.
    Webpki,
}

impl Family {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::Openssl,
        Self::OpensslStrict,
        Self::Gnutls,
        Self::Webpki,
    ];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openssl => "openssl",
            Self::OpensslStrict => "openssl-strict",
            Self::Gnutls => "gnutls",
            Self::Webpki => "webpki",
        }
    }

    /// The programs, as a sentence names them.
    pub fn programs(self) -> &'static str {
        match self {
            Self::Openssl => "Postfix, Mercurial, curl, Python and OpenSMTPD (OpenSSL)",
            Self::OpensslStrict => "Python 3.13 and later by default (OpenSSL in its strict mode)",
            Self::Gnutls => "Exim, msmtp, mutt and wget as Debian builds them (GnuTLS)",
            Self::Webpki => "programs built on rustls (webpki)",
        }
    }
}
