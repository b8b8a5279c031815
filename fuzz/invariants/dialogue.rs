//! The dialogue: the pieces in which a server's turn arrives change nothing, no turn is answered
//! before it is over, after a refusal nothing is sent, and an answer that goes on is never taken for
//! one that lacks what comes then. An input is the lengths of the pieces, a
//! zero byte, and the server's turns with a zero byte between them.

use super::{pieces, split_at_zero};
use smtp_certcheck::starttls::{Dialogue as _, Farewell, Line, Refusal, Smtp, Stage, Step};

/// The result of a dialogue: why it ended, what was said, and what its end means.
#[derive(Debug, PartialEq)]
struct Outcome {
    sent: Vec<Vec<u8>>,
    refusal: Option<Refusal>,
    ready: bool,
    transcript: Vec<Line>,
    at_the_end: Option<Refusal>,
    /// The last turn.
    last: usize,
}

pub fn check(input: &[u8]) {
    let (cuts, said) = split_at_zero(input);
    // A dialogue has three turns; bytes after the third zero belong to it.
    let turns: Vec<&[u8]> = said.splitn(3, |&b| b == 0).collect();
    let whole = play(&turns, None);
    assert_eq!(play(&turns, Some(cuts)), whole, "in pieces of {cuts:?}");
    assert_eq!(play(&turns, Some(&[1])), whole, "octet by octet");
    assert!(
        whole.sent.len() <= 2
            && whole.ready == (whole.sent.len() == 2 && whole.refusal.is_none() && said_go(&whole)),
        "{whole:?}"
    );
    if whole.refusal.as_ref().is_some_and(Refusal::is_provisional) {
        goes_on(&turns[..=whole.last], cuts);
    }
    farewell(said, cuts);
}

/// More in the same turn, and nothing is missing that may be in it.
fn goes_on(turns: &[&[u8]], cuts: &[u8]) {
    let Some((last, before)) = turns.split_last() else {
        return;
    };
    let more = [last, &b"250-STARTTLS\r\n"[..]].concat();
    let turns = [before, &[more.as_slice()]].concat();
    for cuts in [None, Some(cuts)] {
        let refusal = play(&turns, cuts).refusal;
        let is_told = matches!(refusal, Some(Refusal::Unsolicited(..)));
        assert!(is_told, "{refusal:?} of {turns:?} in pieces of {cuts:?}");
    }
}

/// What comes after QUIT is the same in any pieces; more than one answer to it is reported.
fn farewell(said: &[u8], cuts: &[u8]) {
    let judged = |parts: Vec<&[u8]>| {
        let mut farewell = Farewell::default();
        let _ = parts.iter().any(|part| farewell.receive(part));
        let refusal = farewell.judge(Stage::Ehlo, Refusal::StarttlsNotOffered);
        matches!(refusal, Refusal::Unsolicited(..))
    };
    let whole = judged(vec![said]);
    assert_eq!(judged(pieces(said, cuts)), whole, "in pieces of {cuts:?}");
    if let [b'2', b'5', b'0', ..] = said {
        assert!(whole, "{said:?}");
    }
}

/// The last that was said is the `220` that TLS waits for.
fn said_go(outcome: &Outcome) -> bool {
    matches!(outcome.transcript.last(), Some(Line::Server(line)) if line.starts_with("220 "))
}

fn play(turns: &[&[u8]], cuts: Option<&[u8]>) -> Outcome {
    let mut dialogue = Smtp::new("probe.example");
    let mut sent = Vec::new();
    let mut refusal = None;
    let mut last = 0;
    for (index, turn) in turns.iter().enumerate() {
        last = index;
        // What comes after an answer comes with it: in a later piece it would be another turn.
        let answered = cuts.map_or(0, |_| length_of_answer(&turns[..index], turn));
        let (early, late) = turn.split_at(answered.saturating_sub(1));
        let mut parts = cuts.map_or_else(Vec::new, |cuts| pieces(early, cuts));
        parts.push(late);
        let taken = parts.iter().try_for_each(|part| dialogue.receive(part));
        if let Err(why) = taken {
            refusal = Some(why);
            break;
        }
        match dialogue.step() {
            Step::Send(bytes) => sent.push(bytes),
            Step::Receive => {}
            Step::Handshake => break,
        }
    }
    Outcome {
        sent,
        ready: refusal.is_none() && dialogue.step() == Step::Handshake,
        refusal,
        transcript: dialogue.said().transcript.clone(),
        at_the_end: dialogue.end(),
        last,
    }
}

/// How many octets of `turn` it takes until the dialogue goes on or ends; all if it never does.
fn length_of_answer(before: &[&[u8]], turn: &[u8]) -> usize {
    let mut dialogue = Smtp::new("probe.example");
    for turn in before {
        // Refusals ended the dialogue before it came to this.
        let _ = dialogue.receive(turn);
        let _ = dialogue.step();
    }
    for (index, octet) in turn.iter().enumerate() {
        let lines = dialogue.said().transcript.len();
        if dialogue.receive(&[*octet]).is_err() || dialogue.said().transcript.len() > lines {
            return index + 1;
        }
    }
    turn.len()
}
