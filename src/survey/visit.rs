//! A look to take at one place of a name, and the walk along several of them.

use super::pace::Pacer;
use super::retry::{Look, probe_patiently};
use super::slots::Whom;
use crate::endpoint::Endpoint;
use crate::observation::{KeyType, Sighting};
use crate::probe::{self, To};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long to wait for a connection to a further port of an address: a `SYN` and two repetitions,
/// after 1 and 3 s (RFC 6298 §2.1 and §5.5). A port that a firewall drops is not worth more.
const FURTHER_PORT: Duration = Duration::from_millis(3500);

/// A look to take: at one port, at the first of its addresses that answers. A plan is a list of them,
/// and who wants to know more of a place adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The port, and what is spoken there.
    pub endpoint: Endpoint,
    /// Where to connect.
    pub to: To,
    /// Ask for a certificate with this type of key; `None`: the server may choose.
    pub key_type: Option<KeyType>,
    /// Whether to send SNI.
    pub sni: bool,
}

impl Visit {
    /// The same place, asked for a certificate with another type of key.
    #[must_use]
    pub fn with_key_type(&self, key_type: KeyType) -> Self {
        Self {
            key_type: Some(key_type),
            ..self.clone()
        }
    }

    /// The same place, without SNI.
    #[must_use]
    pub fn without_sni(&self) -> Self {
        Self {
            sni: false,
            ..self.clone()
        }
    }

    fn whom(&self) -> Vec<Whom> {
        Whom::of(&self.to)
    }
}

/// The visits to one address, each with its place among all.
type Path = Vec<(usize, Visit)>;

/// Takes the looks: those at one address one after the other, in their order and in their turns,
/// with the pause of the pacer between them; addresses side by side. Each has the whole deadline
/// from its own turn on. The sightings are in the order of the visits.
pub async fn walk(pacer: &Arc<Pacer>, visits: &[Visit], options: &probe::Options) -> Vec<Sighting> {
    let mut paths: Vec<(Vec<Whom>, Path)> = Vec::new();
    for (index, visit) in visits.iter().enumerate() {
        let whom = visit.whom();
        match paths.iter_mut().find(|(known, _)| *known == whom) {
            Some((_, path)) => path.push((index, visit.clone())),
            None => paths.push((whom, vec![(index, visit.clone())])),
        }
    }
    let mut seen: Vec<Option<Sighting>> = vec![None; visits.len()];
    let mut running = JoinSet::new();
    let mut paths = paths.into_iter().map(|(_, path)| path);
    // A task costs memory, and most names have one address.
    let first = paths.next();
    for path in paths {
        let (pacer, options) = (Arc::clone(pacer), options.clone());
        running.spawn(async move { along(&pacer, path, &options).await });
    }
    if let Some(path) = first {
        enter(&mut seen, along(pacer, path, options).await);
    }
    while let Some(ended) = running.join_next().await {
        enter(&mut seen, ended.unwrap_or_default());
    }
    seen.into_iter().map(Option::unwrap_or_default).collect()
}

fn enter(seen: &mut [Option<Sighting>], found: Vec<(usize, Sighting)>) {
    for (index, sighting) in found {
        if let Some(place) = seen.get_mut(index) {
            *place = Some(sighting);
        }
    }
}

/// The looks at one address.
async fn along(pacer: &Pacer, path: Path, options: &probe::Options) -> Vec<(usize, Sighting)> {
    // A port that refuses is closed: it is not the sign of a busy server, and not tried again.
    let answered = watch::Sender::new(true);
    let mut options = options.clone();
    let mut seen = Vec::with_capacity(path.len());
    for (index, visit) in path {
        options.key_type = visit.key_type;
        options.sni = visit.sni;
        let look = Look {
            endpoint: &visit.endpoint,
            options: &options,
            to: &visit.to,
            answered: Some(&answered),
        };
        let looking = pacer.in_turn(visit.whom(), || probe_patiently(pacer, look));
        seen.push((index, looking.await));
        options.connect_timeout = options.connect_timeout.min(FURTHER_PORT);
    }
    seen
}
