//! Fetches a document by HTTP/1.1 (RFC 9112): one `GET` on a stream that is handed in, one answer
//! within bounds. It opens no connection, keeps nothing, and follows no redirect.
//!
//! `httparse` reads the head. What comes after it is read here, because who decides about bounds must
//! count every octet.

mod body;
mod chunked;
mod document;
mod get;
mod head;
mod reach;
mod reader;
mod refused;
mod url;

pub use document::Document;
pub use get::{Form, get};
pub use reach::is_public;
pub use reader::Reader;
pub use refused::Refused;
pub use url::{BadUrl, Scheme, Url};
