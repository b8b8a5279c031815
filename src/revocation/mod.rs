//! What CAs say of certificates that they have revoked: lists (CRLs, RFC 5280 §5) and responses of
//! the Online Certificate Status Protocol (RFC 6960). Bytes in, facts out: whether a list or a
//! response counts is for `judge`.

mod authority;
mod entries;
mod entry;
mod extensions;
mod file;
mod index;
mod list;
mod lists;
mod not_understood;
pub mod ocsp;
mod parts;
mod reason;
mod scope;
mod serial;
mod time;

pub use entry::{Listed, Revocation};
pub use file::{NoLists, read_lists};
pub use list::List;
pub use lists::{Absent, Lists};
pub use not_understood::NotUnderstood;
pub use reason::Reason;
pub use scope::{OutOfScope, Scope};
