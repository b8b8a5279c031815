//! What a domain publishes besides its hosts: its MTA-STS policy, and where reports go.

use crate::judge::domain::{Fetched, KnownPolicy, MtaSts, State};
use crate::records::mta_sts::{Policy, StsRecords};
use crate::records::tlsrpt::TlsRpt;
use crate::report::DomainReport;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct MtaStsJson {
    status: &'static str,
    record: Option<String>,
    id: Option<String>,
    state: &'static str,
    policy: Option<PolicyJson>,
    fetch: Option<FetchJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<KeptJson>,
}

/// A policy that senders may have kept.
#[derive(Serialize)]
struct KeptJson {
    id: String,
    mode: &'static str,
    mx: Vec<String>,
    max_age: u32,
}

#[derive(Serialize)]
struct PolicyJson {
    mode: &'static str,
    mx: Vec<String>,
    max_age: u32,
}

#[derive(Serialize)]
struct FetchJson {
    address: Option<String>,
    status: Option<u16>,
    error: Option<String>,
}

#[derive(Serialize)]
pub(super) struct TlsRptJson {
    record: Option<String>,
    rua: Vec<String>,
}

/// The policy; `None`: it was not asked for.
pub(super) fn mta_sts(report: &DomainReport) -> Option<MtaStsJson> {
    let sts = report.facts.mta_sts.as_ref()?;
    let record = match &sts.records {
        StsRecords::One(record) => Some(record),
        StsRecords::Absent | StsRecords::Broken(_) => None,
    };
    Some(MtaStsJson {
        status: sts.lookup.status.as_str(),
        record: record.map(|record| record.text.clone()),
        id: record.map(|record| record.id.clone()),
        state: State::of(sts).as_str(),
        policy: sts.policy().map(PolicyJson::from),
        fetch: fetch(sts),
        kept: sts.kept().map(KeptJson::from),
    })
}

impl From<&KnownPolicy> for KeptJson {
    fn from(known: &KnownPolicy) -> Self {
        Self {
            id: known.id.clone(),
            mode: known.mode.as_str(),
            mx: known.mx.clone(),
            max_age: known.max_age,
        }
    }
}

impl From<&Policy> for PolicyJson {
    fn from(policy: &Policy) -> Self {
        Self {
            mode: policy.mode.as_str(),
            mx: policy.mx.iter().map(ToString::to_string).collect(),
            max_age: policy.max_age,
        }
    }
}

/// How the policy was fetched; `None`: there was no reason to. A text that is no policy is an error, too.
fn fetch(sts: &MtaSts) -> Option<FetchJson> {
    let fetch = sts.fetch.as_ref()?;
    let unread = match &sts.fetched {
        Some(Fetched::Body(Err(why))) => Some(why.to_string()),
        _ => None,
    };
    Some(FetchJson {
        address: fetch.address.map(|address| address.to_string()),
        status: fetch.status,
        error: fetch.error.clone().or(unread),
    })
}

/// Where reports go.
pub(super) fn tlsrpt(records: &TlsRpt) -> TlsRptJson {
    let (record, rua) = match records {
        TlsRpt::One { text, rua } => (Some(text.clone()), rua.clone()),
        TlsRpt::Absent | TlsRpt::Invalid(_) => (None, Vec::new()),
    };
    TlsRptJson { record, rua }
}
