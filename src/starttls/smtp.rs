//! SMTP, from the greeting to the `220` of STARTTLS (RFC 5321 §3.1 and §4.1.1.1, RFC 3207).

use super::dialogue::{Dialogue, Line, Said, Step};
use super::identify::{Service, identify};
use super::refusal::{Refusal, Stage};
use super::reply::{Reply, ReplyReader};

#[derive(Debug, PartialEq, Eq)]
enum State {
    AwaitGreeting,
    SendEhlo,
    AwaitEhlo,
    SendStarttls,
    AwaitStarttls,
    Done,
}

/// The client's state machine. It never speaks before the greeting and never pipelines.
#[derive(Debug)]
pub struct Smtp {
    state: State,
    reader: ReplyReader,
    ehlo_name: String,
    first_bytes: Vec<u8>,
    said: Said,
}

impl Smtp {
    /// Starts a dialogue that introduces itself as `ehlo_name`.
    pub fn new(ehlo_name: &str) -> Self {
        Self {
            state: State::AwaitGreeting,
            reader: ReplyReader::default(),
            ehlo_name: ehlo_name.to_owned(),
            first_bytes: Vec::new(),
            said: Said::default(),
        }
    }
}

impl Dialogue for Smtp {
    fn step(&mut self) -> Step {
        match self.state {
            State::SendEhlo => {
                self.state = State::AwaitEhlo;
                self.send(format!("EHLO {}", self.ehlo_name))
            }
            State::SendStarttls => {
                self.state = State::AwaitStarttls;
                self.send("STARTTLS".to_owned())
            }
            State::Done => Step::Handshake,
            State::AwaitGreeting | State::AwaitEhlo | State::AwaitStarttls => Step::Receive,
        }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if self.said.greeting.is_none() {
            self.remember_first(bytes);
            // A TLS record need not contain a line end.
            if identify(&self.first_bytes) == Some(Service::Tls) {
                return Err(self.not_smtp());
            }
        }
        self.reader.feed(bytes);
        self.check_turn()?;
        let stage = self.stage();
        match self.reader.next_reply() {
            Ok(None) => Ok(()),
            Ok(Some(reply)) => {
                self.record(&reply);
                match self.advance(reply) {
                    // Bytes after the answer may contradict it.
                    Err(refusal) if !refusal.is_provisional() => Err(refusal),
                    end => self.check_leftover(stage).and(end),
                }
            }
            Err(_) if self.said.greeting.is_none() && !self.speaks_smtp() => Err(self.not_smtp()),
            Err(malformed) => Err(Refusal::Malformed(stage, malformed)),
        }
    }

    /// Refuses bytes that are not SMTP.
    fn end(&self) -> Option<Refusal> {
        let other =
            self.said.greeting.is_none() && !self.first_bytes.is_empty() && !self.speaks_smtp();
        other.then(|| self.not_smtp())
    }

    fn stage(&self) -> Stage {
        match self.state {
            State::AwaitGreeting => Stage::Greeting,
            State::SendEhlo | State::AwaitEhlo => Stage::Ehlo,
            State::SendStarttls | State::AwaitStarttls | State::Done => Stage::Starttls,
        }
    }

    fn is_our_turn(&self) -> bool {
        matches!(self.state, State::SendEhlo | State::SendStarttls)
    }

    fn said(&self) -> &Said {
        &self.said
    }

    fn into_said(self: Box<Self>) -> Said {
        self.said
    }
}

impl Smtp {
    fn send(&mut self, line: String) -> Step {
        let bytes = format!("{line}\r\n").into_bytes();
        self.said.transcript.push(Line::Client(line));
        Step::Send(bytes)
    }

    fn record(&mut self, reply: &Reply) {
        let last = reply.lines.len().saturating_sub(1);
        for (index, text) in reply.lines.iter().enumerate() {
            let separator = if index == last { ' ' } else { '-' };
            let line = format!("{}{separator}{text}", reply.code);
            self.said.transcript.push(Line::Server(line));
        }
    }

    fn advance(&mut self, reply: Reply) -> Result<(), Refusal> {
        match self.state {
            State::AwaitGreeting => self.on_greeting(reply),
            State::AwaitEhlo => self.on_ehlo(reply),
            State::AwaitStarttls => self.on_starttls(reply),
            // Unreachable: on the client's turn, `check_turn` refuses every reply.
            _ => Err(Refusal::Unsolicited(self.stage(), reply.text())),
        }
    }

    fn on_greeting(&mut self, reply: Reply) -> Result<(), Refusal> {
        self.said.greeting = Some(reply.clone());
        match reply.code {
            220 => self.state = State::SendEhlo,
            400..=499 => return Err(Refusal::Temporary(Stage::Greeting, reply)),
            500..=599 => return Err(Refusal::Greeting(reply)),
            _ => return Err(self.not_smtp()),
        }
        Ok(())
    }

    fn on_ehlo(&mut self, reply: Reply) -> Result<(), Refusal> {
        if reply.is_temporary() {
            return Err(Refusal::Temporary(Stage::Ehlo, reply));
        }
        if reply.code != 250 {
            return Err(match identify(&self.first_bytes) {
                Some(Service::Ftp) => self.not_smtp(),
                _ => Refusal::Ehlo(reply),
            });
        }
        let offered = offers_starttls(&reply);
        self.said.capabilities = Some(reply);
        if !offered {
            return Err(Refusal::StarttlsNotOffered);
        }
        self.state = State::SendStarttls;
        Ok(())
    }

    fn on_starttls(&mut self, reply: Reply) -> Result<(), Refusal> {
        match reply.code {
            220 => {}
            421 => return Err(Refusal::Temporary(Stage::Starttls, reply)),
            400..=499 => return Err(Refusal::TlsUnavailable(reply)),
            _ => return Err(Refusal::Starttls(reply)),
        }
        self.state = State::Done;
        Ok(())
    }

    /// Refuses bytes that arrive on the client's turn: they are unsolicited.
    fn check_turn(&self) -> Result<(), Refusal> {
        match self.state {
            State::SendEhlo => self.check_leftover(Stage::Greeting),
            State::SendStarttls => self.check_leftover(Stage::Ehlo),
            State::Done => self.check_leftover(Stage::Starttls),
            State::AwaitGreeting | State::AwaitEhlo | State::AwaitStarttls => Ok(()),
        }
    }

    /// Refuses bytes after a reply: the client has not spoken since, so none may follow.
    fn check_leftover(&self, stage: Stage) -> Result<(), Refusal> {
        let leftover = self.reader.leftover();
        if leftover.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(leftover).into_owned();
        Err(match self.state {
            State::Done => Refusal::Injection(text),
            _ => Refusal::Unsolicited(stage, text),
        })
    }

    /// Whether the first bytes can still be SMTP, even malformed SMTP.
    fn speaks_smtp(&self) -> bool {
        self.first_bytes.first().is_some_and(u8::is_ascii_digit)
    }

    fn remember_first(&mut self, bytes: &[u8]) {
        const ENOUGH: usize = 256;
        let room = ENOUGH.saturating_sub(self.first_bytes.len());
        self.first_bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn not_smtp(&self) -> Refusal {
        let text = String::from_utf8_lossy(&self.first_bytes).into_owned();
        let protocol = identify(&self.first_bytes).filter(|&p| p != Service::Smtp);
        Refusal::NotSmtp(protocol, text)
    }
}

/// Whether an EHLO answer lists a keyword. The first line is the server's name, and each other line
/// starts with a keyword, which matches whole and in any letter case (RFC 5321 §4.1.1.1).
fn offers_starttls(reply: &Reply) -> bool {
    reply.lines.iter().skip(1).any(|line| {
        line.split_ascii_whitespace()
            .next()
            .is_some_and(|keyword| keyword.eq_ignore_ascii_case("STARTTLS"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays the server's lines, one a turn, and returns what the client sent or why it stopped.
    fn play(turns: &[&[u8]]) -> Result<Vec<String>, Refusal> {
        let mut dialogue = Smtp::new("probe.example");
        let mut turns = turns.iter();
        loop {
            match dialogue.step() {
                Step::Send(_) => {}
                Step::Receive => match turns.next() {
                    Some(bytes) => dialogue.receive(bytes)?,
                    None => break,
                },
                Step::Handshake => break,
            }
        }
        Ok(dialogue
            .said()
            .transcript
            .iter()
            .filter_map(|line| match line {
                Line::Client(text) => Some(text.clone()),
                Line::Server(_) => None,
            })
            .collect())
    }

    const EHLO: &[u8] = b"250-mx\r\n250-SIZE 1\r\n250 starttls \r\n";

    #[test]
    fn gets_to_the_handshake() {
        let sent = play(&[b"220-mx\r\n220 hi\r\n", EHLO, b"220 go\r\n"]);
        assert_eq!(
            sent,
            Ok(vec!["EHLO probe.example".into(), "STARTTLS".into()])
        );
    }

    #[test]
    fn is_silent_before_the_greeting() {
        assert_eq!(play(&[b"220-mx\r\n"]), Ok(vec![]));
    }

    #[test]
    fn keywords_match_whole_and_not_in_the_first_line() {
        for answer in [
            &b"250 STARTTLS\r\n"[..],
            b"250-STARTTLS\r\n250 SIZE\r\n",
            b"250-mx\r\n250 STARTTLSX\r\n",
            b"250-mx\r\n250-X-STARTTLS\r\n250 XXXXXXXA\r\n",
        ] {
            assert_eq!(
                play(&[b"220 hi\r\n", answer]),
                Err(Refusal::StarttlsNotOffered)
            );
        }
    }

    #[test]
    fn every_refusal_is_an_outcome_of_its_own() {
        use Refusal as R;
        let end = |turns: &[&[u8]]| play(turns).expect_err("a refusal");
        assert!(matches!(
            end(&[b"421 busy\r\n"]),
            R::Temporary(Stage::Greeting, _)
        ));
        assert!(matches!(end(&[b"554 no\r\n"]), R::Greeting(_)));
        assert!(matches!(
            end(&[b"220 hi\r\n", b"450 x\r\n"]),
            R::Temporary(Stage::Ehlo, _)
        ));
        assert!(matches!(end(&[b"220 hi\r\n", b"502 x\r\n"]), R::Ehlo(_)));
        for code in ["250", "235", "334", "500", "502", "503", "530", "221"] {
            let reply = format!("{code} x\r\n");
            assert!(matches!(
                end(&[b"220 hi\r\n", EHLO, reply.as_bytes()]),
                R::Starttls(_)
            ));
        }
        for (code, is_busy) in [("421", true), ("454", false), ("451", false)] {
            let reply = format!("{code} x\r\n");
            let end = end(&[b"220 hi\r\n", EHLO, reply.as_bytes()]);
            let told = match end {
                R::Temporary(Stage::Starttls, _) => Some(true),
                R::TlsUnavailable(_) => Some(false),
                _ => None,
            };
            assert_eq!(told, Some(is_busy), "{code}");
        }
    }

    #[test]
    fn text_behind_starttls_is_an_injection() {
        let end = play(&[b"220 hi\r\n", EHLO, b"220 go\r\n250 injected\r\n"]);
        assert_eq!(end, Err(Refusal::Injection("250 injected\r\n".into())));
        let end = play(&[b"220 hi\r\n", EHLO, b"220 go\r\n\x16\x03"]);
        assert!(matches!(end, Err(Refusal::Injection(_))));
    }

    #[test]
    fn a_peer_that_talks_out_of_turn_is_stopped() {
        let end = play(&[b"220 hi\r\n250 mx\r\n"]);
        assert!(matches!(end, Err(Refusal::Unsolicited(Stage::Greeting, _))));
    }

    #[test]
    fn an_answer_that_goes_on_after_its_end_is_no_refusal() {
        let ehlo = |text: &str| Err(Refusal::Unsolicited(Stage::Ehlo, text.to_owned()));
        let after = |answer: &[u8]| play(&[b"220 hi\r\n", answer]);
        let rest = "250-STARTTLS\r\n250 OK\r\n";
        let split = format!("250 mx\r\n{rest}");
        assert_eq!(after(split.as_bytes()), ehlo(rest));
        assert_eq!(after(b"250-mx\r\n250 SIZE\r\n2"), ehlo("2"));
        assert_eq!(after(b"220 hi\r\n250 mx\r\n"), ehlo("250 mx\r\n"));
        let go = play(&[b"220 hi\r\n", EHLO, b"250 OK\r\n220 go\r\n"]);
        let expected = Refusal::Unsolicited(Stage::Starttls, "220 go\r\n".into());
        assert_eq!(go, Err(expected));
        // A refusal stays a refusal, whatever follows it.
        let end = after(b"502 no\r\n250 STARTTLS\r\n");
        assert!(matches!(end, Err(Refusal::Ehlo(_))), "{end:?}");
    }

    #[test]
    fn what_comes_in_our_turn_was_not_asked_for() {
        let mut dialogue = Smtp::new("probe.example");
        assert!(!dialogue.is_our_turn());
        assert_eq!(dialogue.receive(b"220 hi\r\n"), Ok(()));
        assert!(dialogue.is_our_turn());
        let expected = Refusal::Unsolicited(Stage::Greeting, "2".into());
        assert_eq!(dialogue.receive(b"2"), Err(expected));
    }

    #[test]
    fn other_protocols_are_recognised() {
        for (bytes, expected) in [
            (&b"SSH-2.0-OpenSSH_9.2\r\n"[..], Some(Service::Ssh)),
            (b"* OK IMAP ready\r\n", Some(Service::Imap)),
            (b"+OK POP3\r\n", Some(Service::Pop3)),
            (b"HTTP/1.1 400 Bad Request\r\n", Some(Service::Http)),
            (b"\x15\x03\x03\x00\x02\x02\x46", Some(Service::Tls)),
            (b"hello\r\n", None),
            (b"200 news\r\n", None),
        ] {
            let text = String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(play(&[bytes]), Err(Refusal::NotSmtp(expected, text)));
        }
        let end = play(&[b"220 ProFTPD ready\r\n", b"500 EHLO not understood\r\n"]);
        assert!(matches!(end, Err(Refusal::NotSmtp(Some(Service::Ftp), _))));
    }

    #[test]
    fn malformed_replies_name_their_stage() {
        let end = play(&[b"220 hi\r\n", b"25\r\n"]);
        assert!(matches!(end, Err(Refusal::Malformed(Stage::Ehlo, _))));
        let end = play(&[b"22\r\n"]);
        assert!(matches!(end, Err(Refusal::Malformed(Stage::Greeting, _))));
    }
}
