//! Unit tests of the dialogue.

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
    assert!(matches!(
        end(&[b"220 hi\r\n", b"502 x\r\n"]),
        R::Capabilities(_)
    ));
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
    assert!(matches!(end, Err(Refusal::Capabilities(_))), "{end:?}");
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
        (b"* OK IMAP ready\r\n", Some(Service::Mail(Protocol::Imap))),
        (b"+OK POP3\r\n", Some(Service::Mail(Protocol::Pop3))),
        (b"HTTP/1.1 400 Bad Request\r\n", Some(Service::Http)),
        (b"\x15\x03\x03\x00\x02\x02\x46", Some(Service::Tls)),
        (b"hello\r\n", None),
        (b"200 news\r\n", None),
    ] {
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(play(&[bytes]), Err(Refusal::OtherProtocol(expected, text)));
    }
    let end = play(&[b"220 ProFTPD ready\r\n", b"500 EHLO not understood\r\n"]);
    assert!(matches!(
        end,
        Err(Refusal::OtherProtocol(Some(Service::Ftp), _))
    ));
}

#[test]
fn malformed_replies_name_their_stage() {
    let end = play(&[b"220 hi\r\n", b"25\r\n"]);
    assert!(matches!(end, Err(Refusal::Malformed(Stage::Ehlo, _))));
    let end = play(&[b"22\r\n"]);
    assert!(matches!(end, Err(Refusal::Malformed(Stage::Greeting, _))));
}
