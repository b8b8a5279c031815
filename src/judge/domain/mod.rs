//! The verdict on a domain, without I/O: what its DNS, its hosts and its policy hold in, what each kind
//! of sender does with its mail out (RFC 7672, RFC 8461), with findings and advice.

mod alone;
mod dane;
mod facts;
mod fetched;
mod findings;
mod host;
mod judging;
mod look;
mod lookup;
mod old_tls;
mod result;
mod sts;
mod verdict;

pub use alone::{HostDane, judge_host};
pub use dane::DaneAtHost;
pub use facts::{
    Chain, Domain, Failed, Ignored, KnownPolicy, Levels, Look, Lookup, MailHost, MtaSts, Seen,
    SignaturesEnd, TlsaRecords, Validity,
};
pub use fetched::{Body, FetchFacts, Fetched};
pub use host::AtHost;
pub use judging::judge_domain;
pub use look::distrust;
pub use result::{Arrival, Delivery, Kind, Outcome, Required};
pub use sts::{State, StsAtHost};
pub use verdict::{HostVerdict, SenderVerdict, Verdict};
