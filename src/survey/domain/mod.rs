//! Surveys the mail of a domain: who takes it, what its hosts present, and what the domain publishes
//! about that. Nothing is judged.

mod addresses;
mod host;
mod hosts;
mod meeting;
mod question;
mod sts;
mod surveyor;
mod tlsa;

pub use addresses::Addresses;
pub use host::HostSurvey;
pub use meeting::HostLook;
pub use sts::StsSurvey;
pub use surveyor::{DomainSurvey, Domains, Wanted};
pub use tlsa::TlsaSurvey;
