//! Will a pin of a certificate last?

use crate::certificate::{Certificate, Facts, in_words};
use time::{Duration, OffsetDateTime};

/// Less time than this is too little, whatever the certificate's lifetime.
const LITTLE: Duration = Duration::days(7);
/// A sixth of the lifetime is little as well, up to this.
const MOST: Duration = Duration::days(21);
/// A shorter lifetime is intended to be short.
const SHORT: Duration = Duration::days(14);
/// A certificate younger than this may have been made when the server started.
const MOMENT: Duration = Duration::hours(1);

/// Why a pin of a certificate cannot last: it has expired, or will soon. A sentence that may
/// contain untrusted text.
pub fn short_lived(pinned: &Certificate, now: OffsetDateTime) -> Option<String> {
    let Ok(facts) = pinned.facts() else {
        return Some("when it expires cannot be read".to_owned());
    };
    let lifetime = facts.not_after - facts.not_before;
    let left = facts.not_after - now;
    let date = facts.not_after.date();
    if left.is_negative() {
        return Some(format!(
            "it expired {} ago, on {date}: programs that look at dates refuse it, and its renewal will not match the pin",
            in_words(-left)
        ));
    }
    if left >= LITTLE.max(MOST.min(lifetime / 6)) {
        return None;
    }
    let whole = if lifetime < SHORT {
        format!(" (it is valid for {} in all)", in_words(lifetime))
    } else {
        String::new()
    };
    let cause = if is_exims_own(facts) {
        ". Exim makes such a certificate at each start, where tls_certificate is not set"
    } else {
        ""
    };
    Some(format!(
        "it expires in {}, on {date}{whole}, and its renewal will not match the pin{cause}",
        in_words(left)
    ))
}

/// Why a pin of a certificate may not last, although its dates are good: the server may make a new
/// one at each start.
pub fn just_made(pinned: &Certificate, now: OffsetDateTime) -> Option<&'static str> {
    let facts = pinned.facts().ok()?;
    let age = now - facts.not_before;
    (facts.self_issued && !age.is_negative() && age < MOMENT).then_some(
        "it is self-signed, and was made less than an hour ago: where the server makes one at each start, a pin does not outlast the next",
    )
}

/// What Exim makes for itself (`tls_install_selfsign` in `src/tls-gnu.c` and `src/tls-openssl.c`).
fn is_exims_own(facts: &Facts) -> bool {
    let subject = facts.subject.to_string();
    facts.self_issued && subject.split(',').any(|part| part == "O=Exim Developers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    /// A certificate of which `left` of `lifetime` is left, at its time.
    fn of(lifetime: Duration, left: Duration) -> (Certificate, OffsetDateTime) {
        let now = time::macros::datetime!(2026-11-23 12:00:00 UTC);
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).expect("parameters");
        params.not_after = now + left;
        params.not_before = params.not_after - lifetime;
        let made = params.self_signed(&key).expect("a certificate");
        (Certificate::new(made.der().clone()), now)
    }

    #[test]
    fn days_and_the_last_sixth_are_little_and_three_weeks_are_not() {
        let day = Duration::days;
        for (lifetime, left, little) in [
            (Duration::hours(2), Duration::hours(2), true),
            (day(6), day(6), true),
            (day(10), day(8), false),
            (day(10), day(7), false),
            (day(10), day(7) - Duration::SECOND, true),
            (day(90), day(15), false),
            (day(90), day(14), true),
            (day(398), day(21), false),
            (day(398), day(20), true),
            (day(3650), day(21), false),
            (day(3650), day(20), true),
            (day(90), day(0), true),
            (day(90), day(-1), true),
        ] {
            let (certificate, now) = of(lifetime, left);
            let said = short_lived(&certificate, now);
            assert_eq!(said.is_some(), little, "{lifetime} {left}: {said:?}");
            let is_past = said.is_some_and(|said| said.contains("expired"));
            assert_eq!(is_past, left.is_negative(), "{lifetime} {left}");
        }
        assert!(
            short_lived(
                &Certificate::new(vec![1, 2].into()),
                OffsetDateTime::UNIX_EPOCH
            )
            .is_some()
        );
    }

    #[test]
    fn what_is_an_hour_old_is_not_just_made() {
        for (age, is) in [(0, true), (59, true), (60, false), (-1, false)] {
            let lifetime = Duration::days(365);
            let (certificate, now) = of(lifetime, lifetime - Duration::minutes(age));
            assert_eq!(just_made(&certificate, now).is_some(), is, "{age}");
        }
    }
}
