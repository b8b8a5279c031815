//! The network's names: what this machine's resolver says of a host, and whether this machine has a
//! route to an address. No socket of a mail server.

mod addresses;

pub use addresses::{Family, Unresolved, addresses, has_route, interleave};
