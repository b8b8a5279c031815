//! The trust anchors: all certificates that the user configured, and the ways to find one.

use super::anchor::{Anchor, Unusable};
use super::by_subject::{BySubject, key};
use super::rows::Rows;
use super::signature_cache::SignatureCache;
use crate::certificate::pem::Entry;
use crate::certificate::raw::Raw;
use crate::certificate::{Certificate, Name, canonical_name};
use rustls::pki_types::{CertificateDer, TrustAnchor};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

/// The configured anchors. None of them is parsed before it is asked for.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// What they are called in messages: `the system store`, or the file.
    pub origin: String,
    /// They come from the distribution, not from the user's choice.
    pub is_distribution: bool,
    /// In the order of the files, with those that are left out.
    all: Vec<Anchor>,
    /// What was to be read as well, and could not be.
    unread: Vec<Unread>,
    /// Files with certificates that are left out for their names.
    switched_off: Vec<String>,
    /// All by the hashes of their DER, as indices.
    by_hash: HashMap<u64, Vec<usize>>,
    /// Of everything that was added.
    content: DefaultHasher,
    /// All by their subjects; made when asked for.
    by_subject: OnceLock<BySubject>,
    /// All as GnuTLS finds them; made when asked for.
    rows: OnceLock<Rows>,
    /// Whether OpenSSL may read more than is read here; found out when asked for.
    openssl_reads_more: OnceLock<bool>,
    /// In the paths to them.
    verified: SignatureCache,
}

/// A file, or a store, of anchors that could not be read.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
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
    pub fn add(&mut self, entry: impl Into<Entry>, source: &str) -> Result<(), Unusable> {
        let added = self.add_unseen(entry, &source.into());
        added.and_then(Anchor::unusable).map_or(Ok(()), Err)
    }

    /// Adds as [`Self::add`] does, and leaves it to those who ask for the certificate whether it is
    /// one. Returns it, unless it was there before.
    pub fn add_unseen(&mut self, entry: impl Into<Entry>, source: &Arc<str>) -> Option<&Anchor> {
        let entry = entry.into();
        let mut hasher = DefaultHasher::new();
        entry.der.as_ref().hash(&mut hasher);
        let hash = hasher.finish();
        (hash, &entry.trust, entry.by_openssl, source).hash(&mut self.content);
        let same_hash = self.by_hash.entry(hash).or_default();
        let known = same_hash
            .iter()
            .find(|&&index| self.all[index].der() == &entry.der);
        self.rows.take();
        self.openssl_reads_more.take();
        if let Some(&known) = known {
            self.all[known].add(&entry);
            return None;
        }
        self.by_subject.take();
        same_hash.push(self.all.len());
        self.all.push(Anchor::new(entry, Arc::clone(source)));
        self.all.last()
    }

    /// Notes what could not be read.
    pub fn add_unread(&mut self, why: impl Into<String>, advice: impl Into<String>) {
        let unread = Unread {
            why: why.into(),
            advice: advice.into(),
        };
        unread.hash(&mut self.content);
        self.unread.push(unread);
    }

    /// What could not be read.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Notes a file with certificates that is left out for its name.
    pub fn add_switched_off(&mut self, file: impl Into<String>) {
        let file = file.into();
        file.hash(&mut self.content);
        self.switched_off.push(file);
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

    /// A number by which sets are distinguished: of the origin and of everything in it.
    pub(super) fn identity(&self) -> u64 {
        let mut hasher = self.content.clone();
        (&self.origin, self.is_distribution).hash(&mut hasher);
        hasher.finish()
    }

    /// What they are called, and what is missing.
    pub(super) fn described(&self) -> String {
        match self.switched_off() {
            Some(files) => format!("{}; {files}", self.origin),
            None => self.origin.clone(),
        }
    }

    /// How many anchors there are; reads all of them.
    pub fn len(&self) -> usize {
        self.used().count()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.used().next().is_none()
    }

    /// All configured certificates in the order of the files, also those that are left out.
    pub fn all(&self) -> &[Anchor] {
        &self.all
    }

    /// The anchors, each with its form for webpki.
    fn used(&self) -> impl Iterator<Item = (&TrustAnchor<'static>, &Anchor)> {
        self.all
            .iter()
            .filter_map(|anchor| Some((anchor.as_webpki()?, anchor)))
    }

    /// All that may have one of these subjects, whoever reads it, by their [`key`]s; in the order of
    /// the files.
    fn candidates<'a>(&'a self, keys: &[Vec<u8>]) -> impl Iterator<Item = &'a Anchor> + use<'a> {
        let index = self.by_subject.get_or_init(|| BySubject::of(&self.all));
        let found = index.candidates(keys).into_iter();
        found.map(|index| &self.all[index])
    }

    /// All with this subject, in OpenSSL's canonical form.
    pub(super) fn named_canonically<'a>(
        &'a self,
        subject: &[u8],
    ) -> impl Iterator<Item = &'a Anchor> + use<'a> {
        let subject = subject.to_vec();
        let candidates = self.candidates(std::slice::from_ref(&subject));
        candidates.filter(move |anchor| {
            let theirs = Raw::read(anchor.der()).and_then(|raw| canonical_name(raw.subject));
            theirs.is_some_and(|theirs| theirs == subject)
        })
    }

    /// What stands in GnuTLS's row of this name, which is DER, in the order of the files.
    pub(super) fn row_of_gnutls<'a>(
        &'a self,
        name: &[u8],
    ) -> impl Iterator<Item = &'a Anchor> + use<'a> {
        let row = self.rows().row_of(name);
        row.iter().map(|&index| &self.all[index])
    }

    /// Whether there are some, and OpenSSL loads none of them.
    pub(super) fn openssl_loads_none(&self) -> bool {
        !self.all.is_empty() && !self.all.iter().any(Anchor::is_loaded_by_openssl)
    }

    /// Whether GnuTLS reads no anchor at all.
    pub(super) fn gnutls_reads_none(&self) -> bool {
        self.rows().is_empty()
    }

    /// Whether OpenSSL loads anchors that cannot be read here as it reads them.
    pub(super) fn openssl_may_read_more(&self) -> bool {
        let is_read = |anchor: &Anchor| {
            let raw = Raw::read(anchor.der());
            raw.is_some_and(|raw| {
                canonical_name(raw.subject).is_some() && canonical_name(raw.issuer).is_some()
            })
        };
        let mut loaded = self
            .all
            .iter()
            .filter(|anchor| anchor.is_loaded_by_openssl());
        *self
            .openssl_reads_more
            .get_or_init(|| loaded.any(|anchor| !is_read(anchor)))
    }

    /// Whether GnuTLS may read anchors that cannot be read here: any that would cost their file, or one
    /// of these names, which are the contents of their DER.
    pub(super) fn gnutls_may_read_more(&self, names: &[&[u8]]) -> bool {
        let keys: Vec<Vec<u8>> = names.iter().map(|name| key(name)).collect();
        let mut plain = self.candidates(&keys).filter(|anchor| anchor.is_plain());
        self.rows().has_unread() || plain.any(|anchor| anchor.certificate().as_gnutls().is_none())
    }

    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| Rows::of(&self.all))
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
        self.all.iter().filter(|anchor| anchor.is_rejected())
    }

    pub(super) fn verified(&self) -> &SignatureCache {
        &self.verified
    }

    /// The anchors that webpki cannot distinguish: same subject, key and name constraints.
    pub(super) fn like<'a>(
        &'a self,
        trust: &TrustAnchor<'_>,
    ) -> impl Iterator<Item = &'a Anchor> + use<'a> {
        let trust = trust.to_owned();
        self.pick(&[key(&trust.subject)], move |candidate| *candidate == trust)
    }

    /// The anchors with one of these subjects, which are the DER of names without the outer header.
    pub(super) fn named<'a, 'n>(
        &'a self,
        subjects: &[&'n [u8]],
    ) -> impl Iterator<Item = &'a Anchor> + use<'a, 'n> {
        let keys: Vec<Vec<u8>> = subjects.iter().map(|subject| key(subject)).collect();
        let wanted = subjects.to_vec();
        self.pick(&keys, move |candidate| {
            wanted.contains(&candidate.subject.as_ref())
        })
    }

    /// The anchors with this name, however it is encoded.
    pub(super) fn of_name<'a>(&'a self, name: &Name) -> impl Iterator<Item = &'a Anchor> + use<'a> {
        let wanted = name.canonical().unwrap_or(name.contents()).to_vec();
        let keys = [wanted.clone()];
        self.pick(&keys, move |candidate| key(&candidate.subject) == wanted)
    }

    /// The anchor that is this very certificate.
    pub(super) fn exactly(&self, der: &CertificateDer<'_>) -> Option<&Anchor> {
        let found = self.all.iter().find(|anchor| anchor.der() == der);
        found.filter(|anchor| anchor.as_webpki().is_some())
    }

    /// All anchors in webpki's form.
    pub(super) fn webpki(&self) -> impl Iterator<Item = &TrustAnchor<'static>> {
        self.used().map(|(webpki, _)| webpki)
    }

    fn pick<'a, F: Fn(&TrustAnchor<'static>) -> bool>(
        &'a self,
        keys: &[Vec<u8>],
        wanted: F,
    ) -> impl Iterator<Item = &'a Anchor> + use<'a, F> {
        let candidates = self.candidates(keys);
        candidates.filter(move |anchor| anchor.as_webpki().is_some_and(&wanted))
    }
}
