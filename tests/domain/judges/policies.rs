//! mta-sts-query: the state of a domain's policy.

use crate::lab::{Lab, PATIENCE};

/// `enforce`, `testing`, `none`, `absent` or `broken`, for each of the domains.
pub fn states(lab: &Lab, domains: &[String]) -> Vec<String> {
    let found = lab.policies.query(&lab.cas, PATIENCE, domains);
    let state = |found: &serde_json::Value| {
        let state = match found["result"].as_str() {
            Some("VALID") => found["policy"]["mode"].as_str().expect("a mode"),
            Some("NONE") => "absent",
            _ => "broken",
        };
        state.to_owned()
    };
    found.iter().map(state).collect()
}
