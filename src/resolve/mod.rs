//! Resolves names: the addresses that this machine's resolver has for a host, and whether this
//! machine has a route to an address. Never connects to a mail server.

mod addresses;

pub use addresses::{Family, Unresolved, addresses, has_route, interleave, lacks_global_source};
