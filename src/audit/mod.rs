//! Many servers: the list that names them, what is worth telling of each, what has changed since
//! the last time, and the sums. Pure: running and writing is done elsewhere.

mod addresses;
mod baseline;
mod choice;
mod finding;
mod identity;
mod levels;
mod line;
mod list;
mod range;
mod shard;
mod summary;

pub use addresses::findings;
pub use baseline::{Baseline, BaselineError, Change};
pub use choice::{Choice, LeftOut, Standing};
pub use finding::worst;
pub use identity::{Identity, other_name};
pub use levels::{Levels, Limit, Limits, Threshold, conflict, left};
pub use line::findings_of_line;
pub use list::{Entry, LineError, parse_line};
pub use range::Range;
pub use shard::Shard;
pub use summary::Summary;

pub use crate::certificate::Least;

use crate::finding::Finding;
use crate::report::Report;

/// What an audit has to say of one target.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The report, as for one target alone; the worst of several addresses speaks for it.
    pub report: Report,
    /// The label of the list, if it has one.
    pub label: Option<String>,
    /// From when on an end is worth telling.
    pub levels: Levels,
    /// What is worth telling, the worst first.
    pub findings: Vec<Finding>,
    /// What is as well, and was not asked for.
    pub left_out: Vec<LeftOut>,
    /// What has changed; `None`: there is nothing to compare with.
    pub changes: Option<Vec<Change>>,
}
