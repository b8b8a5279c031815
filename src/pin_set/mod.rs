//! The certificates that one host presents at all of its places (addresses and ports, for each key
//! type, with and without SNI): which places to ask, which certificates belong together, and
//! whether all of them may be pinned. Everything here is computed from what was seen.

mod drift;
mod look;
mod member;
mod place;
mod read;
mod set;
mod walk;

pub use drift::{Change, Drift, Earlier, Known, from_earlier, from_pins};
pub use look::{Look, Proof};
pub use member::Member;
pub use place::{Place, listed};
pub use read::EarlierError;
pub use set::{Agreed, Doubt, PinSet, Rules, Why};
pub use walk::{Ask, Asked, Further, further};
