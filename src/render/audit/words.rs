//! The words for a target in a list, and for the time left, in all formats for people.

use crate::audit::Standing;
use crate::certificate::in_words;
use time::Duration;

/// The verdict on a target.
pub(super) fn verdict(standing: Standing) -> &'static str {
    match standing {
        Standing::Critical => "CRITICAL",
        Standing::Warning => "WARNING",
        Standing::LeftOut => "-",
        Standing::Fine => "OK",
    }
}

/// The time until a certificate expires, or since.
pub(super) fn left(left: Duration) -> String {
    if left.is_negative() {
        format!("{} ago", in_words(left.abs()))
    } else {
        format!("in {}", in_words(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_expired_is_never_ahead() {
        for (duration, words) in [
            (Duration::hours(-1), "1 hour ago"),
            (Duration::hours(-25), "1 day ago"),
            (Duration::minutes(5), "in less than an hour"),
            (Duration::hours(49), "in 2 days"),
        ] {
            assert_eq!(left(duration), words);
        }
        assert!(left(Duration::MIN).ends_with(" ago"));
    }
}
