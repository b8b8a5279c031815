//! Which certificates a list is for (RFC 5280 §5.2.5).

use super::not_understood::NotUnderstood;
use crate::certificate::der::{Element, Fields};
use crate::certificate::{CrlPoint, PointName};
use std::fmt;
use x509_parser::extensions::IssuingDistributionPoint;

/// The certificates of a CA that a list is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Those of servers and users.
    leaves: bool,
    /// Those of CAs.
    cas: bool,
    /// Those that name one of these distribution points; `None`: all.
    points: Option<Vec<PointName>>,
}

/// Why a list is not for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfScope {
    /// It is for those that are not CAs.
    OnlyLeaves,
    /// It is for CAs.
    OnlyCas,
    /// It is for attribute certificates.
    OnlyAttributes,
    /// It is for those that name another distribution point.
    OtherPoint,
}

impl Default for Scope {
    /// All certificates of the CA.
    fn default() -> Self {
        Self {
            leaves: true,
            cas: true,
            points: None,
        }
    }
}

impl Scope {
    /// `content` is what was parsed.
    pub(super) fn of(
        point: &IssuingDistributionPoint<'_>,
        content: &[u8],
    ) -> Result<Self, NotUnderstood> {
        if !is_plain(content) {
            return Err(NotUnderstood::Scope);
        }
        if point.indirect_crl {
            return Err(NotUnderstood::Indirect);
        }
        if point.only_some_reasons.is_some() {
            return Err(NotUnderstood::SomeReasons);
        }
        let names = point.distribution_point.as_ref();
        let points = names.map(|names| PointName::all(names).ok_or(NotUnderstood::RelativePoint));
        let is_for_attributes = point.only_contains_attribute_certs;
        Ok(Self {
            leaves: !point.only_contains_ca_certs && !is_for_attributes,
            cas: !point.only_contains_user_certs && !is_for_attributes,
            points: points.transpose()?,
        })
    }

    /// Whether it is for a certificate that names these distribution points.
    pub fn covers(&self, is_ca: bool, points: &[CrlPoint]) -> Result<(), OutOfScope> {
        if !self.leaves && !self.cas {
            return Err(OutOfScope::OnlyAttributes);
        }
        if is_ca && !self.cas {
            return Err(OutOfScope::OnlyLeaves);
        }
        if !is_ca && !self.leaves {
            return Err(OutOfScope::OnlyCas);
        }
        let Some(own) = &self.points else {
            return Ok(());
        };
        let mut named = points.iter().filter(|point| point.is_whole);
        let is_named = named.any(|point| point.names.iter().any(|name| own.contains(name)));
        is_named.then_some(()).ok_or(OutOfScope::OtherPoint)
    }
}

/// Whether nothing in it was passed over: x509-parser takes a boolean that it cannot read for false,
/// and does not look at what follows.
fn is_plain(content: &[u8]) -> bool {
    let Some(sequence) = Element::read(content).filter(|sequence| sequence.rest.is_empty()) else {
        return false;
    };
    let mut fields = Fields::of(sequence.content);
    fields.take_if(&[0xa0]);
    for tag in [0x81, 0x82, 0x83, 0x84, 0x85] {
        let field = fields.take_if(&[tag]);
        let is_boolean = tag != 0x83;
        if field.is_some_and(|field| is_boolean && field.content != [0xff]) {
            return false;
        }
    }
    sequence.tag == 0x30 && fields.end().is_some()
}

impl fmt::Display for OutOfScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnlyLeaves => "is for certificates that are not CAs",
            Self::OnlyCas => "is for certificates of CAs",
            Self::OnlyAttributes => "is for attribute certificates",
            Self::OtherPoint => "is for certificates with another distribution point",
        })
    }
}
