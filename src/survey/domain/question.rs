//! Questions about a name, asked within one deadline.

use crate::records::{Name, Question, RecordType};
use crate::resolve::{Found, Lookups};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Who asks, for one domain.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub(super) lookups: Arc<Lookups>,
    /// Seconds since 1970, for the signatures.
    pub(super) now: u32,
    /// The start of the deadline.
    pub(super) since: Instant,
    pub(super) within: Duration,
    /// Each host has a deadline of its own, and each look at it the whole one from its turn on.
    pub(super) in_turns: bool,
}

impl Asker {
    /// Asks, within a share of what is left of the deadline: a question that gets no reply costs what it
    /// is about, and not what comes after it.
    pub(super) async fn ask(&self, question: Question) -> Found {
        let share = share(self.left());
        self.lookups.look_up(question, self.now, share).await
    }

    /// Asks for records of a type.
    pub(super) async fn records(&self, name: &Name, kind: RecordType) -> Found {
        self.ask(Question::new(name.clone(), kind)).await
    }

    /// The asker for a host, which other domains may share.
    pub(super) fn for_a_host(&self) -> Self {
        let since = if self.in_turns {
            Instant::now()
        } else {
            self.since
        };
        Self {
            since,
            ..self.clone()
        }
    }

    /// What is left for a connection that begins now: in turns the whole deadline.
    pub(super) fn left_in_turn(&self) -> Duration {
        if self.in_turns {
            self.within
        } else {
            self.left()
        }
    }

    /// What is left of the deadline.
    pub(super) fn left(&self) -> Duration {
        self.within.saturating_sub(self.since.elapsed())
    }
}

/// What one question may take, of the time that is left: a third, or up to three seconds of the first
/// half, which a resolver needs that asks several servers.
fn share(left: Duration) -> Duration {
    const ENOUGH: Duration = Duration::from_secs(3);
    (left / 3).max(ENOUGH.min(left / 2))
}

/// A name as text, without the last dot.
pub(super) fn text(name: &Name) -> String {
    let text = name.to_lowercase().to_ascii();
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_without_replies_leave_time_for_the_hosts() {
        let seconds = Duration::from_secs;
        for (left, of_it) in [(45, 15), (9, 3), (6, 3), (4, 2), (0, 0)] {
            assert_eq!(share(seconds(left)), seconds(of_it), "{left}");
        }
        // The MX records late, an address lost, and the TLSA records.
        let mut left = seconds(45);
        for _ in 0..3 {
            left -= share(left);
        }
        assert!(left > seconds(13), "{left:?}");
    }
}
