//! The hosts of a run: each is met once, however many domains have it.

use super::host::HostSurvey;
use super::question::Asker;
use crate::bounded::lock;
use crate::survey::options::Options;
use crate::survey::pace::Pacer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

/// Maximum number of hosts to remember. Each has some 20 KB.
const MOST_HOSTS: usize = 4096;

/// A host, by its name and the port.
type Key = (String, u16);

/// What is known of a host.
#[derive(Debug)]
struct Known<T> {
    survey: Arc<OnceCell<T>>,
    /// How many domains have asked for it.
    asked: usize,
}

/// The hosts of a run.
#[derive(Debug, Default)]
pub(super) struct Hosts(Mutex<HashMap<Key, Known<Arc<HostSurvey>>>>);

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
        let cell = {
            let mut known = lock(&self.0);
            let key = (host.to_owned(), port);
            if known.len() >= MOST_HOSTS && !known.contains_key(&key) {
                make_room(&mut known);
            }
            let known = known.entry(key).or_insert_with(|| Known {
                survey: Arc::default(),
                asked: 0,
            });
            known.asked += 1;
            Arc::clone(&known.survey)
        };
        let survey = || async { Arc::new(HostSurvey::of(host, port, asker, pacer, options).await) };
        Arc::clone(cell.get_or_init(survey).await)
    }
}

/// Forgets the hosts that the fewest domains have: in a long list many domains have hosts of their own,
/// and most share those of a few providers. What is under way stays.
fn make_room<T>(known: &mut HashMap<Key, Known<T>>) {
    let mut most = 1_usize;
    loop {
        known.retain(|_, host| host.asked > most || !host.survey.initialized());
        if known.len() <= MOST_HOSTS / 2 || most == usize::MAX {
            return;
        }
        most = most.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(
        count: usize,
        asked: impl Fn(usize) -> usize,
        is_done: bool,
    ) -> HashMap<Key, Known<()>> {
        let known = |name: usize| Known {
            survey: Arc::new(OnceCell::new_with(is_done.then_some(()))),
            asked: asked(name),
        };
        let hosts = 0..count;
        hosts
            .map(|name| ((name.to_string(), 25), known(name)))
            .collect()
    }

    #[test]
    fn what_many_domains_share_is_not_forgotten() {
        // Every hundredth is a provider's.
        let asked = |name| if name % 100 == 0 { 50 } else { 1 };
        let mut known = hosts(MOST_HOSTS, asked, true);
        make_room(&mut known);
        assert_eq!(known.len(), MOST_HOSTS.div_ceil(100));
        assert!(known.values().all(|host| host.asked == 50));
    }

    #[test]
    fn there_is_room_if_all_are_shared() {
        let mut known = hosts(MOST_HOSTS, |name| name % 1000, true);
        make_room(&mut known);
        let least = known.values().map(|host| host.asked).min();
        assert!(
            known.len() <= MOST_HOSTS / 2 && least > Some(500),
            "{least:?}"
        );
        let mut known = hosts(MOST_HOSTS, |_| usize::MAX / 2, true);
        make_room(&mut known);
        assert!(known.is_empty());
    }

    #[test]
    fn what_is_under_way_stays() {
        let mut known = hosts(MOST_HOSTS, |_| 1, false);
        make_room(&mut known);
        assert_eq!(known.len(), MOST_HOSTS);
    }
}
