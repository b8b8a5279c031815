//! The revocation lists that were fetched: each URL once a run.

use crate::bounded::lock;
use crate::certificate::Certificate;
use crate::commands::environment;
use crate::revocation::{List, Lists, read_lists};
use crate::survey::{Options, Reach, Scheme, Url, fetch};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;

/// The largest list: a million certificates have 42 MB.
const MOST_OCTETS: usize = 64 * 1024 * 1024;
/// What all lists of a run may have together.
const MOST_IN_ALL: usize = 512 * 1024 * 1024;
/// Lists that are fetched at a time.
const AT_ONCE: usize = 8;
/// How many places of a certificate are looked at; public CAs name one.
const MOST_POINTS: usize = 4;

/// A document that a URL led to: its lists, or why there are none.
type Found = Result<Vec<Arc<List>>, String>;
/// The key is a URL with where it may lead.
type Known = HashMap<(Url, Reach), Arc<OnceCell<Found>>>;

/// The lists of a run. Threads share it.
#[derive(Debug)]
pub(in crate::commands) struct Library {
    known: Mutex<Known>,
    permits: Semaphore,
    /// How many octets are kept, and when the last of them came.
    kept: Mutex<(usize, Option<OffsetDateTime>)>,
}

/// A list that is wanted: the first of these URLs that yields one will do.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Wish {
    urls: Vec<Url>,
    reach: Reach,
}

impl Library {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            known: Mutex::default(),
            permits: Semaphore::new(AT_ONCE),
            kept: Mutex::default(),
        })
    }

    /// What of these certificates' lists has not been asked for.
    pub(super) fn wishes(&self, certificates: &[Certificate], reach: Reach) -> Vec<Wish> {
        let points = certificates.iter().flat_map(points);
        let urls = points.map(|uris| uris.iter().filter_map(|uri| url(uri).ok()).collect());
        let open = |urls: &Vec<Url>| {
            let mut found = urls.iter().map(|url| self.found(url, reach));
            !urls.is_empty() && !found.any(|found| matches!(found, Some(Ok(_))))
        };
        let is_asked = |urls: &Vec<Url>| urls.iter().all(|url| self.found(url, reach).is_some());
        urls.filter(|urls| open(urls) && !is_asked(urls))
            .map(|urls| Wish { urls, reach })
            .collect()
    }

    /// Fetches lists. Who waits no longer leaves them for others, and what is not there is named when the
    /// lists are asked for.
    pub(in crate::commands) async fn fetch(self: &Arc<Self>, wishes: Vec<Wish>, options: &Options) {
        let mut running = JoinSet::new();
        for wish in wishes {
            let (library, options) = (Arc::clone(self), options.clone());
            // In a task of its own, which outlives the wait for it.
            let task = tokio::spawn(async move { library.fetch_first(wish, &options).await });
            running.spawn(task);
        }
        while running.join_next().await.is_some() {}
    }

    async fn fetch_first(&self, wish: Wish, options: &Options) {
        for url in wish.urls {
            let key = (url.clone(), wish.reach);
            let cell = Arc::clone(lock(&self.known).entry(key).or_default());
            let found = cell.get_or_init(|| self.fetch_one(&url, wish.reach, options));
            if found.await.is_ok() {
                return;
            }
        }
    }

    async fn fetch_one(&self, url: &Url, reach: Reach, options: &Options) -> Found {
        let _permit = self.permits.acquire().await;
        let within = options.probe.timeout;
        let fetched = fetch(url, options, reach, MOST_OCTETS, within).await;
        let content = fetched.map_err(|why| why.to_string())?.content;
        self.keep(content.len())?;
        let lists = read_lists(content, &url.to_string()).map_err(|why| why.to_string())?;
        Ok(lists.into_iter().map(Arc::new).collect())
    }

    fn keep(&self, octets: usize) -> Result<(), String> {
        let mut kept = lock(&self.kept);
        if kept.0 + octets > MOST_IN_ALL {
            let most = MOST_IN_ALL >> 20;
            return Err(format!(
                "there is no room: all lists of a run have at most {most} MiB"
            ));
        }
        *kept = (kept.0 + octets, Some(environment::now()));
        Ok(())
    }

    /// When the last list came: a list may be younger than the run.
    pub(super) fn latest(&self) -> Option<OffsetDateTime> {
        lock(&self.kept).1
    }

    /// Adds what was fetched for these certificates, and what did not come.
    pub(super) fn add_to(&self, lists: &mut Lists, certificates: &[Certificate], reach: Reach) {
        for uris in certificates.iter().flat_map(points) {
            for uri in uris {
                let found = match url(&uri) {
                    Ok(url) => self.found(&url, reach),
                    Err(why) => Some(Err(why)),
                };
                match found {
                    Some(Ok(found)) => {
                        for list in found {
                            lists.add(list);
                        }
                        break;
                    }
                    Some(Err(why)) => lists.add_absent(uri, why),
                    None => lists.add_absent(uri, "it did not come within the time limit"),
                }
            }
        }
    }

    fn found(&self, url: &Url, reach: Reach) -> Option<Found> {
        let known = lock(&self.known);
        known.get(&(url.clone(), reach))?.get().cloned()
    }
}

/// The places of a certificate's list, each with the URIs that lead to it.
fn points(certificate: &Certificate) -> Vec<Vec<String>> {
    let Ok(facts) = certificate.facts() else {
        return Vec::new();
    };
    let whole = facts.crl_points.iter().filter(|point| point.is_whole);
    let uris = whole.map(|point| point.uris().map(str::to_owned).collect());
    uris.take(MOST_POINTS).collect()
}

/// A URL that is fetched. A list is signed: TLS would prove nothing more, and its own certificate would
/// have to be looked up in turn (RFC 5280 §8).
fn url(uri: &str) -> Result<Url, String> {
    let url: Url = uri
        .parse()
        .map_err(|why| format!("it is not fetched: {why}"))?;
    if url.scheme != Scheme::Http {
        return Err("it is not fetched: only http: is".to_owned());
    }
    Ok(url)
}
