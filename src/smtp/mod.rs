//! Sans-IO SMTP, up to the point where TLS starts: bytes in, the next step out.

mod dialogue;
mod identify;
mod reply;

pub use dialogue::{Dialogue, Line, Refusal, Stage, Step};
pub use identify::{Protocol, identify};
pub use reply::{Malformed, Reply, ReplyReader};
