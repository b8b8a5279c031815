//! Sans-IO SMTP, up to the point where TLS starts: bytes in, the next step out.

mod dialogue;
mod farewell;
mod identify;
mod refusal;
mod reply;

pub use dialogue::{Dialogue, Line, Step};
pub use farewell::Farewell;
pub use identify::{Service, identify};
pub use refusal::{Refusal, Stage, first_line};
pub use reply::{Malformed, Reply, ReplyReader};
