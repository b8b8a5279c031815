//! Replies: the pieces in which bytes arrive change nothing, and what is kept is bounded.
//! An input is how often the server says it, the lengths of the pieces, a zero byte, and what the
//! server says.

use super::{byte, pieces, split_at_zero};
use smtp_certcheck::starttls::{Malformed, Reply, ReplyReader};

/// The 64 KiB of one dialogue, and the octet that is too many.
const MOST: usize = 64 * 1024 + 1;

/// All replies, the error that ended them, and the remaining bytes if none did.
type Outcome = (Vec<Reply>, Option<Malformed>, Vec<u8>);

pub fn check(mut input: &[u8]) {
    // Seldom, to keep most inputs quick: only long inputs reach the limits.
    let times = match byte(&mut input) {
        often @ 0xf0.. => 1 << (often & 0x0f),
        _ => 1,
    };
    let (cuts, said) = split_at_zero(input);
    let said: Vec<u8> = said
        .iter()
        .copied()
        .cycle()
        .take(said.len() * times)
        .take(2 * MOST)
        .collect();
    let whole = read(&[&said]);
    assert_eq!(read(&pieces(&said, cuts)), whole, "in pieces of {cuts:?}");
    // A flood by the octet would only be slow.
    let small = if said.len() > 8 * 1024 { 61 } else { 1 };
    assert_eq!(
        read(&pieces(&said, &[small])),
        whole,
        "in pieces of {small}"
    );
}

fn read(pieces: &[&[u8]]) -> Outcome {
    let mut reader = ReplyReader::default();
    let mut replies: Vec<Reply> = Vec::new();
    for piece in pieces {
        reader.feed(piece);
        loop {
            assert!(reader.leftover().len() <= MOST, "the reader keeps too much");
            match reader.next_reply() {
                Ok(Some(reply)) => {
                    check_reply(&reply);
                    replies.push(reply);
                }
                Ok(None) => break,
                Err(error) => return (replies, Some(error), Vec::new()),
            }
        }
    }
    let kept = replies.iter().flat_map(|reply| &reply.lines);
    // An octet that is not UTF-8 becomes three.
    assert!(
        kept.map(String::len).sum::<usize>() <= 3 * MOST,
        "the replies are too long"
    );
    (replies, None, reader.leftover().to_vec())
}

fn check_reply(reply: &Reply) {
    assert!((200..600).contains(&reply.code), "{reply:?}");
    assert!(!reply.lines.is_empty(), "{reply:?}");
    assert!(
        reply.lines.iter().all(|line| !line.contains('\n')),
        "{reply:?}"
    );
}
