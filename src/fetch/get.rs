//! One `GET` on a stream (RFC 9110 §9.3.1).

use super::document::Document;
use super::reader::Reader;
use super::refused::Refused;
use super::url::Url;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Octets that are read at once.
const PIECE: usize = 16 * 1024;

/// Whom the stream leads to (RFC 9112 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The server itself.
    Origin,
    /// A proxy, which is told the whole URL.
    Absolute,
}

/// Asks for a document of at most that many octets. The inner error is the server's answer, which is
/// not one; the outer that of the stream. The caller sets the deadline.
pub async fn get(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    url: &Url,
    form: Form,
    limit: usize,
) -> io::Result<Result<Document, Refused>> {
    stream.write_all(request(url, form).as_bytes()).await?;
    stream.flush().await?;
    let mut reader = Reader::new(limit);
    let mut piece = vec![0; PIECE];
    loop {
        let count = match stream.read(&mut piece).await {
            Ok(0) => return Ok(reader.end()),
            Ok(count) => count,
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
                return Ok(reader.broken_off());
            }
            Err(why) => return Err(why),
        };
        match reader.receive(&piece[..count]) {
            Ok(false) => {}
            Ok(true) => return Ok(reader.end()),
            Err(why) => return Ok(Err(why)),
        }
    }
}

fn request(url: &Url, form: Form) -> String {
    let server = url.authority();
    let target = match form {
        Form::Origin => url.path.clone(),
        Form::Absolute => url.to_string(),
    };
    // No compression: the bound is for what is sent and for what is kept.
    format!(
        "GET {target} HTTP/1.1\r\nHost: {server}\r\nUser-Agent: smtp-certcheck\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_for_a_server_or_for_a_proxy() {
        let url: Url = "http://crl.example.org:8080/ca.crl?x"
            .parse()
            .expect("a URL");
        let to_server = request(&url, Form::Origin);
        assert!(to_server.starts_with("GET /ca.crl?x HTTP/1.1\r\nHost: crl.example.org:8080\r\n"));
        let to_proxy = request(&url, Form::Absolute);
        let line =
            "GET http://crl.example.org:8080/ca.crl?x HTTP/1.1\r\nHost: crl.example.org:8080\r\n";
        assert!(to_proxy.starts_with(line));
        for request in [to_server, to_proxy] {
            assert!(request.ends_with("\r\nConnection: close\r\n\r\n"));
        }
    }
}
