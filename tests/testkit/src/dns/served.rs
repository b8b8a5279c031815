//! Signed zones that are served, and a resolver that passes on what they say.

use super::key::Keys;
use super::nsd::Nsd;
use super::sign::Tree;
use super::unbound::Unbound;
use super::zone::Zone;
use crate::skip::has;

/// Served zones, and a resolver.
#[derive(Debug)]
pub struct Served {
    /// The zones.
    pub tree: Tree,
    _nsd: Nsd,
    /// The resolver, which validates nothing.
    pub resolver: Unbound,
}

impl Served {
    /// Signs and serves zones, `.` among them, for a test of that name. `None` when the test must be
    /// skipped.
    ///
    /// # Panics
    /// When a server or a signer is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, zones: &[Zone], keys: &Keys) -> Option<Self> {
        if !has(test, "dnssec-signzone") {
            return None;
        }
        let tree = Tree::new(zones, keys);
        let nsd = Nsd::for_test(test, &tree)?;
        let resolver = Unbound::resolver(test, &tree, nsd.port)?;
        Some(Self {
            tree,
            _nsd: nsd,
            resolver,
        })
    }

    /// The options by which the program asks this resolver, and believes the root of these zones.
    pub fn options(&self) -> [String; 4] {
        let anchors = self.tree.anchor_file();
        [
            "--resolver".to_owned(),
            format!("127.0.0.1:{}", self.resolver.port),
            "--trust-anchor".to_owned(),
            anchors.display().to_string(),
        ]
    }
}
