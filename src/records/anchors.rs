//! Trust anchors: the keys from which every chain begins, built in or from a file.

use super::algorithm;
use super::keys::{Key, fits};
use super::zone_file::{Entry, entries};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hickory_proto::dnssec::rdata::{DNSKEY, DS};
use hickory_proto::dnssec::{Algorithm, DigestType, PublicKeyBuf, Verifier as _};
use hickory_proto::rr::Name;
use std::str::FromStr;

/// The keys of the root: of 2017, and of 2024 (<https://data.iana.org/root-anchors/root-anchors.xml>).
const ROOT: &str = "\
. DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
";

/// The anchors of one or more zones.
#[derive(Clone, Debug)]
pub struct Anchors(Vec<(Name, Vec<Anchor>)>);

/// What a key of a zone must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Ds(DS),
    Key(DNSKEY),
}

/// Why a file of anchors cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct AnchorError {
    /// The line, counted from 1.
    pub line: usize,
    /// Why. It has words of the file in it.
    pub why: String,
}

impl Anchors {
    /// The keys of the root.
    pub fn root() -> Self {
        ROOT.parse().unwrap_or_else(|_| Self(Vec::new()))
    }

    /// Whether a zone has anchors of its own.
    pub(super) fn has(&self, name: &Name) -> bool {
        self.0.iter().any(|(owner, _)| owner == name)
    }

    /// The anchors of a zone.
    pub(super) fn of(&self, name: &Name) -> &[Anchor] {
        let own = self.0.iter().find(|(owner, _)| owner == name);
        own.map_or(&[], |(_, anchors)| anchors)
    }

    /// The closest zone at or above a name that has anchors.
    pub(super) fn nearest(&self, name: &Name) -> Option<Name> {
        let above = self.0.iter().filter(|(owner, _)| owner.zone_of(name));
        above
            .max_by_key(|(owner, _)| owner.iter().len())
            .map(|(owner, _)| owner.clone())
    }

    fn add(&mut self, owner: Name, anchor: Anchor) {
        match self.0.iter_mut().find(|(name, _)| *name == owner) {
            Some((_, anchors)) => anchors.push(anchor),
            None => self.0.push((owner, vec![anchor])),
        }
    }
}

impl Anchor {
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ds(ds) => ds.algorithm(),
            Self::Key(key) => key.algorithm(),
        }
    }

    /// Whether keys can be checked against it here.
    pub(super) fn is_usable(&self) -> bool {
        match self {
            Self::Ds(ds) => algorithm::is_usable(ds),
            Self::Key(key) => algorithm::is_known(key.algorithm()),
        }
    }

    /// Whether a key of `zone` is the one that it means.
    pub(super) fn fits(&self, zone: &Name, key: &Key) -> bool {
        match self {
            Self::Ds(ds) => fits(ds, zone, key),
            Self::Key(anchor) => *anchor == key.key,
        }
    }
}

impl FromStr for Anchors {
    type Err = AnchorError;

    /// Reads DS and DNSKEY records as zone files have them, with TTL, class and comments or without.
    fn from_str(text: &str) -> Result<Self, AnchorError> {
        let error = |line: usize, why: &str| AnchorError {
            line,
            why: why.to_owned(),
        };
        let mut anchors = Self(Vec::new());
        let mut owner: Option<Name> = None;
        let entries = entries(text).map_err(|line| error(line, "parentheses do not match"))?;
        for entry in entries.iter().filter(|entry| !is_directive(entry)) {
            let line = entry.line;
            let mut words = entry.words.iter().copied();
            if !entry.same_owner {
                owner = Some(read_owner(words.next()).map_err(|why| AnchorError { line, why })?);
            }
            let owner = owner
                .clone()
                .ok_or_else(|| error(line, "a name is missing"))?;
            let anchor = read(words).map_err(|why| AnchorError { line, why })?;
            anchors.add(owner, anchor);
        }
        if anchors.0.is_empty() {
            Err(error(1, "there is neither a DS nor a DNSKEY record"))
        } else {
            Ok(anchors)
        }
    }
}

/// A default time to live says nothing about anchors.
fn is_directive(entry: &Entry<'_>) -> bool {
    let first = entry.words.first();
    first.is_some_and(|word| word.eq_ignore_ascii_case("$TTL"))
}

fn read_owner(word: Option<&str>) -> Result<Name, String> {
    let word = word.unwrap_or_default();
    let mut name = Name::from_ascii(word).map_err(|_| format!("\"{word}\" is not a name"))?;
    name.set_fqdn(true);
    Ok(name)
}

/// A record without its owner.
fn read<'t>(mut words: impl Iterator<Item = &'t str>) -> Result<Anchor, String> {
    let kind = words.find(|word| !is_ttl(word) && !word.eq_ignore_ascii_case("IN"));
    let kind = kind.unwrap_or_default();
    if kind.eq_ignore_ascii_case("DS") {
        return read_ds(words).map(Anchor::Ds);
    }
    if kind.eq_ignore_ascii_case("DNSKEY") {
        return read_key(words).map(Anchor::Key);
    }
    Err(format!("\"{kind}\" is neither DS nor DNSKEY"))
}

fn is_ttl(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit())
}

fn read_ds<'t>(mut words: impl Iterator<Item = &'t str>) -> Result<DS, String> {
    let tag = number(words.next(), "key tag")?;
    let algorithm = read_algorithm(words.next())?;
    let kind = DigestType::from(number::<u8>(words.next(), "digest type")?);
    let text: String = words.collect();
    let digest = hex::decode(&text).map_err(|_| format!("\"{text}\" is not a digest in hex"))?;
    let length = match kind {
        DigestType::SHA1 => 20,
        DigestType::SHA256 => 32,
        DigestType::SHA384 => 48,
        _ => digest.len(),
    };
    if digest.len() == length && !digest.is_empty() {
        Ok(DS::new(tag, algorithm, kind, digest))
    } else {
        Err(format!(
            "the digest has {} bytes, not {length}",
            digest.len()
        ))
    }
}

fn read_key<'t>(mut words: impl Iterator<Item = &'t str>) -> Result<DNSKEY, String> {
    let flags = number(words.next(), "number of flags")?;
    if number::<u8>(words.next(), "protocol")? != 3 {
        return Err("the protocol is not 3".to_owned());
    }
    let algorithm = read_algorithm(words.next())?;
    let text: String = words.collect();
    let bytes = BASE64
        .decode(&text)
        .map_err(|_| format!("\"{text}\" is not a key in base64"))?;
    let key = DNSKEY::with_flags(flags, PublicKeyBuf::new(bytes, algorithm));
    if key.zone_key() && !key.revoke() {
        Ok(key)
    } else {
        Err(format!(
            "the flags {flags} are not those of a key that signs a zone"
        ))
    }
}

fn number<N: FromStr>(word: Option<&str>, what: &str) -> Result<N, String> {
    let word = word.unwrap_or_default();
    word.parse()
        .map_err(|_| format!("\"{word}\" is not a {what}"))
}

fn read_algorithm(word: Option<&str>) -> Result<Algorithm, String> {
    let word = word.unwrap_or_default();
    let by_name = || {
        let mut all = (0..=u8::MAX).map(Algorithm::from_u8);
        all.find(|algorithm| algorithm::name(*algorithm).eq_ignore_ascii_case(word))
    };
    let number = word.parse().ok().map(Algorithm::from_u8);
    number
        .or_else(by_name)
        .ok_or_else(|| format!("\"{word}\" is not an algorithm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).expect("a name")
    }

    #[test]
    fn the_keys_of_the_root_are_built_in() {
        let root = Anchors::root();
        let tags: Vec<u16> = root
            .of(&Name::root())
            .iter()
            .map(|anchor| match anchor {
                Anchor::Ds(ds) => ds.key_tag(),
                Anchor::Key(_) => 0,
            })
            .collect();
        assert_eq!(tags, [20326, 38696]);
        // hickory-proto has the keys themselves.
        let keys = hickory_proto::dnssec::TrustAnchors::default();
        assert_eq!(keys.len(), 2);
        for index in 0..keys.len() {
            let public = keys.get(index).expect("a key").clone();
            let key = DNSKEY::new(true, true, false, public);
            let tag = key.calculate_key_tag().expect("a tag");
            let key = Key { tag, key };
            let anchors = root.of(&Name::root());
            assert!(
                anchors
                    .iter()
                    .any(|anchor| anchor.fits(&Name::root(), &key))
            );
        }
    }

    #[test]
    fn files_may_mix_everything_that_zone_files_have() {
        let text = "\
; the lab's keys
$TTL 3600
.  172800 IN DS 1 8 2 ( e06d44b80b8f1d39a95c0b0d7c65d084
     58e880409bbc683457104237c7f8ec8d ) ; one
\tIN 3600 DNSKEY 257 3 ED25519 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=
Example DS 7 13 4 0ABC 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
";
        let anchors: Anchors = text.parse().expect("anchors");
        assert_eq!(anchors.of(&Name::root()).len(), 2);
        assert_eq!(anchors.of(&name("example.")).len(), 1);
        assert_eq!(anchors.nearest(&name("a.example.")), Some(name("example.")));
        assert_eq!(anchors.nearest(&name("test.")), Some(Name::root()));
    }

    #[test]
    fn errors_name_the_line() {
        for (text, expected) in [
            ("", "line 1: there is neither a DS nor a DNSKEY record"),
            ("\n  DS 1 8 2 00", "line 2: a name is missing"),
            (". DS 1 8 2 00", "line 1: the digest has 1 bytes, not 32"),
            (". DS 1 8 2 0g", "line 1: \"0g\" is not a digest in hex"),
            (". DS 1 99999 2 00", "line 1: \"99999\" is not an algorithm"),
            (". DS 70000 8 2 00", "line 1: \"70000\" is not a key tag"),
            (".\n. A 192.0.2.1", "line 1: \"\" is neither DS nor DNSKEY"),
            (". IN A 192.0.2.1", "line 1: \"A\" is neither DS nor DNSKEY"),
            (". DNSKEY 257 2 8 AA==", "line 1: the protocol is not 3"),
            (
                ". DNSKEY 385 3 8 AA==",
                "line 1: the flags 385 are not those of a key that signs a zone",
            ),
            (". DNSKEY 257 3 8 (", "line 1: parentheses do not match"),
        ] {
            let error = text.parse::<Anchors>().expect_err(text);
            assert_eq!(error.to_string(), expected);
        }
    }
}
