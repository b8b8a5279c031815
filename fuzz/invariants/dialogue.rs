//! The dialogue: the pieces in which a server's turn arrives change nothing, no turn is answered
//! before it is over, and after a refusal nothing is sent. An input is the lengths of the pieces, a
//! zero byte, and the server's turns with a zero byte between them.

use super::{pieces, split_at_zero};
use smtp_certcheck::smtp::{Dialogue, Line, Refusal, Step};

/// What came of a dialogue: why it ended, what was said, and what its end would mean.
#[derive(Debug, PartialEq)]
struct Outcome {
    sent: Vec<Vec<u8>>,
    refusal: Option<Refusal>,
    ready: bool,
    transcript: Vec<Line>,
    at_the_end: Option<Refusal>,
}

pub fn check(input: &[u8]) {
    let (cuts, said) = split_at_zero(input);
    // A dialogue has three turns; what stands behind the third zero belongs to it.
    let turns: Vec<&[u8]> = said.splitn(3, |&b| b == 0).collect();
    let whole = play(&turns, None);
    assert_eq!(play(&turns, Some(cuts)), whole, "in pieces of {cuts:?}");
    assert_eq!(play(&turns, Some(&[1])), whole, "octet by octet");
    assert!(
        whole.sent.len() <= 2
            && whole.ready == (whole.sent.len() == 2 && whole.refusal.is_none() && said_go(&whole)),
        "{whole:?}"
    );
}

/// The last that was said is the `220` that TLS waits for.
fn said_go(outcome: &Outcome) -> bool {
    matches!(outcome.transcript.last(), Some(Line::Server(line)) if line.starts_with("220 "))
}

fn play(turns: &[&[u8]], cuts: Option<&[u8]>) -> Outcome {
    let mut dialogue = Dialogue::new("probe.example");
    let mut sent = Vec::new();
    let mut refusal = None;
    for (index, turn) in turns.iter().enumerate() {
        // What comes behind an answer comes with it: in a later piece it would be another turn.
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
        ready: dialogue.is_done() && refusal.is_none(),
        refusal,
        transcript: dialogue.transcript().to_vec(),
        at_the_end: dialogue.end(),
    }
}

/// How many octets of `turn` it takes until the dialogue goes on or ends; all if it never does.
fn length_of_answer(before: &[&[u8]], turn: &[u8]) -> usize {
    let mut dialogue = Dialogue::new("probe.example");
    for turn in before {
        // Refusals ended the dialogue before it came to this.
        let _ = dialogue.receive(turn);
        let _ = dialogue.step();
    }
    for (index, octet) in turn.iter().enumerate() {
        let lines = dialogue.transcript().len();
        if dialogue.receive(&[*octet]).is_err() || dialogue.transcript().len() > lines {
            return index + 1;
        }
    }
    turn.len()
}
