//! The anchors by their subjects, without parsing any of them: a look at the beginning of the DER
//! finds the name. What is found is for the readers to judge: each of them compares names in its own
//! way, and none takes two names for the same that differ in OpenSSL's form.

use super::anchor::Anchor;
use crate::certificate::{canonical_name, raw};
use std::collections::HashMap;

/// The anchors, as indices in the order of the files.
#[derive(Clone, Debug, Default)]
pub(super) struct BySubject {
    /// By the form in which OpenSSL compares names, or where there is none, by the name as it is.
    known: HashMap<Vec<u8>, Vec<usize>>,
    /// Those whose subject is not found: any reader may find one.
    unknown: Vec<usize>,
}

impl BySubject {
    pub(super) fn of(anchors: &[Anchor]) -> Self {
        let mut found = Self::default();
        for (index, anchor) in anchors.iter().enumerate() {
            match raw::subject(anchor.der()) {
                Some(name) => found.known.entry(key(name)).or_default().push(index),
                None => found.unknown.push(index),
            }
        }
        found
    }

    /// All that may have a subject of one of these keys.
    pub(super) fn candidates(&self, keys: &[Vec<u8>]) -> Vec<usize> {
        let known = keys.iter().filter_map(|key| self.known.get(key));
        let mut all: Vec<usize> = known.flatten().chain(&self.unknown).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The form of a name by which it is found; `contents` is its DER without the outer header.
pub(super) fn key(contents: &[u8]) -> Vec<u8> {
    canonical_name(contents).unwrap_or_else(|| contents.to_vec())
}

#[cfg(test)]
mod tests {
    use super::super::anchors::Anchors;
    use super::*;
    use crate::certificate::raw::Raw;
    use crate::certificate::{Certificate, Name};
    use testkit::der::{Fields, Issuer, name, oid, seq, set, tlv, utf8};
    use testkit::generate::dice::Dice;
    use webpki::anchor_from_trusted_cert;

    const COMMON_NAME: &str = "2.5.4.3";
    const ORGANISATION: &str = "2.5.4.10";

    /// A name, written in one of many ways; some of them are the same name for one reader or
    /// another.
    fn written(dice: &mut Dice) -> Vec<u8> {
        let text = *dice.pick(&[
            "Example CA",
            "example  ca",
            " EXAMPLE CA\t",
            "Example CB",
            "",
            "Ex\u{e4}mple",
        ]);
        let wide = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect::<Vec<u8>>()
        };
        let latin: Vec<u8> = text
            .chars()
            .map(|c| u8::try_from(c).expect("Latin-1"))
            .collect();
        let value = match dice.below(9) {
            0 | 1 => utf8(text),
            2 => tlv(0x13, latin),
            3 => tlv(0x14, latin),
            4 => tlv(0x1e, wide(text)),
            // No string of its type, and no string.
            5 => tlv(0x0c, [0xff, 0xfe]),
            6 => tlv(0x1e, [0]),
            7 => tlv(0x12, latin),
            _ => tlv(0x04, latin),
        };
        let attribute = |kind: &str, value: &[u8]| seq([oid(kind).as_slice(), value]);
        match dice.below(6) {
            0 => name([(COMMON_NAME, value), (ORGANISATION, utf8("Example"))]),
            1 => name([(ORGANISATION, utf8("example ")), (COMMON_NAME, value)]),
            n @ (2 | 3) => {
                let mut both = [
                    attribute(COMMON_NAME, &value),
                    attribute(ORGANISATION, &utf8("Example")),
                ];
                both.rotate_left(n - 2);
                seq([set(both)])
            }
            4 => seq([attribute(COMMON_NAME, &value)]),
            _ => name([(COMMON_NAME, value)]),
        }
    }

    /// A certificate of one of these names, sound or not.
    fn anchor(dice: &mut Dice, issuer: &Issuer, subject: &[u8]) -> Vec<u8> {
        let odd = dice.below(18);
        let der = issuer.leaf(|fields: &mut Fields| {
            fields.subject = subject.to_vec();
            match odd {
                0 => fields.version.clear(),
                1 => fields.extensions.clear(),
                2 => fields.tail = tlv(0x87, [1]),
                3 => fields.unique_ids = tlv(0x81, [0, 1]),
                4 => fields.validity = utf8("always"),
                _ => {}
            }
        });
        let mut der = der.to_vec();
        match odd {
            5 => der.truncate(dice.below(der.len())),
            6 => {
                let place = dice.below(der.len().min(120));
                der[place] ^= 1 << dice.below(8);
            }
            7 => der.extend(b"more"),
            // BER: the length of what is signed has an octet too many.
            8 => {
                let inner = [&[0x30, 0x83, 0][..], &der[6..]].concat();
                der = tlv(0x30, inner);
            }
            _ => {}
        }
        der
    }

    /// What a look at every anchor finds.
    fn scan(anchors: &Anchors, wanted: impl Fn(&Anchor) -> bool) -> Vec<&[u8]> {
        let found = anchors.all().iter().filter(|anchor| wanted(anchor));
        found.map(|anchor| anchor.der().as_ref()).collect()
    }

    fn ders<'a>(found: impl Iterator<Item = &'a Anchor>) -> Vec<&'a [u8]> {
        found.map(|anchor| anchor.der().as_ref()).collect()
    }

    fn check(anchors: &Anchors, contents: &[u8]) {
        let webpkis = |anchor: &Anchor, is_wanted: &dyn Fn(&[u8]) -> bool| {
            anchor_from_trusted_cert(anchor.der()).is_ok_and(|read| is_wanted(&read.subject))
        };
        let named = scan(anchors, |anchor| {
            webpkis(anchor, &|subject| subject == contents)
        });
        assert_eq!(ders(anchors.named(&[contents])), named, "{contents:02x?}");
        if let Some(form) = canonical_name(contents) {
            let named = scan(anchors, |anchor| {
                let subject = Raw::read(anchor.der()).and_then(|raw| canonical_name(raw.subject));
                subject.as_ref() == Some(&form)
            });
            assert_eq!(
                ders(anchors.named_canonically(&form)),
                named,
                "{contents:02x?}"
            );
        }
    }

    fn check_name(anchors: &Anchors, wanted: &Name) {
        let wanted_key = key(wanted.contents());
        let same = scan(anchors, |anchor| {
            anchor_from_trusted_cert(anchor.der())
                .is_ok_and(|read| key(&read.subject) == wanted_key)
        });
        assert_eq!(ders(anchors.of_name(wanted)), same, "{wanted}");
    }

    #[test]
    fn whatever_the_anchors_the_index_finds_what_a_look_at_all_finds() {
        let mut dice = Dice::thrown(16);
        let issuers: Vec<Issuer> = (0..3).map(|n| Issuer::root(&format!("Root {n}"))).collect();
        let (mut found, mut left_out) = (0, 0);
        for _ in 0..60 {
            let names: Vec<Vec<u8>> = (0..8).map(|_| written(&mut dice)).collect();
            let mut anchors = Anchors::new("generated");
            let mut read: Vec<Certificate> = Vec::new();
            for _ in 0..dice.below(30) {
                let (issuer, name) = (dice.below(issuers.len()), dice.below(names.len()));
                let again = dice.chance(10).then(|| read.last()).flatten();
                let der = match again {
                    Some(certificate) => certificate.der().to_vec(),
                    None => anchor(&mut dice, &issuers[issuer], &names[name]),
                };
                read.push(Certificate::new(der.clone().into()));
                anchors.add_unseen(
                    rustls::pki_types::CertificateDer::from(der),
                    &"a file".into(),
                );
            }
            for name in &names {
                let contents = crate::certificate::der::Element::read(name)
                    .expect("a name")
                    .content;
                check(&anchors, contents);
                found += anchors.named(&[contents]).count();
            }
            for certificate in &read {
                if let Ok(facts) = certificate.facts() {
                    check_name(&anchors, &facts.subject);
                }
                if let Ok(trust) = anchor_from_trusted_cert(certificate.der()) {
                    let like = scan(&anchors, |anchor| {
                        anchor_from_trusted_cert(anchor.der()).as_ref() == Ok(&trust)
                    });
                    assert_eq!(ders(anchors.like(&trust)), like);
                }
            }
            left_out += anchors.all().len() - anchors.len();
        }
        assert!(
            found > 200 && left_out > 100,
            "{found} found, {left_out} left out"
        );
    }
}
