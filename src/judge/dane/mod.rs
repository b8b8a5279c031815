//! DANE for mail (RFC 7672): which TLSA records fit what a server presents, and what the senders do
//! that look at them. Postfix with OpenSSL and Exim with GnuTLS are modelled, each read off its
//! source; they are all that is known to do DANE in Debian.

mod fit;
mod judged;
mod question;
mod senders;
mod upkeep;
pub(super) mod usable;

pub use fit::{Fit, fit};
pub use judged::Judged;
pub use question::Question;
pub use senders::{Reason, Sender, exim, postfix};
pub use upkeep::{Known, Presented, Upkeep, Worth};
pub use usable::unusable;
