//! An answer (RFC 9112), without I/O: bytes in, in whatever pieces they come, a document out.

use super::body::Body;
use super::chunked::Chunked;
use super::document::Document;
use super::head::{Framing, Head, HeadReader};
use super::refused::Refused;

/// Reads one answer. It never keeps more than the head and the content may have, whatever comes.
#[derive(Debug)]
pub struct Reader {
    at: At,
    body: Body,
    content_type: Option<String>,
}

/// What comes next.
#[derive(Debug)]
enum At {
    Head(HeadReader),
    /// That many octets of content.
    Length(u64),
    Chunks(Chunked),
    /// Content up to the end of the connection.
    Close,
    /// Nothing: what comes is not looked at.
    Complete,
}

impl Reader {
    /// For an answer whose content has at most that many octets.
    pub fn new(limit: usize) -> Self {
        Self {
            at: At::Head(HeadReader::default()),
            body: Body::up_to(limit),
            content_type: None,
        }
    }

    /// Takes what came. True: the answer is complete, and nothing more of it will come.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<bool, Refused> {
        let mut rest = bytes;
        if let At::Head(head) = &mut self.at {
            match head.receive(&mut rest)? {
                Some(head) => self.begin(head)?,
                None => return Ok(false),
            }
        }
        self.content(rest)
    }

    /// The document, once the answer is complete or the connection has ended.
    pub fn end(self) -> Result<Document, Refused> {
        match self.at {
            At::Close | At::Complete => Ok(Document {
                content_type: self.content_type,
                content: self.body.octets,
            }),
            At::Head(head) if head.is_empty() => Err(Refused::Silent),
            At::Head(_) => Err(Refused::HeadCut),
            At::Length(_) | At::Chunks(_) => Err(Refused::CutShort(self.body.octets.len())),
        }
    }

    /// The document, once TLS has ended without saying so: content up to the end of the connection may
    /// then lack its last part (RFC 9112 §9.8).
    pub fn broken_off(self) -> Result<Document, Refused> {
        match self.at {
            At::Close => Err(Refused::CutShort(self.body.octets.len())),
            _ => self.end(),
        }
    }

    fn begin(&mut self, head: Head) -> Result<(), Refused> {
        self.content_type = head.content_type;
        self.at = match head.framing {
            Framing::Length(0) => At::Complete,
            Framing::Length(length) => {
                self.body.expect(length)?;
                At::Length(length)
            }
            Framing::Chunked => At::Chunks(Chunked::default()),
            Framing::Close => At::Close,
        };
        Ok(())
    }

    fn content(&mut self, mut bytes: &[u8]) -> Result<bool, Refused> {
        let is_complete = match &mut self.at {
            At::Length(left) => {
                *left -= self.body.take(&mut bytes, *left)?;
                *left == 0
            }
            At::Chunks(chunks) => chunks.receive(&mut bytes, &mut self.body)?,
            At::Close => {
                self.body.push(bytes)?;
                false
            }
            At::Complete => true,
            At::Head(_) => false,
        };
        if is_complete {
            self.at = At::Complete;
        }
        Ok(is_complete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 10;

    /// What the answer is, and whether the reader knows without the end of the connection.
    fn read(text: &str) -> (Result<String, Refused>, bool) {
        let mut reader = Reader::new(LIMIT);
        match reader.receive(text.as_bytes()) {
            Err(why) => (Err(why), true),
            Ok(is_complete) => {
                let content = reader.end().map(|document| document.content);
                let text = content.map(|content| String::from_utf8_lossy(&content).into_owned());
                (text, is_complete)
            }
        }
    }

    #[test]
    fn the_content_ends_where_the_head_says() {
        for (fields, content, expected, is_complete) in [
            ("", "hello", "hello", false),
            ("Content-Length: 5\r\n", "hello", "hello", true),
            // More than the server said is not looked at.
            (
                "Content-Length: 5\r\n",
                "hello world, and more",
                "hello",
                true,
            ),
            ("Content-Length: 0\r\n", "hello", "", true),
            (
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
                "hello",
                true,
            ),
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n{content}");
            assert_eq!(
                read(&text),
                (Ok(expected.to_owned()), is_complete),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_cut_short_or_too_large_is_no_document() {
        for (fields, content, expected) in [
            ("Content-Length: 6\r\n", "hello", Refused::CutShort(5)),
            ("Content-Length: 11\r\n", "", Refused::TooLarge(LIMIT)),
            (
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n",
                Refused::CutShort(5),
            ),
            (
                "Transfer-Encoding: chunked\r\n",
                "b\r\n",
                Refused::TooLarge(LIMIT),
            ),
            ("", "hello world", Refused::TooLarge(LIMIT)),
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n{content}");
            assert_eq!(read(&text).0, Err(expected), "{text}");
        }
        assert_eq!(read("").0, Err(Refused::Silent));
        assert_eq!(read("HTTP/1.1 200 OK\r\n").0, Err(Refused::HeadCut));
    }

    #[test]
    fn tls_that_breaks_off_ends_no_content_that_ends_with_it() {
        for (fields, expected) in [
            ("", Err(Refused::CutShort(5))),
            ("Content-Length: 5\r\n", Ok(b"hello".to_vec())),
            ("Content-Length: 6\r\n", Err(Refused::CutShort(5))),
        ] {
            let mut reader = Reader::new(LIMIT);
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\nhello");
            reader.receive(text.as_bytes()).expect("an answer");
            let content = reader.broken_off().map(|document| document.content);
            assert_eq!(content, expected, "{fields}");
        }
    }
}
