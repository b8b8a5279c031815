//! The jsonl of an earlier audit: `--baseline` compares with it, and `--resume` continues it.
#![expect(clippy::disallowed_methods, reason = "here it is read")]

use super::lines::{next_result, reader, unreadable};
use crate::audit::{Baseline, Choice, Counts, Identity, findings_of_line};
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::observation::system_text;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, ErrorKind};
use std::path::Path;

/// How each line of [`crate::render::json::line`] begins.
const HEAD: &[u8] = b"{\"schema\":";

/// How many times each target was done before.
pub(super) type Done = HashMap<Identity, u64>;

/// The state that an earlier run left, which this one continues.
#[derive(Default)]
pub(super) struct Earlier {
    pub(super) done: Done,
    pub(super) counts: Counts,
}

/// Reads the last audit, which this one replaces; `None` before the first one has ended.
pub(super) fn baseline_or_first_run(
    path: &Path,
    choice: &Choice,
) -> Result<Option<Baseline>, Error> {
    match std::fs::metadata(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => {
            say(&format!(
                "first run: \"{}\" does not exist yet, so there is nothing to compare with",
                path.display()
            ));
            Ok(None)
        }
        _ => baseline(path, choice).map(Some),
    }
}

/// Reads the last audit, and keeps the findings that are asked for now.
pub(super) fn baseline(path: &Path, choice: &Choice) -> Result<Baseline, Error> {
    let mut baseline = Baseline::default();
    let first_time =
        "the first time, leave --baseline out; --save FILE writes what the next run compares with";
    let reader = reader(path).map_err(|why| why.hint(first_time))?;
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    let mut number = 0;
    while next_result(&mut reader, &mut line).map_err(|why| unreadable(path, &why))? {
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        baseline
            .add(&String::from_utf8_lossy(&line), choice)
            .map_err(|why| {
                bad_line(path, number, &why.to_string())
                    .hint("--baseline takes what audit --format jsonl has written")
            })?;
    }
    Ok(baseline)
}

/// Counts the finished targets, and opens the file to append. A last line torn by a crash is cut
/// off. A file with any other content is not ours to write to.
pub(super) fn resume(path: &Path) -> Result<(File, Earlier), Error> {
    let failed = |why: &io::Error| {
        Error::new(format!(
            "cannot go on with \"{}\": {}",
            path.display(),
            system_text(why)
        ))
    };
    let foreign = |number, why: &str| {
        bad_line(path, number, why)
            .hint("--resume goes on with what an earlier --resume has begun; it was left unchanged")
    };
    // Opening a pipe would block before it could be recognised.
    if std::fs::metadata(path).is_ok_and(|file| !file.is_file()) {
        return Err(failed(&io::Error::other("it is not a regular file")));
    }
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .map_err(|why| failed(&why))?;
    let mut earlier = Earlier::default();
    let mut reader = BufReader::new(&file);
    let (mut whole, mut number, mut line) = (0, 0, Vec::new());
    let mut is_torn = false;
    while next_result(&mut reader, &mut line).map_err(|why| failed(&why))? {
        number += 1;
        if line.last() != Some(&b'\n') {
            if !(line.starts_with(HEAD) || HEAD.starts_with(&line)) {
                return Err(foreign(number, "it is not a report of an audit"));
            }
            is_torn = true;
            break;
        }
        whole += line.len() as u64;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let report: Value = serde_json::from_slice(&line)
            .map_err(|why| foreign(number, &format!("it is not JSON: {why}")))?;
        let outcome = report.get("outcome").and_then(Value::as_str);
        let (Some(target), Some(_)) = (Identity::of_line(&report), outcome) else {
            let why = "it is not a report of an audit (no target, no outcome)";
            return Err(foreign(number, why));
        };
        *earlier.done.entry(target).or_default() += 1;
        let found = findings_of_line(&report).map(|(_, severity)| severity);
        earlier.counts.take(found.max());
    }
    if is_torn {
        file.set_len(whole).map_err(|why| failed(&why))?;
    }
    Ok((file, earlier))
}

fn bad_line(path: &Path, number: usize, why: &str) -> Error {
    Error::new(format!("{}:{number}: {why}", path.display()))
}
