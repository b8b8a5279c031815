//! What is said to a proxy before the server speaks, and to a server that expects one: HTTP CONNECT,
//! and the header of the PROXY protocol. Without I/O.

mod connect;
mod header;

pub use connect::{Answer, Refused, request};
pub use header::LOCAL_HEADER;
