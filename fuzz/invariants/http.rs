//! HTTP: the pieces in which an answer arrives change nothing, and what is kept is bounded.
//! An input is the limit of the content in units of 64 octets, how often the last 32 octets are said
//! again, the lengths of the pieces, a zero byte, and what the server says.

use super::{byte, pieces, split_at_zero};
use smtp_certcheck::fetch::{Document, Reader, Refused, Url};

/// The document, or why there is none, and whether the reader knew without the end of the connection.
type Outcome = (Result<Document, Refused>, bool);

pub fn check(mut input: &[u8]) {
    let limit = usize::from(byte(&mut input)) * 64;
    let times = 1 << (byte(&mut input) & 0x0f);
    let (cuts, said) = split_at_zero(input);
    check_url(said);
    let (head, last) = said.split_at(said.len().saturating_sub(32));
    let flood = last.iter().copied().cycle().take(last.len() * times);
    let said: Vec<u8> = head.iter().copied().chain(flood).collect();
    let whole = read(&[&said], limit);
    assert_eq!(
        read(&pieces(&said, cuts), limit),
        whole,
        "in pieces of {cuts:?}"
    );
    // A flood by the octet would only be slow.
    let small = if said.len() > 8 * 1024 { 61 } else { 1 };
    assert_eq!(
        read(&pieces(&said, &[small]), limit),
        whole,
        "in pieces of {small}"
    );
}

fn read(pieces: &[&[u8]], limit: usize) -> Outcome {
    let mut reader = Reader::new(limit);
    for piece in pieces {
        match reader.receive(piece) {
            Ok(false) => {}
            Ok(true) => return (checked(reader, limit), true),
            Err(why) => {
                assert!(why.to_string().len() < 2048, "a message without end");
                return (Err(why), true);
            }
        }
    }
    (checked(reader, limit), false)
}

fn checked(reader: Reader, limit: usize) -> Result<Document, Refused> {
    let document = reader.end()?;
    assert!(
        document.content.len() <= limit,
        "more content than is taken"
    );
    Ok(document)
}

/// What is read as a URL is sent as one, and read so again.
fn check_url(said: &[u8]) {
    let text = String::from_utf8_lossy(said);
    let Ok(url) = text.trim().parse::<Url>() else {
        return;
    };
    let shown = url.to_string();
    assert!(
        shown.bytes().all(|byte| byte.is_ascii_graphic()),
        "{shown:?}"
    );
    assert_eq!(shown.parse(), Ok(url), "{shown}");
}
