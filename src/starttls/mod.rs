//! The protocols of mail servers up to the start of TLS, without I/O: bytes in, the next step out.
//! Each protocol has one file.

mod advice;
mod answer;
mod dialogue;
mod exchange;
mod farewell;
mod first_bytes;
mod identify;
mod imap;
mod lines;
mod malformed;
mod pop3;
mod recognise;
mod refusal;
mod reply;
mod sieve;
mod smtp;

pub use answer::Answer;
pub use dialogue::{Dialogue, Line, Said, Step};
pub use farewell::{Farewell, goodbye};
pub use identify::{Service, identify};
pub use malformed::Malformed;
pub use recognise::{Speech, begin};
pub use refusal::{Refusal, Stage, first_line};
pub use reply::{Reply, ReplyReader};
pub use smtp::Smtp;

#[cfg(test)]
mod tests;
