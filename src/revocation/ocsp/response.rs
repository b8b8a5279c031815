//! The outer structure of a response: whether there is an answer at all (RFC 6960 §4.2.1).

use super::basic::Basic;
use crate::certificate::der::{Element, Fields};

/// Why there is no answer in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoResponse {
    /// It is not a response.
    #[error("it cannot be read")]
    Malformed,
    /// The responder reports an error, by its name in RFC 6960.
    #[error("the responder reports an error ({0})")]
    Error(&'static str),
    /// It is of a type that is not known here.
    #[error("it is not a basic response")]
    OtherType,
}

/// id-pkix-ocsp-basic.
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];

/// Reads a response in DER.
pub fn read(response: &[u8]) -> Result<Basic<'_>, NoResponse> {
    let (status, bytes) = outer(response).ok_or(NoResponse::Malformed)?;
    if let Some(error) = error(status) {
        return Err(NoResponse::Error(error));
    }
    let (kind, basic) = bytes.and_then(typed).ok_or(NoResponse::Malformed)?;
    if kind != BASIC {
        return Err(NoResponse::OtherType);
    }
    Basic::read(basic).ok_or(NoResponse::Malformed)
}

/// The status, and what stands in the explicit tag of the answer.
fn outer(response: &[u8]) -> Option<(u8, Option<&[u8]>)> {
    let outer = Element::read(response).filter(|outer| outer.tag == 0x30)?;
    outer.rest.is_empty().then_some(())?;
    let mut fields = Fields::of(outer.content);
    let [status] = fields.optional(0x0a)? else {
        return None;
    };
    let bytes = fields.optional(0xa0);
    fields.end()?;
    Some((*status, bytes))
}

/// The type of an answer, and the answer.
fn typed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let typed = Element::read(bytes).filter(|typed| typed.tag == 0x30)?;
    let mut fields = Fields::of(typed.content);
    let found = (fields.optional(0x06)?, fields.optional(0x04)?);
    fields.end()?;
    Some(found)
}

/// The name of an error; `None`: it is none.
fn error(status: u8) -> Option<&'static str> {
    match status {
        0 => None,
        1 => Some("malformedRequest"),
        2 => Some("internalError"),
        3 => Some("tryLater"),
        5 => Some("sigRequired"),
        6 => Some("unauthorized"),
        _ => Some("one that is not known"),
    }
}
