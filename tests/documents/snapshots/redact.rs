//! Removes what differs between runs from a text. Equal values remain equal, different ones remain
//! different, and every width is kept, to show a table's columns truly.

use regex::{Captures, Regex};
use std::collections::HashMap;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// The date at which every test begins, as its snapshot shows it.
const BEGIN: OffsetDateTime = datetime!(2027-01-01 00:00:00 UTC);
/// What lies this close to the beginning is "now".
const NOW: Duration = Duration::minutes(10);

/// One for a text.
pub(crate) struct Redactor {
    base: OffsetDateTime,
    ports: HashMap<String, usize>,
    seen: HashMap<String, usize>,
}

impl Redactor {
    /// `base` becomes [`BEGIN`]; the ports of servers are numbered from 10001.
    pub(crate) fn new(base: OffsetDateTime, ports: impl IntoIterator<Item = u16>) -> Self {
        let ports = ports.into_iter().map(|port| port.to_string());
        let ports = ports.enumerate().map(|(index, port)| (port, 10001 + index));
        Self {
            base,
            ports: ports.collect(),
            seen: HashMap::new(),
        }
    }

    /// The text as it is on every machine and every day.
    pub(crate) fn redact(&mut self, text: &str) -> String {
        // A PEM block has another length each time.
        let text = self.number(
            text,
            r"-----BEGIN ([A-Z ]+)-----[^-]*-----END [A-Z ]+-----",
            |_, n| format!("<PEM {n}>"),
        );
        let text = self.number(&text, r"\b(?:[0-9A-F]{2}:){15,}[0-9A-F]{2}\b", |old, n| {
            let hex = zeros(old.len().div_ceil(3) * 2, n);
            let pairs = hex.as_bytes().chunks(2);
            pairs
                .map(String::from_utf8_lossy)
                .collect::<Vec<_>>()
                .join(":")
        });
        let text = self.number(&text, r"\b[0-9a-fA-F]{32,}\b", |old, n| zeros(old.len(), n));
        let text = self.number(&text, r"[0-9A-Za-z+/]{43,}={0,2}", |old, n| {
            let digits = old.trim_end_matches('=');
            zeros(digits.len(), n) + &old[digits.len()..]
        });
        let text = self.shortened(&text);
        let version = concat!("smtp-certcheck ", env!("CARGO_PKG_VERSION"));
        let text = text.replace(version, "smtp-certcheck 0.0.0");
        let text = replace(&text, r#"("version": ?)"[0-9][^"]*""#, |found| {
            Some(format!("{}\"0.0.0\"", &found[1]))
        });
        let text = self.dates(&text);
        // The months below a chart, which move from day to day.
        let month = r#"<line [^>]* y2="137" class="axis"/><text [^>]*>[A-Z][a-z]{2}</text>\n?"#;
        let text = replace(&text, month, |_| Some(String::new()));
        let text = replace(&text, r"\b[0-9]{2}:[0-9]{2} UTC", |_| {
            Some("00:00 UTC".to_owned())
        });
        let text = replace(&text, r"\b[0-9]{5}\b", |found| {
            self.ports.get(&found[0]).map(ToString::to_string)
        });
        let text = replace(
            &text,
            r#"("(?:[a-z_]*_ms|elapsed|size)": ?)[0-9.]+"#,
            |found| Some(format!("{}0", &found[1])),
        );
        let text = replace(
            &text,
            r"\b(days[a-z0-9_]*=-?[0-9]+\.[0-9]{2})[0-9]*",
            |found| Some(found[1].to_owned()),
        );
        let text = replace(&text, r"\b((?:time[^ =]*|slowest)=)[0-9.]+s", |found| {
            Some(format!("{}0.000s", &found[1]))
        });
        // Of JUnit and Prometheus.
        let text = replace(
            &text,
            r#"( time="|duration_seconds\{.*\} )[0-9.]+"#,
            |found| Some(format!("{}0", &found[1])),
        );
        let text = replace(&text, r"over TCP in [0-9.]+ m?s\b", |_| {
            Some("over TCP in 0 ms".to_owned())
        });
        replace(&text, r"\b[0-9]+ ms\b", |_| Some("0 ms".to_owned()))
    }

    fn number(
        &mut self,
        text: &str,
        pattern: &str,
        show: impl Fn(&str, usize) -> String,
    ) -> String {
        replace(text, pattern, |found| {
            let next = self.seen.len() + 1;
            let number = *self.seen.entry(found[0].to_owned()).or_insert(next);
            Some(show(&found[0], number))
        })
    }

    /// The beginning of a digest has the number of the complete digest.
    fn shortened(&self, text: &str) -> String {
        replace(text, r"\b([0-9a-f]{8,})(…|\.\.\.)", |found| {
            let whole = self
                .seen
                .iter()
                .find(|(whole, _)| whole.starts_with(&found[1]));
            let number = whole.map_or(0, |(_, number)| *number);
            Some(zeros(found[1].len(), number) + &found[2])
        })
    }

    fn dates(&self, text: &str) -> String {
        let shifted = |date: OffsetDateTime| {
            let since = date - self.base;
            BEGIN
                + if since.abs() < NOW {
                    Duration::ZERO
                } else {
                    since
                }
        };
        let text = replace(
            text,
            r"\b(20[0-9]{2}-[0-9]{2}-[0-9]{2})([T ])([0-9:]{8})",
            |found| {
                let text = format!("{}T{}Z", &found[1], &found[3]);
                let date = shifted(OffsetDateTime::parse(&text, &Rfc3339).ok()?);
                let (hour, minute, second) = date.to_hms();
                let time = format!("{hour:02}:{minute:02}:{second:02}");
                Some(format!("<{}>{}{time}", date.date(), &found[2]))
            },
        );
        // A date alone. What was shifted above has brackets until here.
        let text = replace(
            &text,
            r"(<?)\b(20[0-9]{2}-[0-9]{2}-[0-9]{2})\b>?",
            |found| {
                if found[1].starts_with('<') {
                    return Some(found[2].to_owned());
                }
                let text = format!("{}T00:00:00Z", &found[2]);
                let date = OffsetDateTime::parse(&text, &Rfc3339).ok()?.date();
                Some((BEGIN.date() + (date - self.base.date())).to_string())
            },
        );
        // Of Prometheus.
        replace(&text, r"\b1[0-9]{9}\b", |found| {
            let date = OffsetDateTime::from_unix_timestamp(found[0].parse().ok()?).ok()?;
            Some(shifted(date).unix_timestamp().to_string())
        })
    }
}

fn zeros(width: usize, number: usize) -> String {
    format!("{number:0width$}")
}

/// Each find of `pattern` becomes what `by` returns; `None` leaves it.
fn replace(
    text: &str,
    pattern: &str,
    mut by: impl FnMut(&Captures<'_>) -> Option<String>,
) -> String {
    let pattern = Regex::new(pattern).expect("a pattern");
    let found = |found: &Captures<'_>| by(found).unwrap_or_else(|| found[0].to_owned());
    pattern.replace_all(text, found).into_owned()
}
