//! Surveys one name or many: paces the work of `resolve` and `probe`, and fetches documents by the
//! ways that probes take.

mod domain;
mod fetch;
mod look;
mod names;
mod options;
mod pace;
mod plan;
mod policy;
mod ports;
mod present;
mod retry;
mod slots;
mod visit;

pub use crate::fetch::{BadUrl, Document, Scheme, Url};
pub use crate::probe::{Awaited, Options as ProbeOptions, To, Watch};
pub use crate::resolve::{Family, Found, Lookups, Trust};
pub use domain::{
    Addresses, DomainSurvey, Domains, HostLook, HostSurvey, StsSurvey, TlsaSurvey, Wanted,
};
pub use fetch::{NotFetched, Reach, fetch};
pub use look::{look, look_in_turn};
pub use options::Options;
pub use pace::{Limits, Pacer};
pub use policy::{PolicyLook, fetch_policy, policy_url};
pub use ports::{PortPlan, look_at_ports};
pub use present::present;
pub use visit::{Visit, walk};
