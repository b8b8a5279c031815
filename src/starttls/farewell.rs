//! What arrives after QUIT: its answer, or the rest of an earlier answer that seemed complete.
//!
//! A server that writes "250 " instead of "250-" has ended its answer, but continues it in the same
//! segment or in a later one. Only the answer to QUIT shows that there is no continuation.

use super::refusal::{Refusal, Stage};

/// Maximum number of octets kept: they are enough to decide.
const MOST: usize = 4 * 1024;

/// What a server says after QUIT.
#[derive(Debug, Default)]
pub struct Farewell {
    said: Vec<u8>,
}

impl Farewell {
    /// Takes bytes, in pieces of any size. Returns true once enough is known.
    pub fn receive(&mut self, bytes: &[u8]) -> bool {
        let room = MOST.saturating_sub(self.said.len());
        self.said.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let is_complete = self.said.contains(&b'\n') || self.said.len() == MOST;
        is_complete || (self.said.len() >= 3 && self.is_answer())
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

    /// Whether these bytes answer QUIT: with 221 (RFC 5321 §4.1.1.10), or with a refusal. Bytes too
    /// few to decide count as none.
    fn is_answer(&self) -> bool {
        let head = &self.said[..self.said.len().min(3)];
        b"221".starts_with(head) || matches!(head[0], b'4' | b'5')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(said: &[u8]) -> Refusal {
        let mut farewell = Farewell::default();
        farewell.receive(said);
        farewell.judge(Stage::Ehlo, Refusal::StarttlsNotOffered)
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

    #[test]
    fn it_is_known_as_soon_as_it_can_be() {
        let after = |pieces: &[&[u8]]| {
            let mut farewell = Farewell::default();
            let known = pieces.iter().map(|piece| farewell.receive(piece));
            known.collect::<Vec<_>>()
        };
        assert_eq!(after(&[b"2", b"2", b"1"]), [false, false, true]);
        assert_eq!(after(&[b"250-START", b"TLS\r\n"]), [false, true]);
        assert_eq!(after(&[b"x".repeat(5000).as_slice()]), [true]);
    }
}
