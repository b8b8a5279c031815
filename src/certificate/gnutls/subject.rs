//! Names as GnuTLS compares them: `_gnutls_x509_compare_raw_dn` and `_gnutls_x509_dn_to_string`
//! (`lib/x509/common.c`). The type of a string does not count where GnuTLS can read it; case and
//! blanks do.

use crate::certificate::der::Element;
use x509_parser::asn1_rs::Any;
use x509_parser::x509::X509Name;

/// An attribute: its OID, and its value in the form that is compared.
pub(crate) type Attribute = (String, Value);

/// A value in the form that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A string that GnuTLS reads.
    Text(Vec<u8>),
    /// Anything else: its tag and its octets.
    Other(u32, Vec<u8>),
}

/// A name: its octets, and the attributes of each RDN.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The DER, with the header.
    pub(crate) raw: Vec<u8>,
    rdns: Vec<Vec<Attribute>>,
}

/// The type of the common name.
pub(crate) const COMMON_NAME: &str = "2.5.4.3";
/// The type of a mail address in a subject.
pub(crate) const EMAIL: &str = "1.2.840.113549.1.9.1";

const UTF8: u32 = 12;
const NUMERIC: u32 = 18;
const PRINTABLE: u32 = 19;
const TELETEX: u32 = 20;
const IA5: u32 = 22;
const UNIVERSAL: u32 = 28;
const BMP: u32 = 30;

/// `_oid2str`: the attributes that are `DirectoryString`s.
const DIRECTORY_STRINGS: &[&str] = &[
    "1.3.6.1.5.5.7.9.2",
    "2.5.4.9",
    "2.5.4.12",
    "2.5.4.10",
    "2.5.4.11",
    "2.5.4.3",
    "2.5.4.7",
    "2.5.4.8",
    "2.5.4.13",
    "2.5.4.4",
    "2.5.4.43",
    "2.5.4.44",
    "2.5.4.42",
    "2.5.4.65",
    "2.5.4.17",
    "2.5.4.41",
    "2.5.4.15",
    "0.9.2342.19200300.100.1.1",
    "1.2.840.113556.1.4.656",
    "1.3.6.1.4.1.311.60.2.1.1",
    "1.3.6.1.4.1.311.60.2.1.2",
];

/// Those that must have one type.
const TYPED: &[(&str, u32)] = &[
    ("1.3.6.1.5.5.7.9.3", PRINTABLE),
    ("1.3.6.1.5.5.7.9.4", PRINTABLE),
    ("1.3.6.1.5.5.7.9.5", PRINTABLE),
    ("2.5.4.6", PRINTABLE),
    ("2.5.4.5", PRINTABLE),
    ("2.5.4.20", PRINTABLE),
    ("2.5.4.46", PRINTABLE),
    ("1.3.6.1.4.1.311.60.2.1.3", PRINTABLE),
    ("0.9.2342.19200300.100.1.25", IA5),
    ("1.2.840.113549.1.9.1", IA5),
    ("1.3.6.1.5.5.7.8.5", UTF8),
    ("1.2.643.100.1", NUMERIC),
    ("1.2.643.100.3", NUMERIC),
    ("1.2.643.100.5", NUMERIC),
    ("1.2.643.3.131.1.1", NUMERIC),
];

impl Subject {
    pub(crate) fn read(name: &X509Name<'_>) -> Self {
        let rdn = |rdn: &x509_parser::x509::RelativeDistinguishedName<'_>| {
            let attributes = rdn.iter().map(|attribute| {
                let oid = attribute.attr_type().to_id_string();
                let value = value(&oid, attribute.attr_value());
                (oid, value)
            });
            attributes.collect()
        };
        Self {
            raw: name.as_raw().to_vec(),
            rdns: name.iter_rdn().map(rdn).collect(),
        }
    }

    /// What the DER of the name holds, without its header.
    pub(crate) fn contents(&self) -> &[u8] {
        Element::read(&self.raw).map_or(&[], |name| name.content)
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.raw == other.raw || self.rdns == other.rdns
    }

    /// The values of an attribute (`_gnutls_x509_parse_dn_oid`).
    pub(crate) fn values(&self, oid: &str) -> Vec<&Value> {
        let attributes = self.rdns.iter().flatten();
        let found = attributes.filter(|(kind, _)| kind == oid);
        found.map(|(_, value)| value).collect()
    }
}

fn value(oid: &str, value: &Any<'_>) -> Value {
    // A string in pieces is read as none of its type.
    const IN_PIECES: u32 = 0x100;
    let is_in_pieces = value.header.constructed();
    let tag = value.tag().0 + if is_in_pieces { IN_PIECES } else { 0 };
    let typed = TYPED.iter().find(|(kind, _)| *kind == oid);
    let text = match typed {
        Some((_, wanted)) => (*wanted == tag).then(|| value.data.to_vec()),
        None if DIRECTORY_STRINGS.contains(&oid) => directory_string(tag, value.data),
        None => None,
    };
    // A value with a NUL is not text.
    match text.filter(|text| !text.contains(&0)) {
        Some(text) => Value::Text(text),
        None => Value::Other(tag, value.data.to_vec()),
    }
}

/// `decode_complex_string` and `make_printable_string`.
fn directory_string(tag: u32, octets: &[u8]) -> Option<Vec<u8>> {
    let hex = || format!("#{}", hex::encode(octets)).into_bytes();
    match tag {
        UTF8 | PRINTABLE => Some(octets.to_vec()),
        TELETEX if octets.iter().all(|octet| matches!(octet, 0x20..=0x7e)) => Some(octets.to_vec()),
        BMP => {
            let (pairs, []) = octets.as_chunks::<2>() else {
                return Some(hex());
            };
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            let text: Result<String, _> = char::decode_utf16(units).collect();
            Some(text.map_or_else(|_| hex(), String::into_bytes))
        }
        TELETEX | UNIVERSAL => Some(hex()),
        _ => None,
    }
}
