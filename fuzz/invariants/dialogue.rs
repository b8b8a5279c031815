//! The dialogues: the pieces in which a server's turn arrives change nothing, no turn is answered
//! before it is over, after a refusal nothing is sent, and an answer that goes on is never taken for
//! one that lacks what comes then. An input is the lengths of the pieces, a zero byte, and the
//! server's turns with a zero byte between them; each is held in every protocol, and in those that
//! the greeting decides.

use super::{pieces, split_at_zero};
use smtp_certcheck::endpoint::Protocol;
use smtp_certcheck::starttls::{
    Dialogue, Farewell, Line, Malformed, Refusal, Speech, Stage, Step, begin,
};

/// What may be spoken.
const SPEECHES: [Speech; 8] = [
    Speech::Only(Protocol::Smtp),
    Speech::Only(Protocol::Imap),
    Speech::Only(Protocol::Pop3),
    Speech::Only(Protocol::Sieve),
    Speech::Only(Protocol::Lmtp),
    Speech::First(Protocol::Smtp),
    Speech::First(Protocol::Lmtp),
    Speech::First(Protocol::Imap),
];

/// The most that is kept of what a server said: 64 KiB, of which an octet that is not UTF-8 becomes
/// three.
const MOST: usize = 3 * (64 * 1024 + 1);

/// The result of a dialogue: why it ended, what was said, and what its end means.
#[derive(Debug, PartialEq)]
struct Outcome {
    protocol: Protocol,
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
    // A dialogue has four turns; bytes after the fourth zero belong to it.
    let turns: Vec<&[u8]> = said.splitn(4, |&b| b == 0).collect();
    for speech in SPEECHES {
        hold(speech, &turns, cuts);
        farewell(speech.expected(), said, cuts);
    }
}

fn hold(speech: Speech, turns: &[&[u8]], cuts: &[u8]) {
    let whole = play(speech, turns, None);
    let in_pieces = play(speech, turns, Some(cuts));
    assert_eq!(in_pieces, whole, "{speech:?} in pieces of {cuts:?}");
    let by_octets = play(speech, turns, Some(&[1]));
    assert_eq!(by_octets, whole, "{speech:?} octet by octet");
    let may_start = whole.refusal.is_none() && has_asked(&whole) && said_go(&whole);
    assert!(
        whole.sent.len() <= 3 && whole.ready == may_start,
        "{speech:?}: {whole:?}"
    );
    if let Speech::Only(protocol) = speech {
        assert_eq!(whole.protocol, protocol);
    }
    let heard = whole.transcript.iter().map(|line| match line {
        Line::Client(_) => 0,
        Line::Server(line) => line.len(),
    });
    assert!(heard.sum::<usize>() <= MOST, "{speech:?} keeps too much");
    if whole.refusal.as_ref().is_some_and(Refusal::is_provisional) {
        goes_on(speech, whole.protocol, &turns[..=whole.last], cuts);
    }
}

/// More in the same turn, and nothing is missing that may be in it.
fn goes_on(speech: Speech, protocol: Protocol, turns: &[&[u8]], cuts: &[u8]) {
    let Some((last, before)) = turns.split_last() else {
        return;
    };
    let more: &[u8] = match protocol {
        Protocol::Smtp | Protocol::Lmtp => b"250-STARTTLS\r\n",
        Protocol::Pop3 => b"STLS\r\n.\r\n",
        Protocol::Sieve => b"\"STARTTLS\"\r\n",
        // It would belong to an untagged line that has begun, or to a literal.
        Protocol::Imap if !last.ends_with(b"\n") || last.contains(&b'{') => return,
        Protocol::Imap => b"* CAPABILITY STARTTLS\r\n",
    };
    let more = [last, more].concat();
    let turns = [before, &[more.as_slice()]].concat();
    for cuts in [None, Some(cuts)] {
        let refusal = play(speech, &turns, cuts).refusal;
        // With more it may be too much.
        let is_told = matches!(
            refusal,
            Some(Refusal::Unsolicited(..) | Refusal::Malformed(_, Malformed::TooLong))
        );
        assert!(is_told, "{refusal:?} of {turns:?} in pieces of {cuts:?}");
    }
}

/// What comes after the goodbye is the same in any pieces; in SMTP more than one answer to it is
/// reported.
fn farewell(protocol: Protocol, said: &[u8], cuts: &[u8]) {
    let judged = |parts: Vec<&[u8]>| {
        let mut farewell = Farewell::new(protocol);
        let _ = parts.iter().any(|part| farewell.receive(part));
        let refusal = farewell.judge(Stage::Ehlo, Refusal::StarttlsNotOffered);
        matches!(refusal, Refusal::Unsolicited(..))
    };
    let whole = judged(vec![said]);
    let in_pieces = judged(pieces(said, cuts));
    assert_eq!(in_pieces, whole, "{protocol} in pieces of {cuts:?}");
    if let (Protocol::Smtp, [b'2', b'5', b'0', ..]) = (protocol, said) {
        assert!(whole, "{said:?}");
    }
}

/// The last command asked for TLS.
fn has_asked(outcome: &Outcome) -> bool {
    let commands: [&[u8]; 3] = [b"STARTTLS\r\n", b"STLS\r\n", b"b STARTTLS\r\n"];
    outcome
        .sent
        .last()
        .is_some_and(|sent| commands.contains(&sent.as_slice()))
}

/// The last that was said is the go-ahead that TLS waits for.
fn said_go(outcome: &Outcome) -> bool {
    let go = match outcome.protocol {
        Protocol::Smtp | Protocol::Lmtp => "220",
        Protocol::Imap => "b ok",
        Protocol::Pop3 => "+ok",
        Protocol::Sieve => "ok",
    };
    match outcome.transcript.last() {
        Some(Line::Server(line)) => line.to_ascii_lowercase().starts_with(go),
        _ => false,
    }
}

fn play(speech: Speech, turns: &[&[u8]], cuts: Option<&[u8]>) -> Outcome {
    let mut dialogue = begin(speech, "probe.example");
    let mut sent = Vec::new();
    let mut refusal = None;
    let mut last = 0;
    for (index, turn) in turns.iter().enumerate() {
        last = index;
        // What comes after an answer comes with it: in a later piece it would be another turn.
        let answered = cuts.map_or(0, |_| length_of_answer(speech, &turns[..index], turn));
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
        protocol: dialogue.protocol(),
        sent,
        ready: refusal.is_none() && dialogue.step() == Step::Handshake,
        refusal,
        transcript: dialogue.said().transcript.clone(),
        at_the_end: dialogue.end(),
        last,
    }
}

/// How many octets of `turn` it takes until the dialogue goes on or ends; all if it never does.
fn length_of_answer(speech: Speech, before: &[&[u8]], turn: &[u8]) -> usize {
    let mut dialogue = begin(speech, "probe.example");
    for turn in before {
        // Refusals ended the dialogue before it came to this.
        let _ = dialogue.receive(turn);
        let _ = dialogue.step();
    }
    let mut octets = turn.iter().enumerate();
    let end = octets.find(|(_, octet)| {
        dialogue.receive(std::slice::from_ref(octet)).is_err() || goes_ahead(dialogue.as_mut())
    });
    end.map_or(turn.len(), |(index, _)| index + 1)
}

/// Whether it is our turn to send, or TLS begins.
fn goes_ahead(dialogue: &mut dyn Dialogue) -> bool {
    dialogue.is_our_turn() || dialogue.step() == Step::Handshake
}
