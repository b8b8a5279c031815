//! Says of names and types whether DNS proves what it says, to be compared with other validators.
//!
//! `cargo run --example dnssec -- [--resolver ADDR[:PORT]]... [--trust-anchor FILE] [--timeout SECONDS]
//! [--trust-ad] < rows` reads lines of NAME TYPE, and writes for each, in order,
//! `NAME TYPE secure|insecure|bogus|none RCODE COUNT`, a tab, and a reason where there is one. The
//! exit code is 1 where one is bogus or has no answer, and 2 for wrong usage.
#![allow(
    clippy::disallowed_methods,
    reason = "it reads the files, the clock and the arguments"
)]

use smtp_certcheck::endpoint::{Resolver, ResolverError};
use smtp_certcheck::escape::visible;
use smtp_certcheck::records::{AnchorError, Anchors, Question, RecordType, ResponseCode, Status};
use smtp_certcheck::resolve::{Found, Lookups, Trust, absolute, word};
use std::collections::VecDeque;
use std::io::{BufRead as _, Read as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinHandle;

/// Questions under way at a time.
const AT_ONCE: usize = 64;

/// The longest line that is read; a name in its longest form has 1,004 octets (RFC 4343 §2.1).
const LONGEST: u64 = 1100;

fn main() -> ExitCode {
    let outcome = arguments().and_then(|arguments| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|why| why.to_string())?;
        runtime.block_on(run(&arguments))
    });
    match outcome {
        Ok(all_sure) => ExitCode::from(u8::from(!all_sure)),
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "dnssec: {why}");
            ExitCode::from(2)
        }
    }
}

/// What is asked of whom.
struct Arguments {
    lookups: Arc<Lookups>,
    timeout: Duration,
}

fn arguments() -> Result<Arguments, String> {
    let mut servers: Vec<Resolver> = Vec::new();
    let mut anchors = Anchors::root();
    let mut timeout = Duration::from_secs(10);
    let mut trust = Trust::NoResolver;
    let mut words = std::env::args().skip(1);
    while let Some(option) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| format!("{option} needs a value"))
        };
        match option.as_str() {
            "--resolver" => servers.push(server(&value()?)?),
            "--trust-anchor" => anchors = anchors_of(&value()?)?,
            "--timeout" => timeout = seconds(&value()?)?,
            "--trust-ad" => trust = Trust::Resolver,
            _ => return Err(format!("unknown option {}", visible(&option))),
        }
    }
    let named = !servers.is_empty();
    if !named {
        let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        servers = Resolver::of_resolv_conf(&text);
    }
    if trust == Trust::Resolver && !named && !servers.iter().all(|server| server.is_local()) {
        return Err(
            "--trust-ad believes a resolver on this machine, or one that --resolver names"
                .to_owned(),
        );
    }
    let lookups = Lookups::new(servers, anchors, trust, Lookups::AT_ONCE);
    Ok(Arguments { lookups, timeout })
}

fn server(value: &str) -> Result<Resolver, String> {
    value.parse().map_err(|why: ResolverError| why.to_string())
}

fn anchors_of(path: &str) -> Result<Anchors, String> {
    let read = std::fs::read_to_string(path).map_err(|why| format!("{path}: {why}"))?;
    let anchors = read.parse();
    anchors.map_err(|why: AnchorError| format!("{path}: {why}"))
}

fn seconds(value: &str) -> Result<Duration, String> {
    let seconds = value.parse().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "--timeout takes a number of seconds".to_owned())
}

/// A row of the output, and whether it is sure.
type Row = (String, bool);

/// Whether all rows are secure or insecure.
async fn run(arguments: &Arguments) -> Result<bool, String> {
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    let mut running: VecDeque<JoinHandle<Row>> = VecDeque::new();
    let mut all_sure = true;
    loop {
        let line = next_line(&mut input).map_err(|why| why.to_string())?;
        let ended = line.is_none();
        if let Some(line) = line.filter(|line| !line.trim().is_empty()) {
            let (lookups, timeout) = (Arc::clone(&arguments.lookups), arguments.timeout);
            running.push_back(tokio::spawn(
                async move { row(&lookups, &line, timeout).await },
            ));
        }
        while running.len() >= AT_ONCE || ended && !running.is_empty() {
            let Some(first) = running.pop_front() else {
                break;
            };
            let (line, sure) = first.await.map_err(|why| why.to_string())?;
            all_sure &= sure;
            writeln!(output, "{line}").map_err(|why| why.to_string())?;
        }
        if ended {
            return output
                .flush()
                .map_err(|why| why.to_string())
                .map(|()| all_sure);
        }
    }
}

/// The next line; what is too long is cut, and will not be a question.
fn next_line(input: &mut impl std::io::BufRead) -> std::io::Result<Option<String>> {
    let mut octets = Vec::new();
    if input
        .by_ref()
        .take(LONGEST)
        .read_until(b'\n', &mut octets)?
        == 0
    {
        return Ok(None);
    }
    if octets.last() != Some(&b'\n') && octets.len() as u64 == LONGEST {
        skip_line(input)?;
    }
    Ok(Some(String::from_utf8_lossy(&octets).into_owned()))
}

fn skip_line(input: &mut impl std::io::BufRead) -> std::io::Result<()> {
    loop {
        let room = input.fill_buf()?;
        let end = room.iter().position(|octet| *octet == b'\n');
        let used = end.map_or(room.len(), |at| at + 1);
        let ended = end.is_some() || room.is_empty();
        input.consume(used);
        if ended {
            return Ok(());
        }
    }
}

async fn row(lookups: &Arc<Lookups>, line: &str, timeout: Duration) -> Row {
    let words: Vec<&str> = line.split_whitespace().collect();
    let read = match words[..] {
        [name, kind] => question(name, kind),
        _ => Err("a line has a name and a type".to_owned()),
    };
    let row = words.join(" ");
    let head = visible(&row);
    match read {
        Ok(question) => shown(&head, &lookups.look_up(question, now(), timeout).await),
        Err(why) => (format!("{head} none - 0\t{}", visible(&why)), false),
    }
}

fn question(name: &str, kind: &str) -> Result<Question, String> {
    let name = absolute(name).map_err(|why| format!("it is not a name: {why}"))?;
    let kind = kind_of(kind).ok_or("it is not a type that can be asked for")?;
    Ok(Question::new(name, kind))
}

/// A type by its name, or as TYPE52 (RFC 3597 §5). Some types are no data: what answers them proves
/// nothing.
fn kind_of(word: &str) -> Option<RecordType> {
    use RecordType::{ANY, AXFR, IXFR, OPT, RRSIG, SIG, TSIG, ZERO};
    let word = word.to_ascii_uppercase();
    let number = word
        .strip_prefix("TYPE")
        .and_then(|number| number.parse::<u16>().ok());
    let kind = match (number, word.as_str()) {
        (Some(number), _) => RecordType::from(number),
        (None, word) => word.parse().ok()?,
    };
    (!matches!(kind, ANY | AXFR | IXFR | OPT | RRSIG | SIG | TSIG | ZERO)).then_some(kind)
}

/// The seconds since 1970, as signatures count them (RFC 4034 §3.1.5).
fn now() -> u32 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    // They wrap in 2106, and so do those of the signatures.
    u32::try_from(since.as_secs() & u64::from(u32::MAX)).unwrap_or_default()
}

fn shown(head: &str, found: &Found) -> Row {
    let answer = &found.answer;
    let code = match answer.status {
        Status::NoAnswer => "-".to_owned(),
        // Where the chain ends before the answer, it is what a validating resolver would say.
        _ => word(answer.rcode.unwrap_or(ResponseCode::ServFail)),
    };
    let mut line = format!("{head} {} {code} {}", answer.status, answer.records.len());
    let reason = answer.reason.as_ref().map(ToString::to_string);
    let notes = answer.notes.iter().map(ToString::to_string);
    let said: Vec<String> = reason.into_iter().chain(notes).collect();
    if !said.is_empty() {
        line = format!("{line}\t{}", visible(&said.join("; ")));
    }
    (
        line,
        matches!(answer.status, Status::Secure | Status::Insecure),
    )
}
