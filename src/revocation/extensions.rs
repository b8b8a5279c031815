//! The extensions of a list (RFC 5280 §5.2): what it is for, whose key it names, and what is in it
//! that is not understood here.

use super::authority::Authority;
use super::not_understood::NotUnderstood;
use super::scope::Scope;
use crate::certificate::der;
use x509_parser::asn1_rs::FromDer;
use x509_parser::extensions::X509Extension;

/// What the list is for; `None`: these are not extensions.
pub(super) fn scope(extensions: &[u8]) -> Option<Result<Scope, NotUnderstood>> {
    let mut found = None;
    for extension in der::each(extensions) {
        let extension = extension?;
        let (rest, extension) = X509Extension::from_der(extension.whole).ok()?;
        rest.is_empty().then_some(())?;
        let oid = extension.oid.to_id_string();
        let scope = if oid == SCOPE {
            Scope::of(extension.value)
        } else if let Some(why) = not_understood(oid, extension.critical) {
            Err(why)
        } else {
            continue;
        };
        found = Some(match found {
            None => scope,
            // The first reason stays, and what is there twice is one.
            Some(Err(why)) => Err(why),
            Some(Ok(_)) => Err(scope.err().unwrap_or(NotUnderstood::Scope)),
        });
    }
    Some(found.unwrap_or_else(|| Ok(Scope::default())))
}

/// Which key the list names as its issuer's; `None`: that cannot be read, or is there twice.
pub(super) fn authority(extensions: &[u8]) -> Option<Authority> {
    let mut found = None;
    for extension in der::each(extensions) {
        let (_, extension) = X509Extension::from_der(extension?.whole).ok()?;
        if extension.oid.to_id_string() == KEY_IDENTIFIER {
            let twice = found.replace(Authority::read(extension.value)?);
            twice.is_none().then_some(())?;
        }
    }
    Some(found.unwrap_or_default())
}

const NUMBER: &str = "2.5.29.20";
const DELTA: &str = "2.5.29.27";
const SCOPE: &str = "2.5.29.28";
const KEY_IDENTIFIER: &str = "2.5.29.35";

fn not_understood(oid: String, is_critical: bool) -> Option<NotUnderstood> {
    match oid.as_str() {
        DELTA => Some(NotUnderstood::Delta),
        NUMBER | KEY_IDENTIFIER => None,
        _ => is_critical.then_some(NotUnderstood::Critical(oid)),
    }
}
