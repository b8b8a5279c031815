//! Resolves names. For a target: the addresses that this machine's resolver has for a host, and
//! whether this machine has a route to one. For what must be proven: questions to resolvers over
//! DNS, whose answers `records` validates. Never connects to a mail server.

mod addresses;
mod exchange;
mod found;
mod lookup;
mod name;
mod query;
mod replies;
mod resolvers;
mod tcp;
mod trusting;
mod udp;

pub use addresses::{Family, Unresolved, addresses, has_route, interleave, lacks_global_source};
pub use exchange::word;
pub use found::{Found, Trust};
pub use lookup::Lookups;
pub use name::absolute;
