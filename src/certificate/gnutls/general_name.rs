//! Names, and subtrees of names, as GnuTLS reads them.

use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints};

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
    /// The subtrees of a certificate; `None`: GnuTLS refuses them
    /// (`validate_name_constraints_node`).
    pub(super) fn read(constraints: &NameConstraints<'_>) -> Option<Self> {
        let list = |subtrees: &Option<Vec<GeneralSubtree<'_>>>| -> Option<Vec<Node>> {
            let subtrees = subtrees.iter().flatten();
            let nodes = subtrees.map(|subtree| general_name(&subtree.base));
            nodes.map(|node| is_valid(&node).then_some(node)).collect()
        };
        Some(Self {
            permitted: list(&constraints.permitted_subtrees)?,
            excluded: list(&constraints.excluded_subtrees)?,
        })
    }
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

pub(super) fn general_name(name: &GeneralName<'_>) -> (Kind, Vec<u8>) {
    match name {
        GeneralName::DNSName(name) => (Kind::Dns, name.as_bytes().to_vec()),
        GeneralName::RFC822Name(name) => (Kind::Email, name.as_bytes().to_vec()),
        GeneralName::URI(name) => (Kind::Uri, name.as_bytes().to_vec()),
        GeneralName::IPAddress(octets) => (Kind::Ip, octets.to_vec()),
        GeneralName::DirectoryName(name) => (Kind::Directory, name.as_raw().to_vec()),
        // What is not ASCII.
        GeneralName::Invalid(tag, octets) => {
            let kind = match tag.0 {
                1 => Kind::Email,
                2 => Kind::Dns,
                6 => Kind::Uri,
                _ => Kind::Other,
            };
            (kind, octets.to_vec())
        }
        _ => (Kind::Other, Vec::new()),
    }
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
