//! TLS as bytes, without a handshake: writes a `ClientHello`, reads a `ServerHello` and a
//! `Certificate`. Versions, suites and groups are numbers here; `probe` names them.

mod answer;
mod hello;

pub use answer::{Answer, Chosen, Presented, Unreadable};
pub use hello::{CLOSE_NOTIFY, SUITES, client_hello};
