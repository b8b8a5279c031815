//! Reading SMTP replies (RFC 5321 §4.2) from bytes that arrive in any pieces.

use super::answer::Answer;
use super::lines::Lines;
use super::malformed::Malformed;

/// A complete reply. The code is a plain number, to keep what the server really sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three digits, 200 to 599.
    pub code: u16,
    /// The text of each line, without code, separator and line end; untrusted.
    pub lines: Vec<String>,
}

impl Reply {
    /// 2yz (RFC 5321 §4.2.1).
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4yz: try again later (RFC 5321 §4.2.1).
    pub fn is_temporary(&self) -> bool {
        self.code / 100 == 4
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self {
            status: reply.code.to_string(),
            is_positive: reply.is_positive(),
            lines: reply.lines,
        }
    }
}

/// Collects bytes into replies. The limits hold for the reader's lifetime, which is one dialogue.
#[derive(Debug, Default)]
pub struct ReplyReader {
    input: Lines,
    code: Option<u16>,
    lines: Vec<String>,
}

impl ReplyReader {
    /// Stores bytes that have arrived. [`ReplyReader::next_reply`] parses them.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.feed(bytes);
    }

    /// Returns the next complete reply, or `None` if more bytes are needed.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, Malformed> {
        while let Some(line) = self.input.next_line()? {
            let (code, last, text) = split_line(&line)?;
            match self.code {
                Some(first) if first != code => return Err(Malformed::MixedCodes(first, code)),
                _ => self.code = Some(code),
            }
            self.lines.push(text);
            if last {
                self.code = None;
                let lines = std::mem::take(&mut self.lines);
                return Ok(Some(Reply { code, lines }));
            }
        }
        Ok(None)
    }

    /// Bytes that have arrived but belong to no complete reply.
    pub fn leftover(&self) -> &[u8] {
        self.input.leftover()
    }
}

/// `Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF`
/// (RFC 5321 §4.2). Returns the code, whether this line ends the reply, and its text.
fn split_line(line: &[u8]) -> Result<(u16, bool, String), Malformed> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let malformed = || Malformed::NotAReply(text(line));
    let digits = line.get(..3).ok_or_else(malformed)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(malformed());
    }
    let code = digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    if !(200..600).contains(&code) {
        return Err(malformed());
    }
    match line.get(3) {
        None => Ok((code, true, String::new())),
        Some(b' ' | b'\t') => Ok((code, true, text(&line[4..]))),
        Some(b'-') => Ok((code, false, text(&line[4..]))),
        Some(_) => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::malformed::{MAX_LINE, MAX_LINES, MAX_OCTETS};
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Reply>, Malformed> {
        let mut reader = ReplyReader::default();
        reader.feed(bytes);
        reader.next_reply()
    }

    fn reply(code: u16, lines: &[&str]) -> Reply {
        let lines = lines.iter().map(ToString::to_string).collect();
        Reply { code, lines }
    }

    #[test]
    fn replies_of_every_shape_are_read() {
        for (bytes, expected) in [
            (&b"220 mx ESMTP\r\n"[..], reply(220, &["mx ESMTP"])),
            (b"220\r\n", reply(220, &[""])),
            (b"220 \n", reply(220, &[""])),
            (b"250-a\r\n250-\r\n250 b\r\n", reply(250, &["a", "", "b"])),
            (b"250-a\n250\n", reply(250, &["a", ""])),
            (b"421 \xff\x00\r\n", reply(421, &["\u{fffd}\0"])),
        ] {
            assert_eq!(read(bytes), Ok(Some(expected)), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_reply_is_named() {
        for bytes in [
            &b"22\r\n"[..],
            b"99999 x\r\n",
            b"hello\r\n",
            b"\r\n",
            b"220x\r\n",
            b"120 x\r\n",
            b"600 x\r\n",
        ] {
            assert!(
                matches!(read(bytes), Err(Malformed::NotAReply(_))),
                "{bytes:?}"
            );
        }
        assert_eq!(
            read(b"250-a\r\n251 b\r\n"),
            Err(Malformed::MixedCodes(250, 251))
        );
    }

    #[test]
    fn limits_hold() {
        assert_eq!(read(&[b'2'; MAX_LINE + 2]), Err(Malformed::LineTooLong));
        assert_eq!(
            read(&b"250-a\r\n".repeat(MAX_LINES + 1)),
            Err(Malformed::TooLong)
        );
        let line = [&b"250-"[..], &[b'x'; 4000], b"\r\n"].concat();
        assert_eq!(read(&line.repeat(17)), Err(Malformed::TooLong));
    }

    #[test]
    fn the_pieces_do_not_matter() {
        let bytes = b"250-first\r\n250-second\r\n250 last\r\nrest";
        let mut reader = ReplyReader::default();
        let mut replies = Vec::new();
        for byte in bytes {
            reader.feed(&[*byte]);
            replies.extend(reader.next_reply().expect("well-formed"));
        }
        assert_eq!(replies, [reply(250, &["first", "second", "last"])]);
        assert_eq!(reader.leftover(), b"rest");
    }

    #[test]
    fn the_pieces_do_not_matter_at_the_limits_either() {
        let in_pieces = |bytes: &[u8]| {
            let mut reader = ReplyReader::default();
            bytes.chunks(1).find_map(|octet| {
                reader.feed(octet);
                reader.next_reply().transpose()
            })
        };
        // A carriage return after a line of maximum length.
        let longest = [&b"220 "[..], &[b'x'; MAX_LINE - 4], b"\r\n"].concat();
        assert!(matches!(read(&longest), Ok(Some(_))));
        assert!(matches!(in_pieces(&longest), Some(Ok(_))));
        let longer = [&b"220 "[..], &[b'x'; MAX_LINE - 3], b"\r\n"].concat();
        assert_eq!(read(&longer), Err(Malformed::LineTooLong));
        assert_eq!(in_pieces(&longer), Some(Err(Malformed::LineTooLong)));
        // Far more than is allowed, after a good reply or a bad line.
        let flood = b"250 mx\r\n".repeat(MAX_OCTETS);
        assert_eq!(read(&flood), Ok(Some(reply(250, &["mx"]))));
        let mixed = [&b"250-a\r\n251 b\r\n"[..], &flood].concat();
        assert_eq!(read(&mixed), Err(Malformed::MixedCodes(250, 251)));
        assert_eq!(
            in_pieces(&mixed),
            Some(Err(Malformed::MixedCodes(250, 251)))
        );
    }
}
