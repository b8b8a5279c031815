//! The TLSA records of a host, and what they match.

use crate::judge::dane::{Judged, unusable};
use crate::judge::domain::{DaneAtHost, HostDane, Look, MailHost};
use crate::observation::KeyType;
use crate::records::tlsa::Tlsa;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct TlsaJson {
    status: &'static str,
    base_domain: String,
    records: Vec<RecordJson>,
}

#[derive(Serialize)]
struct RecordJson {
    usage: u8,
    selector: u8,
    matching: u8,
    data: String,
    usable: bool,
    why_not: Option<String>,
    matches: Vec<MatchJson>,
}

/// What a record matches at an address, with a type of key.
#[derive(Serialize)]
struct MatchJson {
    address: String,
    key_type: Option<&'static str>,
    certificate: Option<usize>,
}

impl TlsaJson {
    pub(super) fn of(host: &MailHost, judged: &DaneAtHost) -> Self {
        let records = host.tlsa.records.iter().enumerate();
        let records = records.map(|(place, record)| RecordJson {
            matches: matches(place, &host.looks, &judged.looks),
            ..RecordJson::from(record)
        });
        Self {
            status: host.tlsa.lookup.status.as_str(),
            base_domain: host.tlsa.base_domain.clone(),
            records: records.collect(),
        }
    }
}

/// What DANE says of a server that is asked about itself.
#[derive(Serialize)]
pub(super) struct DaneJson {
    result: &'static str,
    reason: String,
    addresses_status: &'static str,
    tlsa: TlsaJson,
}

impl From<&HostDane> for DaneJson {
    fn from(dane: &HostDane) -> Self {
        Self {
            result: dane.at.delivery.as_str(),
            reason: dane.at.reason.clone(),
            addresses_status: dane.host.addresses.status.as_str(),
            tlsa: TlsaJson::of(&dane.host, &dane.judged),
        }
    }
}

impl From<&Tlsa> for RecordJson {
    fn from(record: &Tlsa) -> Self {
        let why_not = unusable(record);
        Self {
            usage: record.usage,
            selector: record.selector,
            matching: record.matching,
            data: hex::encode(&record.data),
            usable: why_not.is_none(),
            why_not: why_not.map(|why| why.to_string()),
            matches: Vec::new(),
        }
    }
}

/// What the record at this place matches, look by look.
fn matches(place: usize, looks: &[Look], judged: &[Option<Judged>]) -> Vec<MatchJson> {
    let looks = looks.iter().zip(judged);
    let fits = looks.filter_map(|(look, judged)| Some((look, judged.as_ref()?.fits.get(place)?)));
    let matches = fits.filter(|(_, fit)| fit.is_match());
    matches
        .map(|(look, fit)| MatchJson {
            address: look.address.to_string(),
            key_type: look.key_type.map(key_type),
            certificate: fit.certificate(),
        })
        .collect()
}

/// As `--key-type` takes it.
fn key_type(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::Rsa => "rsa",
        KeyType::Ecdsa => "ecdsa",
    }
}
