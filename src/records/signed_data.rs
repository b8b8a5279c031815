//! The bytes that a signature signs: the records of a set in their canonical form and order (RFC 4034
//! 3.1.8.1 and 6).
//!
//! hickory-proto's own `TBS` orders by the time to live first and keeps duplicates, so sets whose
//! times differ, or that are sent twice, would not verify.

use super::rr_set::RrSet;
use hickory_proto::dnssec::rdata::SigInput;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinEncodable as _, BinEncoder, NameEncoding};

/// The data of the records of a set, in canonical form and order, without duplicates. None where
/// one of them cannot be written.
pub(super) fn canonical(set: &RrSet<'_>) -> Option<Vec<Vec<u8>>> {
    let mut all: Vec<Vec<u8>> = Vec::with_capacity(set.records.len());
    for record in &set.records {
        all.push(canonical_data(record)?);
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// The bytes that a signature with these fields signs, for records of `name` with this data.
pub(super) fn signed_data(name: &Name, input: &SigInput, data: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    let mut encoder = canonical_encoder(&mut head);
    signed_name(name, input.num_labels)?
        .to_lowercase()
        .emit(&mut encoder)
        .ok()?;
    input.type_covered.emit(&mut encoder).ok()?;
    DNSClass::IN.emit(&mut encoder).ok()?;
    encoder.emit_u32(input.original_ttl).ok()?;

    let mut bytes = Vec::new();
    input.emit(&mut canonical_encoder(&mut bytes)).ok()?;
    for record in data {
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&u16::try_from(record.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(record);
    }
    Some(bytes)
}

/// The name that was signed: the wildcard where the signature has fewer labels (RFC 4035 5.3.2).
pub(super) fn signed_name(name: &Name, labels: u8) -> Option<Name> {
    if labels >= name.num_labels() {
        return Some(name.clone());
    }
    wildcard_of(&name.trim_to(usize::from(labels)))
}

/// The wildcard below a name, if that is not too long.
pub(super) fn wildcard_of(name: &Name) -> Option<Name> {
    name.prepend_label(b"*".as_slice()).ok()
}

fn canonical_encoder(buffer: &mut Vec<u8>) -> BinEncoder<'_> {
    let mut encoder = BinEncoder::new(buffer);
    encoder.set_canonical_form(true);
    encoder.set_name_encoding(NameEncoding::Uncompressed);
    encoder
}

fn canonical_data(record: &Record) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    record.data.emit(&mut canonical_encoder(&mut bytes)).ok()?;
    if let RData::Unknown { code, .. } = &record.data {
        lower_names(*code, &mut bytes);
    }
    Some(bytes)
}

/// Makes the names lower case in the data of types that hickory-proto keeps as bytes, and that RFC
/// 4034 6.2 names. Data that is cut short stays as it is.
fn lower_names(kind: RecordType, data: &mut [u8]) {
    let (before, names) = match kind {
        // And MD, MF, MB, MG and MR; MINFO and RP; AFSDB, RT and KX; PX.
        RecordType::DNAME | RecordType::Unknown(3 | 4 | 7 | 8 | 9) => (0, 1),
        RecordType::Unknown(14 | 17) => (0, 2),
        RecordType::Unknown(18 | 21 | 36) => (2, 1),
        RecordType::Unknown(26) => (2, 2),
        _ => return,
    };
    let mut at = before;
    for _ in 0..names {
        at = lower_name(data, at);
    }
}

/// Makes the name at `at` lower case, and returns where it ends.
fn lower_name(data: &mut [u8], mut at: usize) -> usize {
    while let Some(&length) = data.get(at) {
        let end = at + 1 + usize::from(length);
        match data.get_mut(at + 1..end) {
            // A label's length has two zero bits first.
            Some(label) if (1..64).contains(&length) => label.make_ascii_lowercase(),
            Some(_) if length == 0 => return end,
            _ => return data.len(),
        }
        at = end;
    }
    at
}
