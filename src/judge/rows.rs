//! In which row of its trust list GnuTLS keeps each anchor (`lib/x509/verify-high.c`).

use super::anchor::Anchor;
use crate::certificate::der;
use crate::certificate::gnutls::is_encoded;
use crate::certificate::raw::Raw;
use std::collections::HashSet;

/// `DEFAULT_SIZE` (`lib/x509/verify-high.c`): the trust list is a table of so many rows.
const ROWS: u64 = 127;

/// The rows: the anchors in each, as indices, in the order of the files.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Vec<usize>>,
    has_unread: bool,
}

impl Rows {
    pub(super) fn of(anchors: &[Anchor]) -> Self {
        // GnuTLS passes over `TRUSTED CERTIFICATE` blocks.
        let plain = anchors.iter().enumerate();
        let plain = plain.filter(|(_, anchor)| anchor.is_plain());
        let subjects: Vec<_> = plain
            .map(|(index, anchor)| (index, &*anchor.source, subject(anchor)))
            .collect();
        let has_unread = subjects
            .iter()
            .any(|(.., subject)| matches!(subject, Err(NotTaken::Unread)));
        // `gnutls_x509_crt_list_import`: one that it does not take costs the whole file.
        let lost = subjects.iter().filter(|(.., subject)| subject.is_err());
        let lost: HashSet<&str> = lost.map(|(_, source, _)| *source).collect();
        let mut rows = Vec::new();
        for (index, source, subject) in subjects {
            let (Ok(subject), false) = (subject, lost.contains(source)) else {
                continue;
            };
            let row = row(&subject);
            if rows.len() <= row {
                rows.resize(row + 1, Vec::new());
            }
            rows[row].push(index);
        }
        Self { rows, has_unread }
    }

    /// What stands in the row of this name, which is DER.
    pub(super) fn row_of(&self, name: &[u8]) -> &[usize] {
        self.rows.get(row(name)).map_or(&[], Vec::as_slice)
    }

    /// Whether an anchor is left out because it cannot be read here.
    pub(super) fn has_unread(&self) -> bool {
        self.has_unread
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// `hash_pjw_bare` (`lib/gl/hash-pjw-bare.c`) of the DER of a name.
fn row(name: &[u8]) -> usize {
    let hash = name.iter().fold(0_u64, |hash, octet| {
        u64::from(*octet).wrapping_add(hash.rotate_left(9))
    });
    usize::try_from(hash % ROWS).unwrap_or_default()
}

/// Why an anchor is in no row.
enum NotTaken {
    /// GnuTLS does not take the certificate.
    Refused,
    /// It cannot be read here.
    Unread,
}

/// The DER of an anchor's subject. A store holds hundreds, so only the unusual ones are parsed
/// completely.
fn subject(anchor: &Anchor) -> Result<Vec<u8>, NotTaken> {
    /// Both kinds of alternative names.
    const ALTERNATIVE_NAMES: [&[u8]; 2] = [&[0x55, 0x1d, 0x11], &[0x55, 0x1d, 0x12]];
    const SEQUENCE: u8 = 0x30;
    let raw = Raw::read(anchor.der());
    let is_plain = raw.as_ref().is_some_and(|raw| {
        let mut extensions = raw.extensions.iter().enumerate();
        raw.version == 2
            && is_encoded(raw)
            && raw.signature_inside == raw.signature_outside
            && extensions.all(|(place, extension)| {
                let before = &raw.extensions[..place];
                before.iter().all(|other| other.oid != extension.oid)
                    && !ALTERNATIVE_NAMES.contains(&extension.oid)
            })
    });
    if !is_plain {
        let read = anchor.certificate().as_gnutls().ok_or(NotTaken::Unread)?;
        let is_taken = read.unacceptable().is_none();
        return is_taken
            .then(|| read.subject.raw.clone())
            .ok_or(NotTaken::Refused);
    }
    let subject = raw.map(|raw| der::write(SEQUENCE, raw.subject));
    subject.ok_or(NotTaken::Unread)
}
