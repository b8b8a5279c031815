//! Pins of other programs: the settings by which each accepts a server by one certificate, one key
//! or one CA, and by nothing else. A program is one file here and one line of the registry.
//! Everything here is computed from what was seen.

mod advice;
mod choice;
mod curl;
mod exim;
mod git;
mod gnutls;
mod json;
mod msmtp;
mod objection;
mod openssl;
mod postfix;
mod program;
mod registry;
mod request;
mod text;
mod tlsa;
mod way;

pub use advice::{Advice, Remedy};
pub use choice::Choice;
pub use objection::{Misfit, Objection};
pub use program::{Library, Program, Several, Sni};
pub use registry::{PROGRAMS, program};
pub use request::{Destination, Recipe};
pub use text::comment_text;
pub use tlsa::{Association, associations};
pub use way::{By, Checks, FileUse, Way};
