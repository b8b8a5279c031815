//! A list of revoked certificates: its facts, and the way to the entry of a certificate.

use super::authority::Authority;
use super::entries::{Survey, entries};
use super::entry::{Entry, Listed};
use super::extensions;
use super::index::Index;
use super::not_understood::NotUnderstood;
use super::parts::Parts;
use super::scope::Scope;
use super::serial::shortest;
use super::time;
use crate::bounded::lock;
use crate::certificate::der::Element;
use crate::certificate::raw::Raw;
use crate::certificate::signature::{Verification, verify_signed};
use crate::certificate::{Certificate, Name};
use ::time::OffsetDateTime;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// A list (CRL, RFC 5280 §5). Its entries stay where they are: one of a public CA may have a
/// million.
#[derive(Debug)]
pub struct List {
    source: Arc<str>,
    bytes: Arc<Vec<u8>>,
    /// Where in the bytes the list is.
    place: Range<usize>,
    /// Where in the list the entries are.
    entries: Range<usize>,
    count: usize,
    issuer: Name,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    scope: Result<Scope, NotUnderstood>,
    authority: Option<Authority>,
    digest: u64,
    /// Keys and what they have to do with the signature: an issuer, and its namesakes.
    keys: Mutex<Vec<(Vec<u8>, Verification)>>,
    looks: AtomicUsize,
    index: OnceLock<Option<Index>>,
}

impl List {
    /// Reads the list at `place`. An error says what is wrong with it.
    pub(super) fn read(
        bytes: Arc<Vec<u8>>,
        place: Range<usize>,
        source: Arc<str>,
    ) -> Result<Self, &'static str> {
        let der = &bytes[place.clone()];
        let parts = Parts::read(der).ok_or("its fields cannot be read")?;
        if !parts.same_algorithm {
            return Err("it names two different signature algorithms");
        }
        let issuer = Name::from_der(parts.issuer).ok_or("its issuer cannot be read")?;
        let this_update = time::read(&parts.this_update).ok_or("its date cannot be read")?;
        let next_update = parts.next_update.map(|next| time::read(&next).ok_or(()));
        let next_update = next_update.transpose();
        let next_update = next_update.map_err(|()| "the date of the next one cannot be read")?;
        // RFC 5280 §5.1.2.7 allows extensions in version 2 alone.
        if parts.version == 1 && !parts.extensions.is_empty() {
            return Err("it has extensions, and is version 1");
        }
        let scope = extensions::scope(parts.extensions).ok_or("its extensions cannot be read")?;
        let survey = Survey::of(&der[parts.entries.clone()]).ok_or("an entry cannot be read")?;
        let mut digest = DefaultHasher::new();
        der.hash(&mut digest);
        Ok(Self {
            source,
            entries: parts.entries,
            count: survey.count,
            issuer,
            this_update,
            next_update,
            scope: scope.and_then(|scope| survey.narrow(scope)),
            authority: extensions::authority(parts.extensions),
            digest: digest.finish(),
            keys: Mutex::default(),
            looks: AtomicUsize::new(0),
            index: OnceLock::new(),
            place,
            bytes,
        })
    }

    /// The file or the URL that it came from.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// Who made it.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// When it was made.
    pub fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// When the next one is made at the latest; `None`: that is not said.
    pub fn next_update(&self) -> Option<OffsetDateTime> {
        self.next_update
    }

    /// What it is for, or why it cannot be used.
    pub fn scope(&self) -> Result<&Scope, &NotUnderstood> {
        self.scope.as_ref()
    }

    /// Whether its authority key identifier, if it has one, is that of this issuer.
    pub fn names(&self, issuer: &Certificate) -> bool {
        let (Some(authority), Ok(facts)) = (&self.authority, issuer.facts()) else {
            return false;
        };
        Raw::read(issuer.der()).is_some_and(|raw| authority.is(facts, &raw))
    }

    /// How many certificates are on it.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether no certificate is on it.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A number by which lists are distinguished.
    pub(super) fn digest(&self) -> u64 {
        self.digest
    }

    /// Whether the key in `spki` (DER) signed it, which is verified once.
    pub fn verify(&self, spki: &[u8]) -> Verification {
        /// A CA has few keys, and a hostile chain may have many.
        const MOST: usize = 16;
        let known = |keys: &[(Vec<u8>, Verification)]| {
            let mut keys = keys.iter();
            keys.find_map(|(key, verification)| (key == spki).then_some(*verification))
        };
        if let Some(verification) = known(&lock(&self.keys)) {
            return verification;
        }
        let verification = verify_signed(self.der(), spki);
        let mut keys = lock(&self.keys);
        if keys.len() >= MOST {
            keys.clear();
        }
        keys.push((spki.to_vec(), verification));
        verification
    }

    /// What it says of the certificate with this serial number, which are the octets of an INTEGER;
    /// `None`: nothing.
    pub fn find(&self, serial: &[u8]) -> Option<Listed> {
        /// To read the entries for the index takes a few times as long as to look for one.
        const FEW: usize = 4;
        let serial = shortest(serial);
        let looks = self.looks.fetch_add(1, Ordering::Relaxed);
        let index = if looks < FEW { None } else { self.index() };
        match index {
            Some(index) => {
                let entries = index.places(serial).filter_map(|place| self.entry(place));
                self.worst(entries, serial)
            }
            None => self.worst(self.all().map(|(entry, _)| entry), serial),
        }
    }

    /// An entry that was revoked counts more than one that was removed again.
    fn worst<'a>(&self, entries: impl Iterator<Item = Entry<'a>>, serial: &[u8]) -> Option<Listed> {
        let own = entries.filter(|entry| entry.serial == serial);
        let mut removed = None;
        for listed in own.map(|entry| entry.listed(self.this_update)) {
            match listed {
                Listed::Revoked(_) => return Some(listed),
                Listed::Removed => removed = Some(listed),
            }
        }
        removed
    }

    fn index(&self) -> Option<&Index> {
        let serials = || self.all().map(|(entry, place)| (entry.serial, place));
        let made = self.index.get_or_init(|| Index::of(serials(), self.count));
        made.as_ref()
    }

    fn der(&self) -> &[u8] {
        &self.bytes[self.place.clone()]
    }

    /// The entries, each with its place among them.
    fn all(&self) -> impl Iterator<Item = (Entry<'_>, usize)> {
        entries(&self.der()[self.entries.clone()]).flatten()
    }

    /// The entry at a place.
    fn entry(&self, place: usize) -> Option<Entry<'_>> {
        let entries = &self.der()[self.entries.clone()];
        Entry::read(&Element::read(entries.get(place..)?)?)
    }
}
