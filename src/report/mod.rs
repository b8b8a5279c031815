//! All that a renderer may know of one target: its sightings, the judgements on them, and the
//! outcome.

mod addresses;
mod assessment;
mod domain;
mod exit;
mod leaves;
mod outcome;
mod port_findings;
mod ports;
mod reported;
mod representative;
mod server;

pub use addresses::{Alike, Skipped, listed};
pub use assessment::Assessment;
pub use domain::{Dns, DomainReport, ValidatedBy};
pub use exit::Exit;
pub use leaves::PresentedLeaf;
pub use outcome::Outcome;
pub use reported::Reported;
pub use server::{Port, Report, Target};
