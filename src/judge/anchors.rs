//! The trust anchors: all certificates that the user configured, and the ways to find one.

use super::anchor::{Anchor, LeftOut, NotACertificate};
use super::rows::Rows;
use super::signature_cache::SignatureCache;
use crate::certificate::pem::Entry;
use crate::certificate::raw::Raw;
use crate::certificate::{Certificate, canonical_name};
use rustls::pki_types::{CertificateDer, TrustAnchor};
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// The configured anchors.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// What they are called in messages: `the system store`, or the file.
    pub origin: String,
    /// They come from the distribution, not from the user's choice.
    pub is_distribution: bool,
    /// In the order of the files, with those that are left out.
    all: Vec<Anchor>,
    /// Those that are anchors, as indices.
    used: Vec<usize>,
    /// The same in webpki's form, index by index.
    webpki: Vec<TrustAnchor<'static>>,
    /// What was to be read as well, and could not be.
    unread: Vec<Unread>,
    /// Files with certificates that are left out for their names.
    switched_off: Vec<String>,
    /// The digests of all.
    known: HashSet<[u8; 32]>,
    /// All by the form in which OpenSSL compares their subjects, as indices; made when asked for.
    by_name: OnceLock<HashMap<Vec<u8>, Vec<usize>>>,
    /// All as GnuTLS finds them; made when asked for.
    rows: OnceLock<Rows>,
    /// In the paths to them.
    verified: SignatureCache,
}

/// A file, or a store, of anchors that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which, and why not.
    pub why: String,
    /// What to do about it.
    pub advice: String,
}

impl Anchors {
    /// An empty set.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..Self::default()
        }
    }

    /// Adds a certificate, or one with its trust settings. The same certificate once more changes
    /// nothing, whatever is said beside it: as for OpenSSL the first one counts.
    pub fn add(&mut self, entry: impl Into<Entry>, source: &str) -> Result<(), NotACertificate> {
        let entry = entry.into();
        let plain = !entry.trust.in_trusted_block;
        if !self.known.insert(Sha256::digest(&entry.der).into()) {
            let mut all = self.all.iter_mut();
            let known = all.find(|known| *known.der() == entry.der);
            if let Some(known) = known.filter(|_| plain) {
                known.set_plain();
                self.rows.take();
            }
            return Ok(());
        }
        let webpki = webpki::anchor_from_trusted_cert(&entry.der).map(|webpki| webpki.to_owned());
        let not_a_certificate = webpki.is_err().then_some(LeftOut::NotACertificate);
        let left_out = not_a_certificate.or(LeftOut::of(&entry.trust));
        if let (None, Ok(webpki)) = (left_out, webpki) {
            self.used.push(self.all.len());
            self.webpki.push(webpki);
        }
        self.by_name.take();
        self.rows.take();
        self.all.push(Anchor::new(entry, source, left_out));
        not_a_certificate.map_or(Ok(()), |_| Err(NotACertificate))
    }

    /// Notes what could not be read.
    pub fn add_unread(&mut self, why: impl Into<String>, advice: impl Into<String>) {
        self.unread.push(Unread {
            why: why.into(),
            advice: advice.into(),
        });
    }

    /// What could not be read.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Notes a file with certificates that is left out for its name.
    pub fn add_switched_off(&mut self, file: impl Into<String>) {
        self.switched_off.push(file.into());
    }

    /// The files with certificates that are left out for their names, in words.
    pub fn switched_off(&self) -> Option<String> {
        const MOST: usize = 3;
        let more = match self.switched_off.len() {
            0 => return None,
            count if count > MOST => format!(" and {} more", count - MOST),
            _ => String::new(),
        };
        let named = self.switched_off.iter().take(MOST);
        let named: Vec<String> = named.map(|file| format!("\"{file}\"")).collect();
        Some(format!("left out for the name: {}{more}", named.join(", ")))
    }

    /// What they are called, and what is missing.
    pub(super) fn described(&self) -> String {
        match self.switched_off() {
            Some(files) => format!("{}; {files}", self.origin),
            None => self.origin.clone(),
        }
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.used.len()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.used.is_empty()
    }

    /// All configured certificates in the order of the files, also those that are left out.
    pub fn all(&self) -> &[Anchor] {
        &self.all
    }

    /// All with this subject, in OpenSSL's canonical form, and in the order of the files.
    pub(super) fn named_canonically<'a>(
        &'a self,
        subject: &[u8],
    ) -> impl Iterator<Item = &'a Anchor> + use<'a> {
        let index = self.by_name.get_or_init(|| self.index_by_name());
        let found = index.get(subject).map_or(&[][..], Vec::as_slice);
        found.iter().map(|&index| &self.all[index])
    }

    /// What stands in GnuTLS's row of this name, which is DER, in the order of the files.
    pub(super) fn row_of_gnutls<'a>(
        &'a self,
        name: &[u8],
    ) -> impl Iterator<Item = &'a Anchor> + use<'a> {
        let row = self.rows().row_of(name);
        row.iter().map(|&index| &self.all[index])
    }

    /// Whether GnuTLS reads no anchor at all.
    pub(super) fn gnutls_reads_none(&self) -> bool {
        self.rows().is_empty()
    }

    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| Rows::of(&self.all))
    }

    fn index_by_name(&self) -> HashMap<Vec<u8>, Vec<usize>> {
        let mut found: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (index, anchor) in self.all.iter().enumerate() {
            let subject = Raw::read(anchor.der()).and_then(|raw| canonical_name(raw.subject));
            if let Some(subject) = subject {
                found.entry(subject).or_default().push(index);
            }
        }
        found
    }

    /// Why this very certificate, or another of its name and key, is left out by its trust
    /// settings: then no path may lead through it.
    pub(super) fn rejection(&self, certificate: &Certificate) -> Option<&Anchor> {
        let facts = certificate.facts().ok()?;
        self.rejected().find(|anchor| {
            let theirs = anchor.certificate().facts().ok();
            theirs.is_some_and(|theirs| {
                theirs.subject.is_same(&facts.subject)
                    && theirs.public_key.spki == facts.public_key.spki
            })
        })
    }

    /// Those that their trust settings leave out.
    pub(super) fn rejected(&self) -> impl Iterator<Item = &Anchor> {
        let is_rejected = |reason| reason != LeftOut::NotACertificate;
        self.all
            .iter()
            .filter(move |anchor| anchor.left_out().is_some_and(is_rejected))
    }

    pub(super) fn verified(&self) -> &SignatureCache {
        &self.verified
    }

    pub(super) fn webpki(&self) -> &[TrustAnchor<'static>] {
        &self.webpki
    }

    /// The anchors that webpki cannot distinguish: same subject, key and name constraints.
    pub(super) fn like(&self, trust: &TrustAnchor<'_>) -> impl Iterator<Item = &Anchor> {
        let trust = trust.to_owned();
        self.pick(move |candidate| *candidate == trust)
    }

    /// The anchors with this subject; `contents` is the DER of the name without its outer header.
    pub(super) fn named(&self, contents: &[u8]) -> impl Iterator<Item = &Anchor> {
        let contents = contents.to_vec();
        self.pick(move |candidate| candidate.subject.as_ref() == contents.as_slice())
    }

    /// The anchor that is this very certificate.
    pub(super) fn exactly(&self, der: &CertificateDer<'_>) -> Option<&Anchor> {
        let mut used = self.used.iter().map(|&index| &self.all[index]);
        used.find(|anchor| anchor.der() == der)
    }

    /// The anchors, each with the DER of its subject without the outer header.
    pub(super) fn with_subjects(&self) -> impl Iterator<Item = (&[u8], &Anchor)> {
        let used = self.used.iter().map(|&index| &self.all[index]);
        let subjects = self.webpki.iter().map(|webpki| webpki.subject.as_ref());
        subjects.zip(used)
    }

    fn pick<'a>(
        &'a self,
        wanted: impl Fn(&TrustAnchor<'static>) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Anchor> {
        self.webpki
            .iter()
            .zip(&self.used)
            .filter(move |(webpki, _)| wanted(webpki))
            .map(|(_, &index)| &self.all[index])
    }
}
