//! The hosts of a run: each is met once, however many domains have it.

use super::host::HostSurvey;
use super::question::Asker;
use crate::bounded::{BoundedMap, lock};
use crate::survey::options::Options;
use crate::survey::pace::Pacer;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

/// Maximum number of hosts to remember; then all are forgotten. Each has some 20 KB.
const MOST_HOSTS: usize = 4096;

/// A host, by its name and the port.
type Key = (String, u16);
type Known = BoundedMap<Key, Arc<OnceCell<Arc<HostSurvey>>>, MOST_HOSTS>;

/// The hosts of a run.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<Known>);

impl Hosts {
    /// Surveys a host, unless that was done before; who comes while it is under way waits for it.
    pub(super) async fn get(
        &self,
        host: &str,
        port: u16,
        asker: &Asker,
        pacer: &Arc<Pacer>,
        options: &Options,
    ) -> Arc<HostSurvey> {
        let key = (host.to_owned(), port);
        let cell = Arc::clone(lock(&self.0).or_default(&key));
        let survey = || async { Arc::new(HostSurvey::of(host, port, asker, pacer, options).await) };
        Arc::clone(cell.get_or_init(survey).await)
    }
}
