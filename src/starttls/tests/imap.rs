//! IMAP.

use super::*;

#[test]
fn imap_gets_to_tls() {
    for turns in [
        &[IMAP, "b OK go\r\n"][..],
        &["* ok [capability starttls]\r\n", "b ok\r\n"],
        &[PLAIN, LIST, "b OK go\r\n"],
        &[PLAIN, "* capability StartTLS\r\na ok\r\n", "b OK\n"],
        // A list without its end is text.
        &["* OK [CAPABILITY IMAP4rev1 STARTTLS\r\n", LIST, "b OK\r\n"],
        // Untagged lines before an answer are in order, and after it, too.
        &[IMAP, "* OK wait\r\n* 5 EXISTS\r\nb OK go\r\n"],
        &[
            PLAIN,
            "* CAPABILITY STARTTLS\r\na OK done\r\n* OK still here\r\n",
            "b OK\r\n",
        ],
        &[
            PLAIN,
            "* CAPABILITY STARTTLS\r\na OK done\r\n* OK st",
            "ill here\r\nb OK\r\n",
        ],
        // A literal is skipped by its count: it looks like an answer.
        &[IMAP, "* X {9}\r\nb NO no\r\n (Y {2}\r\nb )\r\nb OK go\r\n"],
        &[
            PLAIN,
            "* LIST {11}\r\n* BYE no\r\na\r\n* CAPABILITY STARTTLS\r\na OK\r\n",
            "b OK\r\n",
        ],
        // The text of a status response may look like the announcement of one.
        &[IMAP, "* OK hello {5}\r\nb OK go {7}\r\n"],
        &[IMAP, "* X {0}\r\n\r\nb OK go\r\n"],
    ] {
        let seen = play(Speech::Only(Protocol::Imap), turns);
        assert_eq!(seen, "IMAP b STARTTLS TLS", "{turns:?}");
    }
}

#[test]
fn every_end_of_imap_is_an_outcome_of_its_own() {
    table(
        Protocol::Imap,
        &[
            (&["* PREAUTH hello\r\n"], " preauth"),
            (&["* PREAUTH [CAPABILITY STARTTLS] hello\r\n"], " preauth"),
            (&["* BYE go away\r\n"], " bye"),
            (&["* BYE [UNAVAILABLE] later\r\n"], " temporary-refusal"),
            (
                &["* OK [CAPABILITY IMAP4rev1] STARTTLS\r\n"],
                " starttls-not-offered",
            ),
            (
                &["* OK [CAPABILITY STARTTLSX X-STARTTLS] x\r\n"],
                " starttls-not-offered",
            ),
            (
                &[PLAIN, "* CAPABILITY IMAP4rev1\r\na OK\r\n"],
                "a CAPABILITY starttls-not-offered",
            ),
            (&[PLAIN, "a OK done\r\n"], "a CAPABILITY malformed-reply"),
            (&[PLAIN, "a NO no\r\n"], "a CAPABILITY capabilities-refused"),
            (
                &[PLAIN, "a BAD what?\r\n"],
                "a CAPABILITY capabilities-refused",
            ),
            (
                &[PLAIN, "a NO [LIMIT] later\r\n"],
                "a CAPABILITY temporary-refusal",
            ),
            (&[PLAIN, "* BYE too late\r\n"], "a CAPABILITY bye"),
            (&[PLAIN, "b OK done\r\n"], "a CAPABILITY malformed-reply"),
            (&[PLAIN, "A OK done\r\n"], "a CAPABILITY malformed-reply"),
            (&[PLAIN, "+ go on\r\n"], "a CAPABILITY malformed-reply"),
            (&[PLAIN, "hello\r\n"], "a CAPABILITY malformed-reply"),
            (&[PLAIN, "a PREAUTH\r\n"], "a CAPABILITY malformed-reply"),
            // A list after the end of the answer, or an answer to no command.
            (
                &[PLAIN, "* CAPABILITY X\r\na OK\r\n* CAPABILITY STARTTLS\r\n"],
                "a CAPABILITY unsolicited-reply",
            ),
            (
                &[PLAIN, "* CAPABILITY STARTTLS\r\na OK\r\nb OK go\r\n"],
                "a CAPABILITY unsolicited-reply",
            ),
            (&["* OK hi\r\na OK\r\n"], " unsolicited-reply"),
            (&["* OK hi\r\n* BYE no\r\n"], " bye"),
            (&[IMAP, "b NO no\r\n"], "b STARTTLS starttls-refused"),
            (&[IMAP, "b BAD no\r\n"], "b STARTTLS starttls-refused"),
            (
                &[IMAP, "b NO [UNAVAILABLE] no\r\n"],
                "b STARTTLS temporary-refusal",
            ),
            (&[IMAP, "b NO [inuse]\r\n"], "b STARTTLS temporary-refusal"),
            (&[IMAP, "b OK [LIMIT] go\r\n"], "b STARTTLS TLS"),
            (
                &[IMAP, "b NO [UNAVAILABLEX] no\r\n"],
                "b STARTTLS starttls-refused",
            ),
            (&[IMAP, "a OK go\r\n"], "b STARTTLS malformed-reply"),
            (
                &[IMAP, "* BYE [INUSE] x\r\n"],
                "b STARTTLS temporary-refusal",
            ),
            // After the go-ahead.
            (
                &[IMAP, "b OK go\r\n* BAD injected\r\n"],
                "b STARTTLS starttls-injection",
            ),
            (
                &[IMAP, "b OK go\r\na OK injected\r\n"],
                "b STARTTLS starttls-injection",
            ),
            (
                &[IMAP, "b OK go\r\n\x16\x03"],
                "b STARTTLS starttls-injection",
            ),
            (
                &[
                    IMAP,
                    "b OK Begin SSL/TLS negotiation now.\r\nb NO STARTTLS failed\r\n* NO x\r\n",
                ],
                "b STARTTLS starttls-broken",
            ),
            (
                &[IMAP, "b OK go\r\nb X\r\n"],
                "b STARTTLS starttls-injection",
            ),
            (&[IMAP, "b OK go\r\nb"], "b STARTTLS starttls-injection"),
            // Literals that are too long.
            (&[IMAP, "* X {65536}\r\n"], "b STARTTLS malformed-reply"),
            (
                &[IMAP, "* X {99999999999999999999999}\r\n"],
                "b STARTTLS malformed-reply",
            ),
            (&[IMAP, "* X {5}\r\nb OK go\r\n"], "b STARTTLS ..."),
            (&["220 mx ESMTP\r\n"], " wrong-protocol"),
            (&["+OK ready\r\n"], " wrong-protocol"),
            (&["* hello\r\n"], " wrong-protocol"),
            (&["* NO hello\r\n"], " wrong-protocol"),
        ],
    );
}
