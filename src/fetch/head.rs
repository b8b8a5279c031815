//! The head of an answer (RFC 9112 §4 and §5): its status, and how its content is framed.

use super::refused::Refused;
use httparse::{EMPTY_HEADER, Response, Status};

/// Maximum number of octets of all heads of an answer, interim ones included.
const MOST: usize = 16 * 1024;
/// Maximum number of fields of a head.
const MOST_FIELDS: usize = 64;
/// Maximum number of characters of the server's texts in a message.
const MOST_SHOWN: usize = 200;

/// How the end of the content is known (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By its length.
    Length(u64),
    /// By its last chunk.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// The head of an answer with the status 200.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) framing: Framing,
    pub(super) content_type: Option<String>,
}

/// The head, octet by octet: what comes after its empty line is content.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    head: Vec<u8>,
    octets: usize,
}

impl HeadReader {
    /// Whether nothing has come yet.
    pub(super) fn is_empty(&self) -> bool {
        self.octets == 0
    }

    /// Takes octets off the front of what came, up to the end of the head. `None`: there is more to come.
    pub(super) fn receive(&mut self, bytes: &mut &[u8]) -> Result<Option<Head>, Refused> {
        while let [octet, rest @ ..] = bytes {
            *bytes = rest;
            self.octets += 1;
            if self.octets > MOST {
                return Err(Refused::LongHead);
            }
            self.head.push(*octet);
            if *octet == b'\n' || self.head.len() > MOST_SHOWN {
                self.must_be_http()?;
            }
            let is_whole = self.head.ends_with(b"\n\r\n") || self.head.ends_with(b"\n\n");
            if is_whole && let Some(head) = self.read()? {
                return Ok(Some(head));
            }
        }
        Ok(None)
    }

    fn must_be_http(&self) -> Result<(), Refused> {
        if self.head.starts_with(b"HTTP/1.") {
            return Ok(());
        }
        Err(self.not_http())
    }

    fn not_http(&self) -> Refused {
        let text = String::from_utf8_lossy(&self.head);
        Refused::NotHttp(shown(text.lines().next().unwrap_or_default()))
    }

    /// The head that is whole; `None`: it was an interim one, and another follows (RFC 9110 §15.2).
    fn read(&mut self) -> Result<Option<Head>, Refused> {
        let mut fields = [EMPTY_HEADER; MOST_FIELDS];
        let mut response = Response::new(&mut fields);
        match response.parse(&self.head) {
            Ok(Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(Refused::LongHead),
            Ok(Status::Partial) | Err(_) => return Err(self.not_http()),
        }
        let found = match response.code.unwrap_or_default() {
            100 | 102..=199 => None,
            200 => Some(head(&response)?),
            code => return Err(other_status(code, &response)),
        };
        if found.is_none() {
            self.head.clear();
        }
        Ok(found)
    }
}

fn head(response: &Response<'_, '_>) -> Result<Head, Refused> {
    // None was asked for, and a document that is compressed has no bound that its octets show.
    if let Some(coding) = values(response, "content-encoding")
        .find(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
    {
        return Err(Refused::Encoded(coding));
    }
    Ok(Head {
        framing: framing(response)?,
        content_type: values(response, "content-type").next(),
    })
}

/// RFC 9112 §6.3. Where a length and a transfer coding are both there, what stands between this machine
/// and the server may have read another content: that is refused.
fn framing(response: &Response<'_, '_>) -> Result<Framing, Refused> {
    let codings: Vec<String> = values(response, "transfer-encoding").collect();
    let lengths: Vec<String> = values(response, "content-length").collect();
    match (codings.as_slice(), lengths.as_slice()) {
        ([], []) => Ok(Framing::Close),
        ([], lengths) => length(lengths).map(Framing::Length),
        ([_, ..], [_, ..]) => Err(Refused::Framing("a length beside a transfer coding")),
        ([coding], []) if coding.eq_ignore_ascii_case("chunked") => match response.version {
            // RFC 9112 §6.1.
            Some(1) => Ok(Framing::Chunked),
            _ => Err(Refused::Framing("a transfer coding in HTTP/1.0")),
        },
        (codings, []) => Err(Refused::Encoded(codings.join(", "))),
    }
}

/// The length, which may stand there several times (RFC 9112 §6.3, rule 5).
fn length(values: &[String]) -> Result<u64, Refused> {
    let mut numbers = values
        .iter()
        .flat_map(|value| value.split(','))
        .map(str::trim);
    let first = numbers.next().unwrap_or_default();
    if !numbers.all(|other| other == first) {
        return Err(Refused::Framing("two lengths that differ"));
    }
    let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    let number = first.parse().ok().filter(|_| is_number);
    number.ok_or(Refused::Framing("a length that is not a number"))
}

fn other_status(code: u16, response: &Response<'_, '_>) -> Refused {
    match (code, values(response, "location").next()) {
        (300..=399, Some(to)) => Refused::Redirect(code, shown(&to)),
        _ => Refused::Status(code, shown(response.reason.unwrap_or_default())),
    }
}

/// The values of a field, in their order.
fn values<'a>(response: &'a Response<'_, '_>, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let fields = response.headers.iter();
    let named = fields.filter(move |field| field.name.eq_ignore_ascii_case(name));
    named.map(|field| String::from_utf8_lossy(field.value).trim().to_owned())
}

fn shown(text: &str) -> String {
    text.chars().take(MOST_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Head>, Refused> {
        HeadReader::default().receive(&mut text.as_bytes())
    }

    fn framing_of(fields: &str) -> Result<Framing, Refused> {
        let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
        Ok(read(&text)?.expect("a whole head").framing)
    }

    #[test]
    fn the_framing_is_known_from_the_fields() {
        for (fields, expected) in [
            ("", Framing::Close),
            ("Content-Length: 5\r\n", Framing::Length(5)),
            (
                "content-length:5\r\nCONTENT-LENGTH: 5\r\n",
                Framing::Length(5),
            ),
            ("Content-Length: 5, 5\r\n", Framing::Length(5)),
            ("Transfer-Encoding: Chunked\r\n", Framing::Chunked),
            ("Content-Encoding: identity\r\n", Framing::Close),
        ] {
            assert_eq!(framing_of(fields), Ok(expected), "{fields}");
        }
        for fields in [
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5, 6\r\n",
            "Content-Length: -5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length:\r\n",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        ] {
            let refused = framing_of(fields);
            assert!(
                matches!(refused, Err(Refused::Framing(_))),
                "{fields}: {refused:?}"
            );
        }
        for fields in [
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Content-Encoding: gzip\r\n",
        ] {
            let refused = framing_of(fields);
            assert!(
                matches!(refused, Err(Refused::Encoded(_))),
                "{fields}: {refused:?}"
            );
        }
        let old = read("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert!(matches!(old, Err(Refused::Framing(_))), "{old:?}");
    }

    #[test]
    fn other_answers_are_refused_early() {
        let status = |code, reason: &str| Refused::Status(code, reason.to_owned());
        let not_http = |line: &str| Refused::NotHttp(line.to_owned());
        for (text, expected) in [
            ("HTTP/1.1 404 Not Found\r\n\r\n", status(404, "Not Found")),
            ("HTTP/1.1 206 Part\r\n\r\n", status(206, "Part")),
            ("HTTP/1.1 204\r\n\r\n", status(204, "")),
            ("HTTP/1.1 101 Switching\r\n\r\n", status(101, "Switching")),
            ("HTTP/1.1 304 Same\r\n\r\n", status(304, "Same")),
            (
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
                Refused::Redirect(302, "http://127.0.0.1/".to_owned()),
            ),
            ("220 mx ESMTP\r\n", not_http("220 mx ESMTP")),
            ("HTTP/2 200\r\n\r\n", not_http("HTTP/2 200")),
            ("HTTP/1.1 2x0 OK\r\n\r\n", not_http("HTTP/1.1 2x0 OK")),
            (
                "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n",
                not_http("HTTP/1.1 200 OK"),
            ),
            ("\r\n", not_http("")),
        ] {
            assert_eq!(read(text), Err(expected), "{text}");
        }
        let long = "x".repeat(MOST_SHOWN + 1);
        assert!(matches!(read(&long), Err(Refused::NotHttp(_))));
    }

    #[test]
    fn floods_of_fields_and_of_interim_answers_end() {
        let fields = |count| format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(count));
        assert!(matches!(read(&fields(MOST_FIELDS)), Ok(Some(_))));
        assert_eq!(read(&fields(MOST_FIELDS + 1)), Err(Refused::LongHead));
        let long = format!("HTTP/1.1 200 OK\r\nA: {}", "b".repeat(MOST));
        assert_eq!(read(&long), Err(Refused::LongHead));
        let interim = "HTTP/1.1 100 Continue\r\n\r\n";
        assert!(matches!(
            read(&format!("{interim}{}", fields(1))),
            Ok(Some(_))
        ));
        assert_eq!(read(&interim.repeat(MOST)), Err(Refused::LongHead));
    }
}
