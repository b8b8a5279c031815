//! DANE for mail (RFC 7672): which TLSA records fit what a server presents, and what the senders do
//! that look at them. Postfix with OpenSSL and Exim with GnuTLS are modelled, each read off its
//! source; they are all that is known to do DANE in Debian.

mod fit;
mod judged;
mod known;
mod question;
mod senders;
mod trial;
mod upkeep;
pub(super) mod usable;
mod worth;

pub use fit::{Fit, fit};
pub use judged::Judged;
pub use known::{Known, Presented};
pub use question::Question;
pub use senders::{Reason, Sender, exim, postfix};
pub use trial::{Cure, Refusal, Shown, Trial, matching_beside, without};
pub use upkeep::Upkeep;
pub use usable::unusable;
pub use worth::Worth;
