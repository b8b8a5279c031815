//! Many servers: the list that names them, what is worth reporting of each, what has changed since
//! the last time, and the sums. Pure: running and writing is done elsewhere.

mod addresses;
mod audited;
mod baseline;
mod choice;
mod completeness;
mod counts;
mod difference;
mod expiring;
mod finding;
mod identity;
mod levels;
mod line;
mod list;
mod order;
mod ports;
mod range;
mod selection;
mod shard;
mod shared_keys;
mod summary;

pub use audited::Audited;
pub use baseline::{Baseline, BaselineError};
pub use choice::{Choice, LeftOut, Standing, UNJUDGED, unseen_of_domain};
pub use completeness::Completeness;
pub use counts::Counts;
pub use difference::{Change, Difference, Field};
pub use expiring::{Expiring, expiring};
pub use finding::worst;
pub use identity::{Identity, other_name};
pub use levels::{Levels, Limit, Limits, Threshold, conflict, left};
pub use line::findings_of_line;
pub use list::{Entry, LineError, parse_line};
pub use order::{Key, Sort};
pub use ports::findings;
pub use range::Range;
pub use selection::Selection;
pub use shard::Shard;
pub use shared_keys::SharedKeys;
pub use summary::Summary;

pub use crate::certificate::Least;
