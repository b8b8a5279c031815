//! All lists that a judgement may use, and how to find those of a CA.

use super::list::List;
use crate::certificate::Name;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

/// The lists at hand. The order in which they are added does not matter.
#[derive(Clone, Debug)]
pub struct Lists {
    are_required: bool,
    all: Vec<Arc<List>>,
    /// By the forms in which the names of their issuers are compared, as indices.
    by_issuer: HashMap<Vec<u8>, Vec<usize>>,
    absent: Vec<Absent>,
    /// Of everything that was added.
    content: DefaultHasher,
}

/// A list that should be at hand, and is not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Absent {
    /// Its URL.
    pub source: String,
    /// Why not.
    pub why: String,
}

impl Lists {
    /// None so far; the user gives them, and relies on them: what they leave open is a problem.
    pub fn given() -> Self {
        Self::new(true)
    }

    /// None so far; they are fetched where CAs publish them: what they leave open is a note.
    pub fn fetched() -> Self {
        Self::new(false)
    }

    fn new(are_required: bool) -> Self {
        Self {
            are_required,
            all: Vec::new(),
            by_issuer: HashMap::new(),
            absent: Vec::new(),
            content: DefaultHasher::new(),
        }
    }

    /// Adds a list.
    pub fn add(&mut self, list: Arc<List>) {
        (list.digest(), list.source()).hash(&mut self.content);
        let of_issuer = self.by_issuer.entry(key(list.issuer())).or_default();
        of_issuer.push(self.all.len());
        self.all.push(list);
    }

    /// Notes that the list of this URL could not be had.
    pub fn add_absent(&mut self, source: impl Into<String>, why: impl Into<String>) {
        let absent = Absent {
            source: source.into(),
            why: why.into(),
        };
        absent.hash(&mut self.content);
        self.absent.push(absent);
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<List>] {
        &self.all
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether the user relies on them.
    pub fn are_required(&self) -> bool {
        self.are_required
    }

    /// Those that are said to be by this issuer.
    pub fn of_issuer(&self, issuer: &Name) -> impl Iterator<Item = &Arc<List>> {
        let found = self.by_issuer.get(&key(issuer));
        found.into_iter().flatten().map(|&index| &self.all[index])
    }

    /// Those that could not be had.
    pub fn absent(&self) -> &[Absent] {
        &self.absent
    }

    /// A number by which sets are distinguished.
    pub fn identity(&self) -> u64 {
        let mut hasher = self.content.clone();
        self.are_required.hash(&mut hasher);
        hasher.finish()
    }
}

fn key(name: &Name) -> Vec<u8> {
    name.canonical().unwrap_or(name.contents()).to_vec()
}
