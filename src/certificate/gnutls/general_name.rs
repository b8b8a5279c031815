//! Names, and subtrees of names, as GnuTLS reads them.

use super::tasn1::{each, has_empty_value, is_name, is_object};
use crate::certificate::der::{Element, Fields};

/// The kinds of names, as `gnutls_x509_subject_alt_name_t` numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Dns,
    Email,
    Uri,
    Ip,
    Other,
    Directory,
}

impl Kind {
    /// The kinds whose constraints are more than a bar.
    pub(crate) fn is_supported(self) -> bool {
        matches!(self, Self::Dns | Self::Email | Self::Ip)
    }
}

/// A subtree.
pub(crate) type Node = (Kind, Vec<u8>);

/// The permitted and the excluded subtrees of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subtrees {
    pub(crate) permitted: Vec<Node>,
    pub(crate) excluded: Vec<Node>,
}

impl Subtrees {
    /// The subtrees in the contents of both lists; `None`: GnuTLS refuses them
    /// (`_gnutls_extract_name_constraints`).
    pub(super) fn read(permitted: &[u8], excluded: &[u8]) -> Option<Self> {
        Some(Self {
            permitted: nodes(permitted)?,
            excluded: nodes(excluded)?,
        })
    }
}

fn nodes(list: &[u8]) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    let mut has_ended = false;
    for subtree in each(list) {
        let subtree = subtree.filter(|subtree| subtree.tag == 0x30)?;
        // Without a base, the list ends there.
        has_ended |= subtree.content.is_empty();
        if has_ended && subtree.content.is_empty() {
            continue;
        }
        let mut fields = Fields::of_any_length(subtree.content);
        let base = fields.take()?;
        // A minimum and a maximum are not looked at.
        let (_, _) = (fields.optional(0x80), fields.optional(0x81));
        fields.end()?;
        let node = read(&base)?;
        has_ended |= is_empty_directory(&node);
        if has_ended {
            continue;
        }
        if node.0 == Kind::Other {
            // It is never compared.
            is_known_other(&base).then_some(())?;
        } else {
            is_valid(&node).then_some(())?;
            nodes.push(node);
        }
    }
    Some(nodes)
}

/// A directory name without attributes: `_gnutls_x509_get_dn` finds nothing in it, which ends the list
/// for GnuTLS.
pub(super) fn is_empty_directory((kind, octets): &Node) -> bool {
    *kind == Kind::Directory && octets == &[0x30, 0]
}

/// An otherName of a kind that GnuTLS takes in a constraint (`validate_name_constraints_node`, and
/// measured): Microsoft's UPN in UTF-8, and the `SRVName` of RFC 4985.
fn is_known_other(name: &Element<'_>) -> bool {
    const UPN: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03];
    const SRV: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x07];
    let mut fields = Fields::of_any_length(name.content);
    let kind = fields.optional(0x06);
    let value = fields.optional(0xa0).and_then(Element::of_any_length);
    matches!(
        (kind, value.map(|value| value.tag)),
        (Some(UPN), Some(0x0c)) | (Some(SRV), Some(0x16))
    )
}

fn is_valid((kind, name): &Node) -> bool {
    match kind {
        Kind::Other => false,
        Kind::Uri | Kind::Directory => true,
        Kind::Ip => matches!(name.len(), 8 | 32) && is_mask(&name[name.len() / 2..]),
        Kind::Dns | Kind::Email => name != b"." && !name.windows(2).any(|pair| pair == b".."),
    }
}

/// `_gnutls_mask_to_prefix`: ones, then zeros.
fn is_mask(mask: &[u8]) -> bool {
    let bits = mask.iter().map(|octet| octet.leading_ones());
    let ones: u32 = bits.sum();
    let set: u32 = mask.iter().map(|octet| octet.count_ones()).sum();
    let mut rest = mask.iter().skip_while(|octet| **octet == 0xff).skip(1);
    ones == set && rest.all(|octet| *octet == 0)
}

/// A `GeneralName` of `lib/pkix.asn`; `None`: GnuTLS cannot decode it.
pub(super) fn read(name: &Element<'_>) -> Option<Node> {
    let kind = match name.tag {
        0x81 => Kind::Email,
        0x82 => Kind::Dns,
        0x86 => Kind::Uri,
        0x87 => Kind::Ip,
        0xa4 => {
            is_name(name.content).then_some(())?;
            // `_gnutls_x509_get_dn` makes text of it.
            (!has_empty_value(name.content)).then_some(())?;
            Kind::Directory
        }
        0xa0 => {
            let mut fields = Fields::of_any_length(name.content);
            is_object(fields.optional(0x06)?).then_some(())?;
            let value = Element::of_any_length(fields.optional(0xa0)?)?;
            value.rest.is_empty().then_some(())?;
            fields.end()?;
            return Some((Kind::Other, Vec::new()));
        }
        0x88 => {
            is_object(name.content).then_some(())?;
            return Some((Kind::Other, Vec::new()));
        }
        _ => return None,
    };
    Some((kind, name.content.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_ones_and_then_zeros() {
        assert!(is_mask(&[255, 255, 0, 0]) && is_mask(&[255, 240, 0, 0]) && is_mask(&[0; 4]));
        assert!(
            !is_mask(&[255, 15, 0, 0]) && !is_mask(&[240, 240, 0, 0]) && !is_mask(&[0, 0, 0, 1])
        );
    }
}
