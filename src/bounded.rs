//! A map and a set that do not grow: they forget everything when they are full. Also the lock by
//! which threads share them.
//!
//! They keep only what can be computed again. Forgetting everything at once needs no order of use,
//! and an entry that is often needed soon returns.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A map of at most `MOST` entries.
#[derive(Clone, Debug)]
pub struct BoundedMap<K, V, const MOST: usize>(HashMap<K, V>);

impl<K, V, const MOST: usize> Default for BoundedMap<K, V, MOST> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V, const MOST: usize> BoundedMap<K, V, MOST> {
    /// The value of a key, if it is still known.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// Keeps a value; a full map forgets all others first.
    pub fn insert(&mut self, key: K, value: V) {
        if !self.0.contains_key(&key) {
            self.make_room();
        }
        self.0.insert(key, value);
    }

    /// Forgets one key.
    pub fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.0.remove(key);
    }

    /// The value of a key, which is the default value if there was none.
    pub fn or_default(&mut self, key: &K) -> &mut V
    where
        K: Clone,
        V: Default,
    {
        if !self.0.contains_key(key) {
            self.make_room();
        }
        self.0.entry(key.clone()).or_default()
    }

    fn make_room(&mut self) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
    }
}

/// A set of at most `MOST` members.
#[derive(Clone, Debug)]
pub struct BoundedSet<T, const MOST: usize>(HashSet<T>);

impl<T, const MOST: usize> Default for BoundedSet<T, MOST> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: Eq + Hash, const MOST: usize> BoundedSet<T, MOST> {
    /// The member that equals `value`, if it is still known.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
    {
        self.0.get(value)
    }

    /// Whether a member equals `value`.
    pub fn contains<Q: Eq + Hash + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains(value)
    }

    /// Keeps a member; a full set forgets all others first.
    pub fn insert(&mut self, value: T) {
        if self.0.len() >= MOST && !self.0.contains(&value) {
            self.0.clear();
        }
        self.0.insert(value);
    }
}

/// Takes a lock, even if a thread panicked while it held it: a value locked here changes in one
/// step, so it is never half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_map_forgets_all_but_the_newest() {
        let mut map = BoundedMap::<u32, u32, 3>::default();
        for number in 0..3 {
            map.insert(number, number);
        }
        // An existing key needs no room.
        map.insert(2, 20);
        *map.or_default(&1) = 10;
        assert_eq!([0, 1, 2].map(|key| map.get(&key)), [&0, &10, &20].map(Some));
        map.insert(3, 3);
        assert_eq!([1, 2, 3].map(|key| map.get(&key)), [None, None, Some(&3)]);
        map.remove(&3);
        assert_eq!(map.get(&3), None);
        for number in 4..100 {
            assert_eq!(*map.or_default(&number), 0);
            assert!(map.0.len() <= 3);
        }
    }

    #[test]
    fn a_full_set_forgets_all_but_the_newest() {
        let mut set = BoundedSet::<String, 2>::default();
        for name in ["a", "b", "a", "b"] {
            set.insert(name.to_owned());
        }
        assert!(set.contains("a") && set.get("b").is_some());
        set.insert("c".to_owned());
        assert!(!set.contains("a") && set.get("b").is_none() && set.contains("c"));
    }

    #[test]
    fn a_lock_outlives_a_panic() {
        let mutex = Mutex::new(1);
        let panicked = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let _held = lock(&mutex);
                assert!(mutex.is_poisoned(), "while it holds the lock");
            });
            thread.join().is_err()
        });
        assert!(panicked && mutex.is_poisoned());
        assert_eq!(*lock(&mutex), 1);
    }
}
