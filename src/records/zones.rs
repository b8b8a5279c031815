//! What all questions of one run share: the anchors, and the zones that were proven from them.

use super::anchors::Anchors;
use super::status::Status;
use super::zone::Standing;
use crate::bounded::{BoundedMap, lock};
use hickory_proto::rr::Name;
use std::sync::Mutex;

/// How many zones are remembered.
const MOST: usize = 4096;

/// The anchors, and the zones known so far: secure ones with their keys, and insecure ones. What is
/// bogus or without an answer is judged again for each question.
#[derive(Debug)]
pub struct Zones {
    anchors: Anchors,
    known: Mutex<BoundedMap<Name, Standing, MOST>>,
}

impl Zones {
    /// Knows nothing but the anchors.
    pub fn new(anchors: Anchors) -> Self {
        Self {
            anchors,
            known: Mutex::default(),
        }
    }

    pub(super) fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// What is known of a name, if that still holds.
    pub(super) fn get(&self, name: &Name, now: u32) -> Option<Standing> {
        let standing = lock(&self.known).get(name)?.clone();
        (until(&standing) > i64::from(now)).then_some(standing)
    }

    /// Remembers it, if it is of use to other questions.
    pub(super) fn keep(&self, name: &Name, standing: &Standing, now: u32) {
        if until(standing) > i64::from(now) {
            lock(&self.known).insert(name.clone(), standing.clone());
        }
    }
}

/// Until when a standing may be used by other questions.
fn until(standing: &Standing) -> i64 {
    match standing {
        Standing::Secure(zone) => zone.path.until,
        Standing::Lacking(lacking) if lacking.status == Status::Insecure => lacking.path.until,
        _ => i64::MIN,
    }
}
