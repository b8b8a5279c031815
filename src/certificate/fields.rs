//! What can be shown of a certificate, whether it can be parsed as a whole or not.

use super::facts::Facts;
use super::key::PublicKey;
use super::name::Name;
use super::partial::PartialFacts;
use super::read::Certificate;
use super::sans::Sans;
use time::OffsetDateTime;

/// The fields that are read even where the certificate cannot be parsed as a whole; for eyes only.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// As [`Facts::serial`].
    pub serial: Option<&'a str>,
    /// As [`Facts::signature_algorithm`].
    pub signature_algorithm: Option<&'a str>,
    /// The issuer.
    pub issuer: Option<&'a Name>,
    /// The first and the last moment of validity.
    pub validity: Option<(OffsetDateTime, OffsetDateTime)>,
    /// The subject.
    pub subject: Option<&'a Name>,
    /// The subject's key.
    pub public_key: Option<&'a PublicKey>,
    /// The subject alternative names.
    pub sans: Option<&'a Sans>,
}

impl Certificate {
    /// The fields that could be read.
    pub fn fields(&self) -> Fields<'_> {
        match self.facts() {
            Ok(facts) => facts.into(),
            Err(why) => (&*why.remains).into(),
        }
    }
}

impl<'a> From<&'a Facts> for Fields<'a> {
    fn from(facts: &'a Facts) -> Self {
        Self {
            serial: Some(&facts.serial),
            signature_algorithm: Some(&facts.signature_algorithm),
            issuer: Some(&facts.issuer),
            validity: Some((facts.not_before, facts.not_after)),
            subject: Some(&facts.subject),
            public_key: Some(&facts.public_key),
            sans: facts.sans.as_ref(),
        }
    }
}

impl<'a> From<&'a PartialFacts> for Fields<'a> {
    fn from(partial: &'a PartialFacts) -> Self {
        Self {
            serial: partial.serial.as_deref(),
            signature_algorithm: partial.signature_algorithm.as_deref(),
            issuer: partial.issuer.as_ref(),
            validity: partial.validity,
            subject: partial.subject.as_ref(),
            public_key: partial.public_key.as_ref(),
            sans: partial.sans.as_ref(),
        }
    }
}
