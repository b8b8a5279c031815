//! Content in chunks (RFC 9112 §7.1), within bounds.

use super::body::Body;
use super::refused::Refused;
use httparse::{Status, parse_chunk_size};

/// Longest line with the size of a chunk, its extensions included.
const LONGEST_LINE: usize = 4096;
/// Maximum number of octets of the trailer.
const MOST_TRAILER: usize = 16 * 1024;
/// How many octets of framing there may be beyond those of content: a chunk of one octet takes six.
const FRAMING: usize = 64 * 1024;

/// Reads chunks. What frames them is counted, so that it cannot go on without end.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    at: At,
    /// The present line, unless it is content.
    line: Vec<u8>,
    framing: usize,
    trailer: usize,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default)]
enum At {
    /// The line with the size of a chunk.
    #[default]
    Size,
    /// That many octets of content.
    Content(u64),
    /// The line end after the content.
    End,
    /// A line of the trailer.
    Trailer,
}

impl Chunked {
    /// Takes octets off the front of what came. True: the content is complete.
    pub(super) fn receive(&mut self, bytes: &mut &[u8], body: &mut Body) -> Result<bool, Refused> {
        while !bytes.is_empty() {
            if let At::Content(left) = self.at {
                let taken = body.take(bytes, left)?;
                self.at = match left - taken {
                    0 => At::End,
                    left => At::Content(left),
                };
            } else if self.line(bytes, body)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes octets of a line, and acts on it at its end. True: it is the last.
    fn line(&mut self, bytes: &mut &[u8], body: &Body) -> Result<bool, Refused> {
        while let [octet, rest @ ..] = bytes {
            *bytes = rest;
            self.count(body)?;
            self.line.push(*octet);
            if *octet == b'\n' {
                return self.act(body);
            }
        }
        Ok(false)
    }

    fn count(&mut self, body: &Body) -> Result<(), Refused> {
        self.framing += 1;
        self.trailer += usize::from(matches!(self.at, At::Trailer));
        if self.line.len() >= LONGEST_LINE {
            return Err(Refused::Framing("a line between chunks does not end"));
        }
        if self.framing > FRAMING + body.octets.len() {
            return Err(Refused::Framing(
                "more octets frame the content than there are in it",
            ));
        }
        if self.trailer > MOST_TRAILER {
            return Err(Refused::Framing("the trailer does not end"));
        }
        Ok(())
    }

    fn act(&mut self, body: &Body) -> Result<bool, Refused> {
        let line = std::mem::take(&mut self.line);
        match self.at {
            At::Size => {
                let size = size(&line).ok_or(Refused::Framing("a chunk without a size"))?;
                body.expect(size)?;
                self.at = match size {
                    0 => At::Trailer,
                    size => At::Content(size),
                };
            }
            At::End if line == b"\r\n" => self.at = At::Size,
            At::End => return Err(Refused::Framing("a chunk is longer than its size")),
            At::Trailer => return Ok(matches!(line.as_slice(), b"\r\n" | b"\n")),
            At::Content(_) => {}
        }
        Ok(false)
    }
}

/// The size of a chunk; extensions are passed over (§7.1.1). `httparse` takes a line without a digit
/// for 0.
fn size(line: &[u8]) -> Option<u64> {
    line.first().filter(|octet| octet.is_ascii_hexdigit())?;
    match parse_chunk_size(line) {
        Ok(Status::Complete((_, size))) => Some(size),
        Ok(Status::Partial) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 200_000;

    /// The content, and what remains of the text after it.
    fn read(text: &[u8]) -> Result<Option<(String, usize)>, Refused> {
        let mut body = Body::up_to(LIMIT);
        let mut rest = text;
        let is_complete = Chunked::default().receive(&mut rest, &mut body)?;
        let content = String::from_utf8_lossy(&body.octets).into_owned();
        Ok(is_complete.then_some((content, rest.len())))
    }

    #[test]
    fn chunks_are_put_together() {
        for (text, expected) in [
            ("0\r\n\r\n", ("", 0)),
            ("5\r\nhello\r\n0\r\n\r\n", ("hello", 0)),
            ("5;a=b\r\nhello\r\n1 \r\n!\r\n0\r\n\r\nmore", ("hello!", 4)),
            (
                "0A\r\n0123456789\r\n000\r\nX: y\r\nZ: 0\r\n\r\n",
                ("0123456789", 0),
            ),
        ] {
            let expected = Some((expected.0.to_owned(), expected.1));
            assert_eq!(read(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in [
            "",
            "5\r\nhel",
            "5\r\nhello\r\n",
            "5\r\nhello\r\n0\r\n",
            "0\r\nX: y\r\n",
        ] {
            assert_eq!(read(text.as_bytes()), Ok(None), "{text}");
        }
    }

    #[test]
    fn lies_are_refused() {
        for text in [
            "5\r\nhello world\r\n",
            "\r\n\r\n",
            ";x\r\n\r\n",
            "x\r\n",
            "-5\r\n",
            "0x5\r\n",
            "5\n",
            "10000000000000000\r\n",
        ] {
            let refused = read(text.as_bytes());
            assert!(
                matches!(refused, Err(Refused::Framing(_))),
                "{text}: {refused:?}"
            );
        }
        for text in ["ffffffffffffffff\r\n", "30d41\r\n"] {
            assert_eq!(
                read(text.as_bytes()),
                Err(Refused::TooLarge(LIMIT)),
                "{text}"
            );
        }
    }

    #[test]
    fn extensions_small_chunks_and_trailers_end() {
        let many = |part: &str| read(part.repeat(LIMIT).as_bytes());
        let extension = format!("5;{}", "x".repeat(2 * LONGEST_LINE));
        let trailer = format!("0\r\n{}", "X: y\r\n".repeat(MOST_TRAILER));
        for refused in [
            read(extension.as_bytes()),
            read(trailer.as_bytes()),
            many("1\r\nx\r\n"),
            many("1;a=b\r\nx\r\n"),
        ] {
            assert!(matches!(refused, Err(Refused::Framing(_))), "{refused:?}");
        }
        // A small document may come octet by octet, and a large one in chunks of any use.
        assert!(matches!(
            read(&[&b"1\r\nx\r\n".repeat(10_000)[..], b"0\r\n\r\n"].concat()),
            Ok(Some(_))
        ));
        let chunk = format!("10\r\n{}\r\n", "x".repeat(16));
        assert!(matches!(
            read(format!("{}0\r\n\r\n", chunk.repeat(12_500)).as_bytes()),
            Ok(Some(_))
        ));
    }
}
