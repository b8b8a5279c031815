//! What arrives after the goodbye: its answer, or the rest of an earlier answer that seemed complete.
//!
//! An SMTP server that writes "250 " instead of "250-" has ended its answer, but continues it in the
//! same segment or in a later one. Only the answer to the goodbye shows that there is no
//! continuation.

use super::refusal::{Refusal, Stage};
use crate::endpoint::Protocol;

/// Maximum number of octets kept: they are enough to decide.
const MOST: usize = 4 * 1024;

/// The last command of a client, whatever the stage.
pub fn goodbye(protocol: Protocol) -> &'static [u8] {
    match protocol {
        // RFC 5321 §4.1.1.10, RFC 1939 §5.
        Protocol::Smtp | Protocol::Lmtp | Protocol::Pop3 => b"QUIT\r\n",
        // RFC 9051 §6.1.3, with a tag that no other command of ours has.
        Protocol::Imap => b"c LOGOUT\r\n",
        // RFC 5804 §2.3.
        Protocol::Sieve => b"LOGOUT\r\n",
    }
}

/// What a server says after the goodbye.
#[derive(Debug)]
pub struct Farewell {
    protocol: Protocol,
    said: Vec<u8>,
}

impl Farewell {
    /// Of a server that speaks this protocol; nothing has come yet.
    pub fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            said: Vec::new(),
        }
    }

    /// Takes bytes, in pieces of any size. Returns true once enough is known.
    pub fn receive(&mut self, bytes: &[u8]) -> bool {
        let room = MOST.saturating_sub(self.said.len());
        self.said.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let is_complete = self.said.contains(&b'\n') || self.said.len() == MOST;
        is_complete || (self.said.len() >= self.enough() && self.is_answer())
    }

    /// Decides on a provisional refusal at `stage`: it stands, unless unsolicited bytes contradict
    /// it.
    pub fn judge(self, stage: Stage, refusal: Refusal) -> Refusal {
        if self.is_answer() {
            return refusal;
        }
        let text = String::from_utf8_lossy(&self.said).into_owned();
        Refusal::Unsolicited(stage, text)
    }

    /// Whether these bytes answer the goodbye, with a yes or with a refusal. Bytes too few to decide
    /// count as such.
    fn is_answer(&self) -> bool {
        let begins = |word: &[u8]| {
            let length = self.said.len().min(word.len());
            self.said[..length].eq_ignore_ascii_case(&word[..length])
        };
        match self.protocol {
            // 221 (RFC 5321 §4.1.1.10), or any refusal.
            Protocol::Smtp | Protocol::Lmtp => {
                begins(b"221") || matches!(self.said.first(), Some(b'4' | b'5'))
            }
            Protocol::Pop3 => begins(b"+OK") || begins(b"-ERR"),
            // Untagged lines may come at any time, but not a list of capabilities after its end.
            Protocol::Imap => begins(b"c ") || (begins(b"* ") && !self.has(b"* CAPABILITY")),
            Protocol::Sieve => begins(b"OK") || begins(b"NO") || begins(b"BYE"),
        }
    }

    /// Whether this is there whole.
    fn has(&self, word: &[u8]) -> bool {
        let head = self.said.get(..word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word))
    }

    /// The number of octets by which an answer is known.
    fn enough(&self) -> usize {
        match self.protocol {
            Protocol::Imap => b"* CAPABILITY".len(),
            Protocol::Pop3 => b"-ERR".len(),
            Protocol::Smtp | Protocol::Lmtp => b"221".len(),
            Protocol::Sieve => b"BYE".len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(said: &[u8]) -> Refusal {
        judged_in(Protocol::Smtp, said)
    }

    fn judged_in(protocol: Protocol, said: &[u8]) -> Refusal {
        let mut farewell = Farewell::new(protocol);
        farewell.receive(said);
        farewell.judge(Stage::Ehlo, Refusal::StarttlsNotOffered)
    }

    #[test]
    fn every_protocol_has_its_goodbye() {
        for (protocol, answers, others) in [
            (
                Protocol::Lmtp,
                ["221 bye", "500 no", "2"],
                ["250 OK", "* BYE"],
            ),
            (Protocol::Pop3, ["+OK bye", "-ERR no", "-"], ["STLS", "."]),
            (
                Protocol::Imap,
                ["* BYE bye", "c OK bye", "* OK still here"],
                ["* CAPABILITY STARTTLS", "a OK done"],
            ),
            (
                Protocol::Sieve,
                ["OK", "BYE \"bye\"", "NO"],
                ["\"STARTTLS\"", "{5}"],
            ),
        ] {
            for said in answers {
                let judged = judged_in(protocol, said.as_bytes());
                assert_eq!(judged, Refusal::StarttlsNotOffered, "{protocol} {said}");
            }
            for said in others {
                let judged = judged_in(protocol, said.as_bytes());
                let expected = Refusal::Unsolicited(Stage::Ehlo, said.to_owned());
                assert_eq!(judged, expected, "{protocol} {said}");
            }
            assert!(goodbye(protocol).ends_with(b"\r\n"));
        }
    }

    #[test]
    fn an_answer_to_quit_leaves_a_refusal_as_it_is() {
        for said in [
            &b""[..],
            b"2",
            b"22",
            b"221",
            b"221 bye\r\n",
            b"221-bye\r\n221 bye\r\n",
            b"500 what?\r\n",
            b"421 closing\r\n",
            b"5",
        ] {
            assert_eq!(judged(said), Refusal::StarttlsNotOffered, "{said:?}");
        }
    }

    #[test]
    fn what_else_comes_was_not_asked_for() {
        for said in [
            &b"250-STARTTLS\r\n250 OK\r\n221 bye\r\n"[..],
            b"250 OK\r\n",
            b"250-STARTTLS",
            b"STARTTLS\r\n",
            b"220 go\r\n",
            b"\r\n",
            b"25",
            b"\xff",
        ] {
            let text = String::from_utf8_lossy(said).into_owned();
            let expected = Refusal::Unsolicited(Stage::Ehlo, text);
            assert_eq!(judged(said), expected, "{said:?}");
        }
    }

    /// Words that almost begin an answer, cut at every place.
    #[test]
    fn the_pieces_in_which_it_comes_decide_nothing() {
        for (protocol, words) in [
            (Protocol::Smtp, &["221 ", "220 ", "250-", "421 "][..]),
            (Protocol::Lmtp, &["221 ", "250-"]),
            (Protocol::Pop3, &["+OK ", "-ERR "]),
            (Protocol::Imap, &["* CAPABILITY ", "* BYE ", "c OK "]),
            (Protocol::Sieve, &["OK ", "NO ", "BYE "]),
        ] {
            for word in words {
                for changed in 0..word.len() {
                    let mut said = format!("{word}text").into_bytes();
                    said[changed] = b'x';
                    let whole = judged_in(protocol, &said);
                    for cut in 1..said.len() {
                        let mut farewell = Farewell::new(protocol);
                        let (first, rest) = said.split_at(cut);
                        if !farewell.receive(first) {
                            farewell.receive(rest);
                        }
                        let cut_up = farewell.judge(Stage::Ehlo, Refusal::StarttlsNotOffered);
                        let is_same = cut_up == Refusal::StarttlsNotOffered;
                        let expected = whole == Refusal::StarttlsNotOffered;
                        assert_eq!(is_same, expected, "{protocol}: {word:?}, {changed}, {cut}");
                    }
                }
            }
        }
    }

    #[test]
    fn it_is_known_as_soon_as_it_can_be() {
        let after = |pieces: &[&[u8]]| {
            let mut farewell = Farewell::new(Protocol::Smtp);
            let known = pieces.iter().map(|piece| farewell.receive(piece));
            known.collect::<Vec<_>>()
        };
        assert_eq!(after(&[b"2", b"2", b"1"]), [false, false, true]);
        assert_eq!(after(&[b"250-START", b"TLS\r\n"]), [false, true]);
        assert_eq!(after(&[b"x".repeat(5000).as_slice()]), [true]);
    }
}
