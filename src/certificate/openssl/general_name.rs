//! General names (RFC 5280 §4.2.1.6) that OpenSSL can decode.

use crate::certificate::constraints::GeneralName;
use crate::certificate::der::Element;
use crate::certificate::name::canonical;

/// `None`: OpenSSL cannot decode it, nor the extension that it is in.
pub(crate) fn read(element: &Element<'_>) -> Option<GeneralName> {
    Some(GeneralName::read(element)).filter(is_decodable)
}

/// Whether OpenSSL can decode it.
pub(crate) fn is_decodable(name: &GeneralName) -> bool {
    const X400_ADDRESS: u8 = 0xa3;
    const EDI_PARTY_NAME: u8 = 0xa5;
    const REGISTERED_ID: u8 = 0x88;
    match name {
        GeneralName::Directory(_) => directory(name).is_some(),
        GeneralName::Other(X400_ADDRESS | EDI_PARTY_NAME | REGISTERED_ID, _) => true,
        GeneralName::Other(..) => name.other_type().is_some(),
        _ => true,
    }
}

/// The canonical form of a directory name.
pub(crate) fn directory(name: &GeneralName) -> Option<Vec<u8>> {
    let GeneralName::Directory(der) = name else {
        return None;
    };
    let name = Element::read(der).filter(|name| name.tag == 0x30 && name.rest.is_empty())?;
    canonical(name.content)
}
