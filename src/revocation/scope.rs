//! Which certificates a list is for (RFC 5280 §5.2.5).

use super::not_understood::NotUnderstood;
use crate::certificate::der::{self, Element, Fields};
use crate::certificate::{CrlPoint, PointName};
use std::fmt;

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
    /// Of an issuing distribution point. x509-parser passes over names that it cannot read, takes
    /// broken booleans for false, and does not look at what follows.
    pub(super) fn of(point: &[u8]) -> Result<Self, NotUnderstood> {
        let (names, flags) = fields(point).ok_or(NotUnderstood::Scope)?;
        let [
            only_leaves,
            only_cas,
            some_reasons,
            indirect,
            only_attributes,
        ] = flags;
        if indirect {
            return Err(NotUnderstood::Indirect);
        }
        if some_reasons {
            return Err(NotUnderstood::SomeReasons);
        }
        let points = match names {
            Some(Names::Relative) => return Err(NotUnderstood::RelativePoint),
            Some(Names::Full(names)) => Some(names),
            None => None,
        };
        Ok(Self {
            leaves: !only_cas && !only_attributes,
            cas: !only_leaves && !only_attributes,
            points,
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

/// The name of a distribution point.
enum Names {
    /// One of these, of which only the kinds that CAs use are compared.
    Full(Vec<PointName>),
    /// Relative to that of the issuer.
    Relative,
}

/// The fields of an issuing distribution point: its name, and whether each of `[1]` to `[5]` is there.
/// `None`: it has something that is not understood.
fn fields(point: &[u8]) -> Option<(Option<Names>, [bool; 5])> {
    const REASONS: u8 = 0x83;
    let sequence = one(point).filter(|sequence| sequence.tag == 0x30)?;
    let mut fields = Fields::of(sequence.content);
    let names = match fields.optional(0xa0) {
        Some(choice) => Some(Names::read(choice)?),
        None => None,
    };
    let mut flags = [false; 5];
    for (tag, flag) in (0x81..).zip(&mut flags) {
        let Some(content) = fields.optional(tag) else {
            continue;
        };
        // DER leaves out a boolean that has its default (X.690 §11.5).
        if tag != REASONS && content != [0xff] {
            return None;
        }
        *flag = true;
    }
    fields.end()?;
    Some((names, flags))
}

impl Names {
    /// The choice of a `DistributionPointName` (RFC 5280 §4.2.1.13).
    fn read(choice: &[u8]) -> Option<Self> {
        let choice = one(choice).filter(|choice| !choice.content.is_empty())?;
        match choice.tag {
            0xa0 => {
                let mut names = Vec::new();
                for name in der::each(choice.content) {
                    add(&mut names, &name?)?;
                }
                Some(Self::Full(names))
            }
            0xa1 => Some(Self::Relative),
            _ => None,
        }
    }
}

/// Adds a `GeneralName` if it is of a kind that is compared; `None`: it is not one.
fn add(names: &mut Vec<PointName>, name: &Element<'_>) -> Option<()> {
    match name.tag {
        0x86 if name.content.is_ascii() => {
            let uri = String::from_utf8(name.content.to_vec()).ok()?;
            names.push(PointName::Uri(uri));
        }
        0xa4 => names.push(PointName::Directory(one(name.content)?.whole.to_vec())),
        0xa0 | 0x81 | 0x82 | 0xa3 | 0xa5 | 0x87 | 0x88 => {}
        _ => return None,
    }
    Some(())
}

/// The one element that this is.
fn one(der: &[u8]) -> Option<Element<'_>> {
    Element::read(der).filter(|element| element.rest.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hex: &str) -> Result<Scope, NotUnderstood> {
        Scope::of(&hex::decode(hex).expect("hexadecimal digits"))
    }

    #[test]
    fn only_what_is_understood_is_a_scope() {
        let uri = Some(vec![PointName::Uri("x".to_owned())]);
        for (hex, leaves, cas, points) in [
            ("3000", true, true, None),
            ("30038101ff", true, false, None),
            ("30038201ff", false, true, None),
            ("30038501ff", false, false, None),
            ("3007a005a003860178", true, true, uri),
            // A registered ID, which no certificate is compared by.
            ("3007a005a00388012a", true, true, Some(Vec::new())),
        ] {
            let scope = Scope {
                leaves,
                cas,
                points,
            };
            assert_eq!(of(hex), Ok(scope), "{hex}");
        }
        for (hex, why) in [
            // A relative name, also an empty one.
            (
                "300fa00da10b300906035504030c027037",
                NotUnderstood::RelativePoint,
            ),
            ("3004a002a100", NotUnderstood::Scope),
            // No name at all, or none that is one.
            ("3002a000", NotUnderstood::Scope),
            ("3004a002a000", NotUnderstood::Scope),
            ("3005a003040101", NotUnderstood::Scope),
            ("3007a005a003890178", NotUnderstood::Scope),
            ("3007a005a0038601ff", NotUnderstood::Scope),
            ("3006a004a0028602", NotUnderstood::Scope),
            ("3007a005a003860178a100", NotUnderstood::Scope),
            ("3009a007a0038601788100", NotUnderstood::Scope),
            // Booleans.
            ("3003810100", NotUnderstood::Scope),
            ("30028100", NotUnderstood::Scope),
            ("30048102ffff", NotUnderstood::Scope),
            // Order, and what follows.
            ("30068201ff8101ff", NotUnderstood::Scope),
            ("30068101ff8601ff", NotUnderstood::Scope),
            ("30030101ff", NotUnderstood::Scope),
            ("30038101ff00", NotUnderstood::Scope),
            ("", NotUnderstood::Scope),
            ("300483020640", NotUnderstood::SomeReasons),
            ("30038401ff", NotUnderstood::Indirect),
        ] {
            assert_eq!(of(hex), Err(why), "{hex}");
        }
    }
}
