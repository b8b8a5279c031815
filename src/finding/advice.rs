//! What to do about something: text, with options of our command line as data, which `render`
//! spells.

use super::Code;
use std::borrow::Cow;

/// A part of our command line that the advice of a finding names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Take addresses of both families.
    BothFamilies,
    /// Configure trust anchors.
    Cacerts,
    /// Connect to one address.
    Connect,
    /// Say another name in EHLO.
    Ehlo,
    /// Name Mercurial's configuration file.
    Hgrc,
    /// Leave findings with a code out.
    Ignore(Code),
    /// Begin with TLS.
    ImplicitTls,
    /// Ask for a type of key.
    KeyType,
    /// Ask for the one type of key, then for the other.
    EachKeyType,
    /// Send no name in the handshake.
    NoSni,
    /// Pin a certificate.
    Pin,
    /// Pin a certificate as well as those that are pinned.
    PinAdd,
    /// Pin what this target presents, as well as what is pinned, or in its place.
    PinAgain {
        /// As typed.
        target: String,
    },
    /// Watch a pinned certificate.
    PinExpires,
    /// Judge by another name.
    Servername,
    /// Begin in the clear, and ask for TLS.
    Starttls,
    /// Wait for longer.
    Timeout,
    /// Present a client certificate.
    ClientCertificate,
    /// Go through a proxy.
    Via,
    /// Go through a command.
    ViaCommand,
    /// Send the header of the PROXY protocol.
    ProxyProtocol,
    /// Connect from an address.
    Source,
}

/// A piece of an advice. `R` is the part of the command line that it may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<R> {
    /// Text.
    Text(Cow<'static, str>),
    /// A part of the command line.
    Remedy(R),
    /// A line to be copied as it stands, such as a record of a zone.
    Line(String),
}

/// One or more sentences for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice<R = Remedy>(Vec<Piece<R>>);

impl<R> Advice<R> {
    /// Starts with text.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    /// Adds a part of the command line.
    #[must_use]
    pub fn option(mut self, remedy: R) -> Self {
        self.0.push(Piece::Remedy(remedy));
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// Adds a line to be copied.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.0.push(Piece::Line(line.into()));
        self
    }

    /// Adds another advice.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> &[Piece<R>] {
        &self.0
    }
}

impl<R, T: Into<Cow<'static, str>>> From<T> for Advice<R> {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}
