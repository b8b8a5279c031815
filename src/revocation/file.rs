//! The lists in a file, or in the body of an answer: PEM or DER, and as many as there are.

use super::list::List;
use super::parts::Parts;
use crate::certificate::der::Element;
use crate::certificate::{BrokenBlock, pem};
use std::sync::Arc;

/// Why a file yields no lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLists {
    /// It is something else.
    #[error("it holds no revocation list: neither a PEM \"BEGIN X509 CRL\" block nor DER")]
    None,
    /// A PEM block is broken.
    #[error("a PEM block is broken: {0}")]
    Broken(#[from] BrokenBlock),
    /// One of the lists is broken.
    #[error("revocation list {number} in it is broken: {why}")]
    Malformed {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// After the lists in DER comes something else.
    #[error("after the revocation lists in DER come {0} octets that are none")]
    More(usize),
}

/// All lists in `bytes`, which come from `source`: every `X509 CRL` block of a PEM text, or lists in
/// DER, one after the other. If one of them is broken, none is returned. What is in DER is not
/// copied: it may have 40 MB.
pub fn read_lists(bytes: Vec<u8>, source: &str) -> Result<Vec<List>, NoLists> {
    let source = source.into();
    // A SEQUENCE with a long length, as every list is.
    match bytes.as_slice() {
        [0x30, 0x81..=0x84, ..] => of_der(bytes, &source),
        _ => of_pem(&bytes, &source),
    }
}

fn of_pem(text: &[u8], source: &Arc<str>) -> Result<Vec<List>, NoLists> {
    let mut found = Vec::new();
    for contents in pem::contents(text, b"X509 CRL") {
        let der = contents?;
        let place = 0..der.len();
        let read = List::read(Arc::new(der), place, Arc::clone(source));
        found.push(read.map_err(|why| NoLists::Malformed {
            number: found.len() + 1,
            why,
        })?);
    }
    if found.is_empty() {
        return Err(NoLists::None);
    }
    Ok(found)
}

fn of_der(bytes: Vec<u8>, source: &Arc<str>) -> Result<Vec<List>, NoLists> {
    let bytes = Arc::new(bytes);
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(element) = Element::read(&bytes[start..]) {
        if element.tag != 0x30 || found.is_empty() && Parts::read(element.whole).is_none() {
            break;
        }
        let place = start..start + element.whole.len();
        start = place.end;
        let read = List::read(Arc::clone(&bytes), place, Arc::clone(source));
        found.push(read.map_err(|why| NoLists::Malformed {
            number: found.len() + 1,
            why,
        })?);
    }
    let rest = &bytes[start..];
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    match found.as_slice() {
        [] => Err(NoLists::None),
        _ if rest.iter().all(is_blank) => Ok(found),
        _ => Err(NoLists::More(rest.len())),
    }
}
