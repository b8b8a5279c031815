//! MTA-STS (RFC 8461): the record that announces a policy, and the policy. The verdicts are those of
//! postfix-mta-sts-resolver, whose `mta-sts-query` judges the tests; where it takes what the grammar
//! does not allow, a remark says so.

mod charset;
mod pattern;
mod policy;
mod record;

pub use pattern::{Flaw, Pattern};
pub use policy::{Mode, Policy, PolicyError, PolicyRemark, is_plain_text};
pub use record::{RecordError, StsRecord, StsRecords};
