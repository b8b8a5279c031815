//! The protocols of mail servers up to the start of TLS, without I/O: bytes in, the next step out.
//! Each protocol has one file.

mod dialogue;
mod farewell;
mod identify;
mod refusal;
mod reply;
mod smtp;

pub use dialogue::{Dialogue, Line, Said, Step};
pub use farewell::Farewell;
pub use identify::{Service, identify};
pub use refusal::{Refusal, Stage, first_line};
pub use reply::{Malformed, Reply, ReplyReader};
pub use smtp::Smtp;
