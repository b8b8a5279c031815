//! What looks at a server showed, or why they showed nothing. Data only: no verdicts.

mod advice;
mod alert;
mod attempt;
mod failure;
mod key_type;
mod sighting;
mod survey;

pub use crate::raw_tls::{Exchange, Group};
pub use advice::{Chosen, StartBy};
pub use alert::Alert;
pub use attempt::{Attempt, ConnectError, system_text};
pub use failure::{Cause, Failure, FailureClass, Step};
pub use key_type::KeyType;
pub use sighting::{ClientCertificate, KeptBack, Possession, Sighting, Staple, TlsFacts};
pub use survey::Survey;
