//! Pins of other programs: the settings by which each accepts a server by one certificate, one key
//! or one CA, and by nothing else. A program is one file here and one line of the registry.
//! Everything here is computed from what was seen.

mod advice;
mod aerc;
mod b4;
mod choice;
mod curl;
mod dma;
mod exim;
mod fetchmail;
mod getmail6;
mod git;
mod gnutls;
mod isync;
mod join;
mod json;
mod msmtp;
mod mutt;
mod nullmailer;
mod objection;
mod offlineimap;
mod opensmtpd;
mod openssl;
mod postfix;
mod program;
mod registry;
mod request;
mod s_nail;
mod text;
mod tlsa;
mod tool;
mod unpinnable;
mod way;

pub use advice::{Advice, Remedy};
pub use choice::Choice;
pub use join::joined;
pub use objection::{Misfit, Objection};
pub use program::{Library, Program, Several, Sni};
pub use registry::{PROGRAMS, UNPINNABLE, program, tool};
pub use request::{Destination, Recipe};
pub use text::comment_text;
pub use tlsa::{Association, associations, is_tlsa};
pub use tool::Tool;
pub use unpinnable::Unpinnable;
pub use way::{By, Checks, FileUse, Way};
