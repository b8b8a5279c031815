//! TLS as bytes, without a handshake: a `ClientHello` is made, a `ServerHello` and a `Certificate`
//! are read. What is named elsewhere is a number here.

mod answer;
mod hello;

pub use answer::{Answer, Chosen, Presented, Unreadable};
pub use hello::{CLOSE_NOTIFY, SUITES, client_hello};
