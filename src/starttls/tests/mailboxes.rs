//! POP3 and ManageSieve.

use super::*;

#[test]
fn pop3_asks_for_the_list_and_else_for_tls_itself() {
    table(
        Protocol::Pop3,
        &[
            (
                &["+OK hi\r\n", "+OK\r\nUSER\r\nSTLS\r\n.\r\n", "+OK go\r\n"],
                "STLS TLS",
            ),
            (&["+ok\r\n", "+OK list\nstls\n.\n", "+OK\n"], "STLS TLS"),
            (&["+OK hi\r\n", "-ERR what?\r\n", "+OK go\r\n"], "STLS TLS"),
            // Dots are stuffed; a keyword matches whole.
            (
                &["+OK hi\r\n", "+OK\r\n..\r\n.STLS\r\n.\r\n", "+OK\r\n"],
                "STLS TLS",
            ),
            (
                &["+OK hi\r\n", "+OK\r\n..STLS\r\n.\r\n"],
                "CAPA starttls-not-offered",
            ),
            (
                &["+OK hi\r\n", "+OK\r\nSTLSX\r\nX STLS\r\n.\r\n"],
                "CAPA starttls-not-offered",
            ),
            (
                &["+OK hi\r\n", "+OK STLS\r\n.\r\n"],
                "CAPA starttls-not-offered",
            ),
            (
                &["+OK hi\r\n", "+OK\r\n-ERR\r\n+OK\r\n.\r\n"],
                "CAPA starttls-not-offered",
            ),
            (
                &["+OK hi\r\n", "+OK\r\n.\r\nSTLS\r\n"],
                "CAPA unsolicited-reply",
            ),
            (
                &["+OK hi\r\n", "+OK\r\nSTLS\r\n.\r\n+OK\r\n"],
                "CAPA unsolicited-reply",
            ),
            (&["+OK hi\r\n+OK\r\n"], " unsolicited-reply"),
            (&["+OK hi\r\n", "hello\r\n"], "CAPA malformed-reply"),
            (&["-ERR no\r\n"], " greeting-refused"),
            (&["-ERR [SYS/TEMP] no\r\n"], " temporary-refusal"),
            (&["-ERR [in-use] no\r\n"], " temporary-refusal"),
            (&["-ERR [LOGIN-DELAY 5] no\r\n"], " temporary-refusal"),
            (&["-ERR [SYS/PERM] no\r\n"], " greeting-refused"),
            (&["+OK [IN-USE] hi\r\n"], "CAPA ..."),
            (
                &["+OK hi\r\n", "-ERR [SYS/TEMP] no\r\n"],
                "CAPA temporary-refusal",
            ),
            (
                &["+OK hi\r\n", "+OK\r\nSTLS\r\n.\r\n", "-ERR no\r\n"],
                "STLS starttls-refused",
            ),
            (
                &[
                    "+OK hi\r\n",
                    "+OK\r\nSTLS\r\n.\r\n",
                    "-ERR [SYS/TEMP] no\r\n",
                ],
                "STLS temporary-refusal",
            ),
            (
                &["+OK hi\r\n", "-ERR what?\r\n", "-ERR what?\r\n"],
                "STLS starttls-not-offered",
            ),
            (
                &["+OK hi\r\n", "-ERR no\r\n", "+OK go\r\n-ERR x\r\n"],
                "STLS starttls-injection",
            ),
            (
                &["+OK hi\r\n", "-ERR no\r\n", "+OK go\r\n."],
                "STLS starttls-injection",
            ),
            (&["* OK hi\r\n"], " wrong-protocol"),
            (&["+OKAY\r\n"], " wrong-protocol"),
        ],
    );
}

#[test]
fn managesieve_greets_with_its_list() {
    let list = "\"IMPLEMENTATION\" \"a \\\"b\\\"\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n";
    let bare = "\"starttls\"\r\nok\r\n";
    let literals =
        "{14}\r\nIMPLEMENTATION {3+}\r\na\r\n\r\n{8}\r\nSTARTTLS\r\nOK (X \")\") {2}\r\nhi\r\n";
    table(
        Protocol::Sieve,
        &[
            (&[list, "OK \"go\"\r\n"], "STARTTLS TLS"),
            (&[bare, "OK\r\n"], "STARTTLS TLS"),
            (&[list, "OK {2}\r\nhi\r\n"], "STARTTLS TLS"),
            (&[literals, "OK\r\n"], "STARTTLS TLS"),
            (
                &["\"SIEVE\" \"STARTTLS\"\r\nOK\r\n"],
                " starttls-not-offered",
            ),
            (
                &["\"STARTTLSX\"\r\nOK \"STARTTLS\"\r\n"],
                " starttls-not-offered",
            ),
            (&["OK\r\n"], " starttls-not-offered"),
            (&["\"X\"\r\nOK\r\n\"STARTTLS\"\r\n"], " unsolicited-reply"),
            (&["\"STARTTLS\"\r\nOK\r\nOK\r\n"], " unsolicited-reply"),
            (&["NO \"no\"\r\n"], " greeting-refused"),
            (&["BYE \"no\"\r\n"], " bye"),
            (&["BYE (TRYLATER) \"no\"\r\n"], " temporary-refusal"),
            (&["BYE (REFERRAL \"sieve://x\") \"no\"\r\n"], " bye"),
            (&["\"A\" \"b\"\r\nNO (trylater)\r\n"], " temporary-refusal"),
            (&["\"A\" \"b\"\r\nhello\r\n"], " malformed-reply"),
            (&["\"A\" \"b\" \"c\"\r\n"], " malformed-reply"),
            (&["\"A\" \"b\r\n"], " malformed-reply"),
            (&["\"A\" {99999}\r\n"], " malformed-reply"),
            (&[list, "NO \"no\"\r\n"], "STARTTLS starttls-refused"),
            (
                &[list, "NO (TRYLATER) \"no\"\r\n"],
                "STARTTLS temporary-refusal",
            ),
            (&[list, "BYE\r\n"], "STARTTLS bye"),
            (&[list, "\"STARTTLS\"\r\n"], "STARTTLS malformed-reply"),
            (&[list, "OK go\r\n"], "STARTTLS malformed-reply"),
            (
                &[list, "OK \"go\"\r\nNO \"injected\"\r\n"],
                "STARTTLS starttls-injection",
            ),
            (&[list, "OK \"go\"\r\n\""], "STARTTLS starttls-injection"),
            (&[list, "OK {9}\r\nNO\r\nOK\r\n"], "STARTTLS ..."),
            (&["* OK hi\r\n"], " wrong-protocol"),
            (&["hello\r\n"], " wrong-protocol"),
        ],
    );
}
