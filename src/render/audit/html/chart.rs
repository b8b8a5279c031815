//! Charts as SVG. What is drawn is written beside it: no colour or length is the only sign.

use crate::escape::excerpt;
use askama::Template;
use std::collections::BTreeMap;
use time::{Date, Duration};

/// Bars of one chart at most.
const MOST_BARS: usize = 10;
/// The width of the drawing of bars, and the height of a bar with its text.
const WIDTH: u64 = 360;
const HEIGHT: usize = 32;
/// What fits into the width.
const MOST_TEXT: usize = 44;

/// Bars that lie, the longest first, each below its name and its count.
#[derive(Template)]
#[template(path = "bars.html", config = "src/render/audit/html/askama.toml")]
pub(super) struct Bars {
    id: &'static str,
    title: &'static str,
    list: Vec<Bar>,
    height: usize,
    /// What the drawing says, in a sentence.
    words: String,
    /// How many names, with how many targets, are left out.
    rest: Option<(usize, u64)>,
}

struct Bar {
    name: String,
    count: u64,
    tone: &'static str,
    y: usize,
    length: u64,
}

impl Bars {
    /// Of names with their counts and tones.
    pub(super) fn new(
        id: &'static str,
        title: &'static str,
        mut counts: Vec<(String, u64, &'static str)>,
    ) -> Self {
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let rest = counts.split_off(counts.len().min(MOST_BARS));
        let longest = counts.first().map_or(1, |(_, count, _)| (*count).max(1));
        let words: Vec<String> = counts
            .iter()
            .map(|(name, count, _)| format!("{name}: {count}"))
            .collect();
        let height = counts.len() * HEIGHT;
        let bars = counts.into_iter().enumerate();
        Self {
            id,
            title,
            list: bars
                .map(|(index, (name, count, tone))| Bar {
                    name: excerpt(&name, MOST_TEXT),
                    count,
                    tone,
                    y: index * HEIGHT,
                    // What is there is seen.
                    length: (count.saturating_mul(WIDTH) / longest).max(2),
                })
                .collect(),
            height,
            words: words.join("; "),
            rest: (!rest.is_empty())
                .then(|| (rest.len(), rest.iter().map(|(_, count, _)| count).sum())),
        }
    }
}

/// The weeks of a year.
const WEEKS: i64 = 53;
const STEP: i64 = 12;
const LEFT: i64 = 34;
/// The height of the tallest column.
const TALLEST: u64 = 110;

/// How many certificates expire in each of the coming weeks.
#[derive(Template)]
#[template(path = "timeline.html", config = "src/render/audit/html/askama.toml")]
pub(super) struct Timeline {
    columns: Vec<Column>,
    months: Vec<Month>,
    tallest: u64,
    expired: u64,
    later: u64,
    total: u64,
}

struct Column {
    first: Date,
    last: Date,
    count: u64,
    x: i64,
    y: u64,
    height: u64,
}

struct Month {
    name: &'static str,
    x: i64,
}

impl Timeline {
    /// Of counts by weeks from `today`; a negative week has passed.
    pub(super) fn new(ends: &BTreeMap<i64, u64>, today: Date) -> Self {
        let sum = |range: &dyn Fn(i64) -> bool| {
            let weeks = ends.iter().filter(|(week, _)| range(**week));
            weeks.map(|(_, count)| count).sum()
        };
        let coming = ends.range(0..WEEKS);
        let tallest = coming.clone().map(|(_, count)| *count).max().unwrap_or(0);
        let day = |days| today.saturating_add(Duration::days(days));
        let column = |(week, count): (&i64, &u64)| {
            let height = (count.saturating_mul(TALLEST) / tallest.max(1)).max(2);
            Column {
                first: day(week * 7),
                last: day(week * 7 + 6),
                count: *count,
                x: LEFT + week * STEP,
                y: 20 + TALLEST - height,
                height,
            }
        };
        Self {
            columns: coming.map(column).collect(),
            months: months(today),
            tallest,
            expired: sum(&|week| week < 0),
            later: sum(&|week| week >= WEEKS),
            total: sum(&|week| (0..WEEKS).contains(&week)),
        }
    }
}

/// Where each month begins.
fn months(today: Date) -> Vec<Month> {
    let days = (1..WEEKS * 7 - 14).map(|days| (days, today.saturating_add(Duration::days(days))));
    days.filter(|(_, day)| day.day() == 1)
        .map(|(days, day)| Month {
            name: short(day.month()),
            x: LEFT + days * STEP / 7,
        })
        .collect()
}

fn short(month: time::Month) -> &'static str {
    use time::Month as M;
    match month {
        M::January => "Jan",
        M::February => "Feb",
        M::March => "Mar",
        M::April => "Apr",
        M::May => "May",
        M::June => "Jun",
        M::July => "Jul",
        M::August => "Aug",
        M::September => "Sep",
        M::October => "Oct",
        M::November => "Nov",
        M::December => "Dec",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn the_longest_bar_is_the_first_and_what_is_left_out_is_counted() {
        let counts = (0..13).map(|n| (format!("n{n}"), n, "plain")).collect();
        let bars = Bars::new("x", "X", counts);
        assert_eq!(bars.list.len(), MOST_BARS);
        assert_eq!((bars.list[0].count, bars.list[0].length), (12, WIDTH));
        assert_eq!(bars.rest, Some((3, 3)));
        assert!(bars.words.starts_with("n12: 12; n11: 11"));
        assert!(Bars::new("x", "X", Vec::new()).list.is_empty());
    }

    #[test]
    fn a_timeline_ends_after_a_year_and_at_the_end_of_time() {
        let ends = BTreeMap::from([(-1, 3), (0, 4), (52, 8), (53, 16)]);
        let timeline = Timeline::new(&ends, date!(2026 - 11 - 23));
        assert_eq!(
            (timeline.expired, timeline.total, timeline.later),
            (3, 12, 16)
        );
        assert_eq!(timeline.columns[0].height, TALLEST / 2);
        assert_eq!(timeline.columns[1].last, date!(2027 - 11 - 28));
        assert_eq!(timeline.months[0].name, "Dec");
        assert!(timeline.months.len() <= 12);
        assert_eq!(Timeline::new(&ends, Date::MAX).columns.len(), 2);
    }

    #[test]
    fn one_host_is_one_host() {
        let rest = |counts: &[u64]| {
            let filled = (0..10).map(|n| (format!("n{n}"), 100, "plain"));
            let more = counts.iter().map(|count| ("x".to_owned(), *count, "plain"));
            let bars = Bars::new("x", "X", filled.chain(more).collect());
            bars.render().expect("a drawing")
        };
        assert!(rest(&[1]).contains("and 1 more, with 1 host<"));
        assert!(rest(&[1, 1]).contains("and 2 more, with 2 hosts<"));
    }
}
