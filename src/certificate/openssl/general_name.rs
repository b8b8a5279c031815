//! General names (RFC 5280 §4.2.1.6), as OpenSSL decodes them (`crypto/x509/v3_genn.c`).

use super::value::{OBJECT, SEQUENCE, Value};
use crate::certificate::constraints::GeneralName;
use crate::certificate::der::Element;
use crate::certificate::loads;
use crate::certificate::name::canonical;

/// `None`: OpenSSL cannot decode it, nor the extension that it is in.
pub(super) fn read(value: Value<'_>) -> Option<GeneralName> {
    let text = || value.string().map(std::borrow::Cow::into_owned);
    let whole = || value.content.to_vec();
    Some(match value.tag {
        0x80 => {
            let mut fields = value.fields()?;
            fields.required(OBJECT)?.object()?;
            fields.required(0x80)?.inner()?.whatever()?;
            fields.end()?;
            GeneralName::Other(0xa0, whole())
        }
        0x81 => GeneralName::Email(text()?),
        0x82 => GeneralName::Dns(text()?),
        // What is in it is not decoded.
        0x83 => value.fields().map(|_| GeneralName::Other(0xa3, whole()))?,
        0x84 => {
            let name = value.inner().filter(|name| name.tag == SEQUENCE)?;
            loads::name(name)?;
            GeneralName::Directory(whole())
        }
        0x85 => {
            let string = |value: Value<'_>| value.inner()?.directory_string();
            let mut fields = value.fields()?;
            fields.optional(0x80, string).ok()?;
            string(fields.required(0x81)?)?;
            fields.end()?;
            GeneralName::Other(0xa5, whole())
        }
        0x86 => GeneralName::Uri(text()?),
        0x87 => GeneralName::Ip(text()?),
        0x88 => GeneralName::Other(0x88, value.object()?.to_vec()),
        _ => return None,
    })
}

/// The canonical form of a directory name.
pub(super) fn directory(name: &GeneralName) -> Option<Vec<u8>> {
    let GeneralName::Directory(der) = name else {
        return None;
    };
    let name = Element::read(der).filter(|name| name.tag == 0x30 && name.rest.is_empty())?;
    canonical(name.content)
}
