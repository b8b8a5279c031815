//! What has changed since the last audit, in words: from what to what.

use crate::audit::{Change, Difference, Field};
use crate::escape::excerpt;

/// Longer texts of servers are cut.
const MOST_TEXT: usize = 120;

/// The differences in one line of text, such as `new key, sha256:ccfb3dc3… → bef64a2f…; expires
/// 2027-02-26 (was 2027-02-06)`; empty if there are none with values. Escaped.
pub(super) fn in_words<'a>(differences: impl Iterator<Item = &'a Difference>) -> String {
    let parts: Vec<String> = differences.filter_map(part).collect();
    parts.join("; ")
}

fn part(difference: &Difference) -> Option<String> {
    let before = difference.before.as_deref();
    let after = difference.after.as_deref();
    let text = |value: Option<&str>, none: &str| {
        value.map_or_else(|| none.to_owned(), |text| excerpt(text, MOST_TEXT))
    };
    let part = match (difference.field?, difference.change) {
        (Field::Sha256, Change::NoCertificate) => {
            format!("no certificate (was sha256:{})", digest(before))
        }
        (Field::Sha256, change) => {
            let what = match change {
                Change::NewKey => "new key",
                _ => "renewed with the same key",
            };
            format!("{what}, sha256:{} → {}", digest(before), digest(after))
        }
        (Field::Issuer, _) => {
            let (after, before) = (text(after, "unknown"), text(before, "unknown"));
            format!("issuer {after} (was {before})")
        }
        (Field::Port, Change::PortOpened) => format!("port {} is open", text(after, "unknown")),
        (Field::Port, _) => format!("port {} is closed", text(before, "unknown")),
        (Field::Host, Change::MxAdded) => format!("MX host {} is new", text(after, "unknown")),
        (Field::Host, _) => format!("MX host {} is gone", text(before, "unknown")),
        (Field::Tlsa, Change::TlsaAdded) => {
            format!("TLSA record of {} is new", text(after, "unknown"))
        }
        (Field::Tlsa, _) => format!("TLSA record of {} is gone", text(before, "unknown")),
        (Field::State | Field::Id | Field::Mx | Field::MaxAge, _) => {
            let what = match difference.field {
                Some(Field::State) => "MTA-STS",
                Some(Field::Id) => "MTA-STS id",
                Some(Field::Mx) => "MTA-STS mx",
                _ => "MTA-STS max_age",
            };
            let (after, before) = (text(after, "none"), text(before, "none"));
            format!("{what} {after} (was {before})")
        }
        (Field::Sender(kind), _) => {
            let (after, before) = (text(after, "unknown"), text(before, "unknown"));
            format!("{}: {after} (was {before})", kind.senders())
        }
        (Field::NotAfter, _) => format!("expires {} (was {})", day(after), day(before)),
        (Field::Outcome | Field::Severity, change) => {
            let none = match difference.field {
                Some(Field::Severity) => "ok",
                _ => "unknown",
            };
            let (after, before) = (text(after, none), text(before, none));
            format!("{}: {after} (was {before})", change.as_str())
        }
    };
    Some(part)
}

/// The first digits.
fn digest(hex: Option<&str>) -> String {
    const DIGITS: usize = 8;
    let hex = hex.unwrap_or_default();
    let short: String = hex.chars().take(DIGITS).collect();
    format!("{}…", excerpt(&short, DIGITS))
}

/// The day of a time in RFC 3339.
fn day(time: Option<&str>) -> String {
    let time = time.unwrap_or("unknown");
    let day = time.split_once('T').map_or(time, |(day, _)| day);
    excerpt(day, 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_from_what_to_what() {
        let difference = |change, field, before: &str, after: &str| Difference {
            change,
            field: Some(field),
            before: (!before.is_empty()).then(|| before.to_owned()),
            after: (!after.is_empty()).then(|| after.to_owned()),
        };
        let (old, new) = ("ccfb3dc3aa", "bef64a2fbb");
        for (change, field, before, after, words) in [
            (
                Change::NewKey,
                Field::Sha256,
                old,
                new,
                "new key, sha256:ccfb3dc3… → bef64a2f…",
            ),
            (
                Change::Renewed,
                Field::Sha256,
                old,
                new,
                "renewed with the same key, sha256:ccfb3dc3… → bef64a2f…",
            ),
            (
                Change::NoCertificate,
                Field::Sha256,
                old,
                "",
                "no certificate (was sha256:ccfb3dc3…)",
            ),
            (
                Change::Issuer,
                Field::Issuer,
                "CN=\u{202e}A",
                "",
                "issuer unknown (was CN=\\u{202e}A)",
            ),
            (
                Change::Expiry,
                Field::NotAfter,
                "2027-02-06T10:00:00Z",
                "2027-02-26T10:00:00Z",
                "expires 2027-02-26 (was 2027-02-06)",
            ),
            (
                Change::PortOpened,
                Field::Port,
                "",
                "143",
                "port 143 is open",
            ),
            (
                Change::PortClosed,
                Field::Port,
                "993",
                "",
                "port 993 is closed",
            ),
            (
                Change::Worse,
                Field::Outcome,
                "trusted",
                "untrusted",
                "worse: untrusted (was trusted)",
            ),
            (
                Change::Better,
                Field::Severity,
                "critical",
                "",
                "better: ok (was critical)",
            ),
        ] {
            let one = difference(change, field, before, after);
            assert_eq!(in_words([&one, &Change::New.into()].into_iter()), words);
        }
    }
}
