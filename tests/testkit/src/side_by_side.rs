//! Work in two threads.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `work` for each item, once, in two threads; the results are in the order of the items.
///
/// # Panics
/// When the work does.
pub fn side_by_side<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    const THREADS: usize = 2;
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let thread = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else {
                return;
            };
            let result = work(item);
            results.lock().expect("no panic").insert(number, result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(thread);
        }
    });
    let results = results.into_inner().expect("no panic");
    results.into_values().collect()
}
