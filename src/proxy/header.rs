//! The header of the PROXY protocol, which a load balancer sends before the first byte of a client.

/// The header of version 2 for a connection of the sender's own (LOCAL): it claims no address, and
/// the server takes that of the connection (HAProxy, `proxy-protocol.txt`, §2.2).
pub const LOCAL_HEADER: [u8; 16] = *b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
