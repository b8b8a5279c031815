//! A question to the DNS: a name and a type, always in the class IN.

use super::words::{quoted, type_name};
use hickory_proto::rr::{Name, RecordType};
use std::fmt;

/// What is asked. Names compare without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The name, always absolute: hickory-proto takes a relative name for another one.
    pub name: Name,
    /// The type.
    pub kind: RecordType,
}

impl Question {
    /// A question for the absolute form of `name`.
    pub fn new(mut name: Name, kind: RecordType) -> Self {
        name.set_fqdn(true);
        Self { name, kind }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", type_name(self.kind), quoted(&self.name))
    }
}
