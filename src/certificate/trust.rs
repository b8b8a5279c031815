//! What a trust file says beside a certificate: OpenSSL's `X509_CERT_AUX`, which follows the
//! certificate in a `TRUSTED CERTIFICATE` block (`crypto/x509/x_x509a.c`).
//!
//! ```text
//! SEQUENCE { trust      SEQUENCE OF OBJECT IDENTIFIER     OPTIONAL,
//!            reject [0] SEQUENCE OF OBJECT IDENTIFIER     OPTIONAL,
//!            alias      UTF8String                        OPTIONAL,
//!            keyid      OCTET STRING                      OPTIONAL,
//!            other  [1] SEQUENCE OF AlgorithmIdentifier   OPTIONAL }
//! ```

use super::der::{Element, is_oid};
use x509_parser::asn1_rs::Oid;

const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const ANY_USAGE: &str = "2.5.29.37.0";

/// The trust settings of a certificate. The default is that there are none.
#[derive(Clone, Debug, Default, Hash, PartialEq, Eq)]
pub struct TrustSettings {
    /// The block was a `TRUSTED CERTIFICATE`, which OpenSSL alone reads.
    pub in_trusted_block: bool,
    /// The purposes that it is trusted for; `None`: the list is absent.
    pub trusted: Option<Vec<String>>,
    /// The purposes that it is rejected for.
    pub rejected: Vec<String>,
    /// There are settings, and they cannot be read: OpenSSL refuses the whole file.
    pub unreadable: bool,
}

/// What trust settings say of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForServers {
    /// Nothing: a self-signed certificate is an anchor, and no other.
    Neutral,
    /// It is an anchor, even where another CA has signed it.
    Trusted,
    /// It is not an anchor, and no path may lead through it.
    Rejected,
}

impl TrustSettings {
    /// Those that follow the certificate in a `TRUSTED CERTIFICATE` block.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let settings = if bytes.is_empty() {
            Some(Self::default())
        } else {
            // What follows is of no interest to OpenSSL.
            Element::read(bytes)
                .filter(|settings| settings.tag == 0x30)
                .and_then(|settings| Self::fields(settings.content))
        };
        let settings = settings.unwrap_or_else(|| Self {
            unreadable: true,
            ..Self::default()
        });
        Self {
            in_trusted_block: true,
            ..settings
        }
    }

    fn fields(mut rest: &[u8]) -> Option<Self> {
        let mut settings = Self::default();
        let mut least = 0;
        while !rest.is_empty() {
            let element = Element::read(rest)?;
            rest = element.rest;
            let place = match element.tag {
                0x30 => {
                    settings.trusted = Some(purposes(element.content)?);
                    1
                }
                0xa0 => {
                    settings.rejected = purposes(element.content)?;
                    2
                }
                // An alias and a key identifier, of any bytes.
                0x0c => 3,
                0x04 => 4,
                0xa1 if are_algorithms(element.content) => 5,
                _ => return None,
            };
            // Each at most once, in this order.
            if place <= least {
                return None;
            }
            least = place;
        }
        Some(settings)
    }

    /// OpenSSL's rule (`obj_trust` in `crypto/x509/x509_trs.c`): a rejection beats everything, and
    /// a list of purposes without this one is a rejection, also an empty list.
    pub fn for_servers(&self) -> ForServers {
        match &self.trusted {
            _ if self.unreadable || self.rejects_servers() => ForServers::Rejected,
            None => ForServers::Neutral,
            Some(list) if servers_are_in(list) => ForServers::Trusted,
            Some(_) => ForServers::Rejected,
        }
    }

    /// Whether servers are among what it is rejected for.
    pub fn rejects_servers(&self) -> bool {
        servers_are_in(&self.rejected)
    }
}

fn servers_are_in(purposes: &[String]) -> bool {
    let is_meant = |oid: &String| oid == SERVER_AUTH || oid == ANY_USAGE;
    purposes.iter().any(is_meant)
}

fn purposes(mut rest: &[u8]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let element = Element::read(rest)?;
        rest = element.rest;
        (element.tag == 0x06 && is_oid(element.content)).then_some(())?;
        found.push(Oid::new(element.content.into()).to_id_string());
    }
    Some(found)
}

fn are_algorithms(mut rest: &[u8]) -> bool {
    while !rest.is_empty() {
        let Some(element) = Element::read(rest).filter(|element| element.tag == 0x30) else {
            return false;
        };
        rest = element.rest;
        let identified = Element::read(element.content).filter(|oid| oid.tag == 0x06);
        let Some(identified) = identified else {
            return false;
        };
        let one = identified.content.len();
        let parameters = identified.rest;
        let at_most_one =
            parameters.is_empty() || Element::read(parameters).is_some_and(|p| p.rest.is_empty());
        if one == 0 || !at_most_one {
            return false;
        }
    }
    true
}
