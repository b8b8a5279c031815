//! Distinguished names as text (RFC 4514). The text is unambiguous: a common name cannot pretend to
//! be two attributes.

use super::der::{self, Element, Fields};
use super::oid::short_name;
use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::sync::OnceLock;
use x509_parser::asn1_rs::{Any, Tag, ToDer};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// A distinguished name.
#[derive(Clone, Debug)]
pub struct Name {
    text: String,
    raw: Vec<u8>,
    common_names: Vec<String>,
    organizations: Vec<String>,
    /// Of few names it is asked for, and then often.
    canonical: OnceLock<Option<Vec<u8>>>,
}

/// By its DER, of which all else is made.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Name {}

impl Name {
    pub(super) fn read(name: &X509Name<'_>) -> Self {
        // RFC 4514 §2.1: the last relative distinguished name comes first.
        let mut rdns: Vec<String> = name
            .iter_rdn()
            .map(|rdn| {
                let mut attributes: Vec<String> = rdn.iter().map(attribute).collect();
                // Any order will do; this one is OpenSSL's.
                attributes.reverse();
                attributes.join("+")
            })
            .collect();
        rdns.reverse();
        let common_names = name
            .iter_common_name()
            .filter_map(|attribute| string(attribute.attr_value()))
            .collect();
        let organizations = name
            .iter_organization()
            .filter_map(|attribute| string(attribute.attr_value()))
            .collect();
        Self {
            text: rdns.join(","),
            raw: name.as_raw().to_vec(),
            common_names,
            organizations,
            canonical: OnceLock::new(),
        }
    }

    /// Reads a name from its DER; `None`: it is not one, or something follows it.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        use x509_parser::asn1_rs::FromDer;
        let (rest, name) = X509Name::from_der(der).ok()?;
        (rest.is_empty() && der::is_name(der)).then(|| Self::read(&name))
    }

    /// The DER of the name: two names are the same when this is.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The DER of the name without its outer header, as webpki keeps it.
    pub fn contents(&self) -> &[u8] {
        use x509_parser::asn1_rs::FromDer;
        Any::from_der(&self.raw).map_or(&[], |(_, any)| any.data)
    }

    /// The form in which OpenSSL compares names; `None`: OpenSSL cannot read it.
    pub fn canonical(&self) -> Option<&[u8]> {
        let made = self.canonical.get_or_init(|| canonical(self.contents()));
        made.as_deref()
    }

    /// The number by which OpenSSL finds the certificates of a name in a directory
    /// (`X509_NAME_hash`).
    pub fn openssl_hash(&self) -> Option<u32> {
        use sha1::{Digest as _, Sha1};
        let digest = Sha1::digest(self.canonical()?);
        let first = digest.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*first))
    }

    /// Whether it is the same name, however it is encoded (RFC 5280 §7.1, as OpenSSL has it).
    pub fn is_same(&self, other: &Self) -> bool {
        self.raw == other.raw
            || self
                .canonical()
                .is_some_and(|name| Some(name) == other.canonical())
    }

    /// Whether both names are the same, or have an organization in common: a CA issues in turns by
    /// intermediates of several common names.
    pub fn is_of_same_organization(&self, other: &Self) -> bool {
        let mut own = self.organizations.iter();
        self.is_same(other) || own.any(|one| other.organizations.contains(one))
    }

    /// Whether the name has no attributes, as the subject of a certificate with SANs only.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The common names, in the order of the certificate; untrusted and unescaped.
    pub fn common_names(&self) -> &[String] {
        &self.common_names
    }

    /// What people call it: the last common name, else the whole name, both shortened; untrusted.
    pub fn label(&self) -> String {
        match self.common_names.last() {
            Some(name) if !name.is_empty() => shortened(name),
            _ => shortened(&self.text),
        }
    }

    /// Whether there is a common name to call it by.
    pub fn has_common_name(&self) -> bool {
        self.common_names
            .last()
            .is_some_and(|name| !name.is_empty())
    }
}

/// The form in which OpenSSL compares names (`x509_name_canon` in `crypto/x509/x_name.c`): strings
/// in UTF-8 and lower case, blanks at the ends dropped and runs of them collapsed. `contents` is
/// the DER of the name without its outer header. `None`: OpenSSL cannot read it.
pub fn canonical(contents: &[u8]) -> Option<Vec<u8>> {
    let mut form = Vec::with_capacity(contents.len());
    for rdn in der::each(contents) {
        let start = form.len();
        let mut count = 0;
        for attribute in attributes(&rdn?)? {
            add_canonical(&attribute?, &mut form)?;
            count += 1;
        }
        if count > 1 {
            // A SET OF, in the order of DER.
            let mut sorted: Vec<&[u8]> = Vec::with_capacity(count);
            sorted.extend(der::all(&form[start..])?.iter().map(|one| one.whole));
            sorted.sort_unstable();
            let sorted = sorted.concat();
            form.truncate(start);
            form.extend(sorted);
        }
        der::wrap(&mut form, start, 0x31);
    }
    Some(form)
}

fn add_canonical(attribute: &Element<'_>, form: &mut Vec<u8>) -> Option<()> {
    let (kind, value) = kind_and_value(attribute)?;
    let start = form.len();
    form.extend(kind);
    match text(value.tag, value.content) {
        Some(text) => {
            let start = form.len();
            add_words(text?.as_bytes(), form);
            der::wrap(form, start, 0x0c);
        }
        // Other types are compared as they are.
        None => form.extend(value.whole),
    }
    der::wrap(form, start, 0x30);
    Some(())
}

/// `asn1_string_canon`: only ASCII has case and blanks.
fn add_words(text: &[u8], form: &mut Vec<u8>) {
    let is_blank = |octet: &u8| matches!(octet, b' ' | b'\t'..=b'\r');
    let start = form.len();
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        if form.len() > start {
            form.push(b' ');
        }
        form.extend(word);
    }
    form[start..].make_ascii_lowercase();
}

/// The attributes of an RDN; `None`: it is something else.
fn attributes<'a>(
    rdn: &Element<'a>,
) -> Option<impl Iterator<Item = Option<Element<'a>>> + use<'a>> {
    (rdn.tag == 0x31).then(|| der::each(rdn.content))
}

/// The type of an attribute with its header, and its value.
fn kind_and_value<'a>(attribute: &Element<'a>) -> Option<(&'a [u8], Element<'a>)> {
    let mut fields = (attribute.tag == 0x30).then(|| Fields::of(attribute.content))?;
    let (kind, value) = (fields.take()?, fields.take()?);
    fields.end()?;
    Some((kind.whole, value))
}

/// The text of the string types that OpenSSL brings into one form (`ASN1_MASK_CANON`); the outer
/// `None`: another type, the inner one: a string that is not what it claims.
pub fn text(tag: u8, content: &[u8]) -> Option<Option<Cow<'_, str>>> {
    let utf8 = || str::from_utf8(content).ok().map(Cow::Borrowed);
    let from_latin1 = || Cow::Owned(content.iter().map(|&byte| char::from(byte)).collect());
    Some(match tag {
        0x0c => utf8(),
        // PrintableString, TeletexString, IA5String, VisibleString: octet by octet.
        0x13 | 0x14 | 0x16 | 0x1a if content.is_ascii() => utf8(),
        0x13 | 0x14 | 0x16 | 0x1a => Some(from_latin1()),
        0x1e => wide::<2>(content).map(Cow::Owned),
        0x1c => wide::<4>(content).map(Cow::Owned),
        _ => return None,
    })
}

/// Characters of `N` octets each; a surrogate is none.
fn wide<const N: usize>(content: &[u8]) -> Option<String> {
    let (characters, []) = content.as_chunks::<N>() else {
        return None;
    };
    let number = |octets: &[u8; N]| {
        octets
            .iter()
            .fold(0, |number, octet| number << 8 | u32::from(*octet))
    };
    characters
        .iter()
        .map(|octets| char::from_u32(number(octets)))
        .collect()
}

/// A name, cut where it gets longer than any name is (RFC 5280 §A.1 has 64 characters for a common
/// name).
pub(super) fn shortened(name: &str) -> String {
    const MOST: usize = 200;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

impl fmt::Display for Name {
    /// RFC 4514; control characters are left to the renderers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let value = attribute.attr_value();
    match (short_name(&oid), string(value)) {
        (Some(short), Some(text)) => format!("{short}={}", escape(&text)),
        // RFC 4514 §2.4: a value without a string form is `#` and the hex of its BER.
        (short, _) => format!("{}=#{}", short.unwrap_or(&oid), der_hex(value)),
    }
}

fn der_hex(value: &Any<'_>) -> String {
    value.to_der_vec().map(hex::encode).unwrap_or_default()
}

/// The text of an ASN.1 string; `None` for other types and for bytes that are not what they claim.
fn string(value: &Any<'_>) -> Option<String> {
    let data = value.data;
    match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString => String::from_utf8(data.to_vec()).ok(),
        // T.61 in name only: all programs read it as Latin-1.
        Tag::T61String => Some(data.iter().map(|&b| char::from(b)).collect()),
        Tag::BmpString if data.len().is_multiple_of(2) => {
            let units = data
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        Tag::UniversalString if data.len().is_multiple_of(4) => data
            .chunks_exact(4)
            .map(|quad| char::from_u32(u32::from_be_bytes([quad[0], quad[1], quad[2], quad[3]])))
            .collect(),
        _ => None,
    }
}

/// RFC 4514 §2.4.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (index, c) in text.chars().enumerate() {
        let at_edge = c == ' ' && (index == 0 || index == last);
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '#' if index == 0 => out.push_str("\\#"),
            ' ' if at_edge => out.push_str("\\ "),
            '\0' => {
                let _ = write!(out, "\\00");
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_pretend_to_be_attributes() {
        assert_eq!(escape("a, CN=b+c"), "a\\, CN=b\\+c");
        assert_eq!(escape("#x "), "\\#x\\ ");
        assert_eq!(escape(" "), "\\ ");
        assert_eq!(escape("a\0b"), "a\\00b");
    }

    #[test]
    fn every_string_type_is_read_or_refused() {
        let read = |tag, data: &'static [u8]| string(&Any::from_tag_and_data(tag, data));
        assert_eq!(read(Tag::Utf8String, "ü".as_bytes()), Some("ü".into()));
        assert_eq!(read(Tag::Utf8String, b"\xff"), None);
        assert_eq!(read(Tag::T61String, b"\xfc"), Some("ü".into()));
        assert_eq!(read(Tag::BmpString, b"\0a\0\xfc"), Some("aü".into()));
        assert_eq!(read(Tag::BmpString, b"\0a\0"), None);
        assert_eq!(read(Tag::BmpString, b"\xd8\x00"), None);
        assert_eq!(read(Tag::UniversalString, b"\0\0\0a"), Some("a".into()));
        assert_eq!(read(Tag::OctetString, b"a"), None);
    }
}
