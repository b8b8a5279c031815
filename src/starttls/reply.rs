//! Reading SMTP replies (RFC 5321 §4.2) from bytes that arrive in any pieces.

/// Longest reply line without its line end. RFC 5321 §4.5.3.1.5 allows 512 octets; real servers
/// exceed it.
const MAX_LINE: usize = 4 * 1024;
/// Maximum number of lines in one dialogue.
const MAX_LINES: usize = 256;
/// Maximum number of octets in one dialogue.
const MAX_OCTETS: usize = 64 * 1024;

/// A complete reply. The code is a plain number, to keep what the server really sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three digits, 200 to 599.
    pub code: u16,
    /// The text of each line, without code, separator and line end; untrusted.
    pub lines: Vec<String>,
}

impl Reply {
    /// The reply as one line of text, for messages; as untrusted as its lines.
    pub fn text(&self) -> String {
        format!("{} {}", self.code, self.lines.join(" / "))
            .trim_end()
            .to_owned()
    }

    /// 2yz (RFC 5321 §4.2.1).
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4yz: try again later (RFC 5321 §4.2.1).
    pub fn is_temporary(&self) -> bool {
        self.code / 100 == 4
    }
}

/// Why bytes are not a reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A line without a three-digit code, or with a code that is not followed by a space, a hyphen
    /// or the line end.
    #[error("a line is not an SMTP reply: \"{0}\"")]
    NotAReply(String),
    /// The lines of one reply carry different codes (RFC 5321 §4.2.1 forbids it).
    #[error("one reply mixes the codes {0} and {1}")]
    MixedCodes(u16, u16),
    /// A line over 4 KiB.
    #[error("a reply line is longer than {MAX_LINE} octets")]
    LineTooLong,
    /// Over 256 lines or 64 KiB in one dialogue.
    #[error("the replies are longer than {MAX_LINES} lines or {MAX_OCTETS} octets")]
    TooLong,
}

/// Collects bytes into replies. The limits hold for the reader's lifetime, which is one dialogue.
#[derive(Debug, Default)]
pub struct ReplyReader {
    pending: Vec<u8>,
    /// `pending` has no line end before this index. Without it, input of one byte at a time would
    /// cost quadratic time.
    scanned: usize,
    code: Option<u16>,
    lines: Vec<String>,
    total_lines: usize,
    /// The error in the complete lines. Bytes that arrive after them must not change it.
    total_octets: usize,
}

impl ReplyReader {
    /// Stores bytes that have arrived. [`ReplyReader::next_reply`] parses them.
    pub fn feed(&mut self, bytes: &[u8]) {
        // One octet over the limit is enough to know that it is exceeded.
        let room = (MAX_OCTETS + 1).saturating_sub(self.total_octets + self.pending.len());
        let taken = &bytes[..bytes.len().min(room)];
        self.pending.extend_from_slice(taken);
    }

    /// Returns the next complete reply, or `None` if more bytes are needed.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, Malformed> {
        while let Some(line) = self.next_line()? {
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
        &self.pending
    }

    /// Takes one line, without its line end. A bare LF is accepted as a line end: refusing it would
    /// only hide what the server said.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Malformed> {
        // Search no further than the longest line may reach, however much has arrived.
        let longest = MAX_LINE + b"\r\n".len();
        let room = MAX_OCTETS - self.total_octets;
        let reach = self.pending.len().min(longest).min(room);
        let found = self.pending[self.scanned..reach]
            .iter()
            .position(|&b| b == b'\n');
        let Some(at) = found else {
            self.scanned = reach;
            return if reach == room {
                Err(Malformed::TooLong)
            } else if reach == longest {
                Err(Malformed::LineTooLong)
            } else {
                Ok(None)
            };
        };
        let end = self.scanned + at;
        let mut line: Vec<u8> = self.pending.drain(..=end).collect();
        self.scanned = 0;
        self.total_octets += line.len();
        self.total_lines += 1;
        if self.total_lines > MAX_LINES {
            return Err(Malformed::TooLong);
        }
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if line.len() > MAX_LINE {
            return Err(Malformed::LineTooLong);
        }
        Ok(Some(line))
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
