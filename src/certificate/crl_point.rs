//! Where a CA says that it publishes its lists of revoked certificates (RFC 5280 §4.2.1.13).

use x509_parser::extensions::{CRLDistributionPoint, DistributionPointName, GeneralName};

/// A distribution point that a certificate names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlPoint {
    /// Its names; empty: it has none that is compared here.
    pub names: Vec<PointName>,
    /// Its list has all reasons for which a certificate is revoked, and the CA itself signs it.
    pub is_whole: bool,
}

/// A name of a distribution point, of the kinds that CAs use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PointName {
    /// A URI, unescaped and untrusted.
    Uri(String),
    /// An entry of a directory: the DER of its name.
    Directory(Vec<u8>),
}

impl CrlPoint {
    pub(super) fn read(point: &CRLDistributionPoint<'_>) -> Self {
        let name = point.distribution_point.as_ref();
        Self {
            names: name.and_then(PointName::all).unwrap_or_default(),
            is_whole: point.reasons.is_none() && point.crl_issuer.is_none(),
        }
    }

    /// Its URIs.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|name| match name {
            PointName::Uri(uri) => Some(uri.as_str()),
            PointName::Directory(_) => None,
        })
    }
}

impl PointName {
    /// The names of a distribution point; `None`: it has one that is relative to its issuer's, which
    /// no public CA uses (RFC 5280 §4.2.1.13 advises against it).
    pub(crate) fn all(name: &DistributionPointName<'_>) -> Option<Vec<Self>> {
        let DistributionPointName::FullName(names) = name else {
            return None;
        };
        let read = |name: &GeneralName<'_>| match name {
            GeneralName::URI(uri) => Some(Self::Uri((*uri).to_owned())),
            GeneralName::DirectoryName(name) => Some(Self::Directory(name.as_raw().to_vec())),
            _ => None,
        };
        Some(names.iter().filter_map(read).collect())
    }
}
