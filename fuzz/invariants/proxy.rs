//! Proxies: an answer to CONNECT ends, is bounded, and takes nothing of the server; what names a
//! proxy or a command is read as it is shown.

use smtp_certcheck::endpoint::{CommandLine, Host, Proxy};
use smtp_certcheck::proxy::Answer;

/// More octets than an answer may have.
const ENOUGH: usize = 16 * 1024 + 1;

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(proxy) = text.parse::<Proxy>() {
        let again: Proxy = proxy.to_string().parse().expect("a proxy");
        assert_eq!(again.to_string(), proxy.to_string());
    }
    if let Ok(command) = text.parse::<CommandLine>() {
        let host: Host = "mail.example.org".parse().expect("a host");
        let words = command.words_for(&host, 25);
        assert!(!words.is_empty() && !words[0].is_empty(), "{words:?}");
    }
    check_answer(input);
    check_answer(&[b"HTTP/1.1 200 ", input].concat());
}

/// Any input that goes on for ever has an answer in time.
fn check_answer(input: &[u8]) {
    let mut answer = Answer::default();
    let endless = input.iter().chain(std::iter::repeat(&b'x'));
    for (index, octet) in endless.take(ENOUGH).enumerate() {
        match answer.receive(*octet) {
            Ok(false) => {}
            Ok(true) => {
                let head = &input[..=index];
                let is_end = head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n");
                assert!(is_end && head.starts_with(b"HTTP/1."), "{head:?}");
                return;
            }
            Err(refused) => {
                let message = refused.to_string();
                assert!(message.chars().count() < 200, "{message:?}");
                return;
            }
        }
    }
    panic!("an answer without an end");
}
