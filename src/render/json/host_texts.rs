//! The reports on the hosts of domains as text: a list's domains share hosts, and the report on a host
//! is the same in each.

use super::escaping::to_text_as;
use super::report::ReportJson;
use crate::bounded::BoundedMap;
use crate::report::Report;
use serde::{Serialize, Serializer};
use serde_json::ser::CompactFormatter;
use serde_json::value::RawValue;
use std::ptr;
use std::sync::Arc;

/// Maximum number of reports to remember. Each has some 20 KB.
const MOST: usize = 512;

/// The reports on hosts that were written, each on one line.
#[derive(Debug, Default)]
pub struct HostTexts(BoundedMap<usize, (Arc<Report>, HostText), MOST>);

/// A report on a host as an object on one line.
#[derive(Clone, Debug)]
pub(super) struct HostText(Arc<RawValue>);

impl Serialize for HostText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl HostTexts {
    /// The text of a report, written now if it is not known; `None`: it could not be written.
    pub(super) fn get(&mut self, report: &Arc<Report>) -> Option<HostText> {
        // A report is kept with its text, so that no other has its address.
        let address = ptr::from_ref::<Report>(report).addr();
        if let Some((_, text)) = self.0.get(&address) {
            return Some(text.clone());
        }
        let text = to_text_as(&ReportJson::from(report.as_ref()), CompactFormatter);
        let text = HostText(Arc::from(RawValue::from_string(text).ok()?));
        let known = (Arc::clone(report), text.clone());
        self.0.insert(address, known);
        Some(text)
    }
}
