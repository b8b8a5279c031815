//! TLS as bytes, without a handshake: writes a `ClientHello`, reads a `ServerHello`, a
//! `Certificate` and a `ServerKeyExchange`. Versions, suites and groups are numbers here; `probe` names them.

mod answer;
mod chosen;
mod exchange;
mod hello;

pub use answer::{Answer, Presented, Unreadable};
pub use chosen::Chosen;
pub use exchange::{Exchange, Group};
pub use hello::{CLOSE_NOTIFY, SUITES, client_hello};
