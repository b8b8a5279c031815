//! Asks a resolver on this machine, over UDP and, where that is cut short, TCP.

use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::{Name, RecordType};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::time::Duration;

/// Longer than a judge tries a resolver that does not answer.
const PATIENCE: Duration = Duration::from_secs(40);

/// How to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The resolver shall validate.
    Checked,
    /// It shall not hide what is bogus.
    Unchecked,
}

/// A type by its name, `TYPE65400` among them.
pub fn kind(text: &str) -> RecordType {
    let number = text
        .strip_prefix("TYPE")
        .and_then(|number| number.parse::<u16>().ok());
    number.map_or_else(|| text.parse().expect("a type"), RecordType::from)
}

/// The query that is sent.
pub fn query(name: &str, kind: &str, ask: Ask) -> Message {
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.metadata.checking_disabled = ask == Ask::Unchecked;
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    edns.set_dnssec_ok(true);
    message.set_edns(edns);
    let name = Name::from_ascii(name).expect("a name");
    message.add_query(Query::query(name, self::kind(kind)));
    message
}

/// The reply, if there is one.
pub fn ask(port: u16, name: &str, kind: &str, ask: Ask) -> Option<Message> {
    exchange(port, &query(name, kind, ask))
}

/// Sends a message and waits for the reply of the same id.
pub fn exchange(port: u16, message: &Message) -> Option<Message> {
    let octets = message.to_vec().expect("a message");
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    socket.send(&octets).ok()?;
    let mut room = vec![0; 65_535];
    let length = socket.recv(&mut room).ok()?;
    let reply = Message::from_vec(&room[..length]);
    match reply {
        Ok(reply) if !reply.metadata.truncation => Some(reply),
        _ => over_tcp(port, &octets),
    }
}

fn over_tcp(port: u16, octets: &[u8]) -> Option<Message> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(&framed(octets)).ok()?;
    Message::from_vec(&receive(&mut stream)?).ok()
}

/// A message after its length.
pub(super) fn framed(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).expect("64 KiB");
    [&length.to_be_bytes()[..], octets].concat()
}

/// A message of a stream.
pub(super) fn receive(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut octets = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut octets).ok()?;
    Some(octets)
}

/// How many records of the asked type are in an answer.
pub fn count(message: &Message) -> usize {
    let Some(asked) = message.queries.first() else {
        return 0;
    };
    let kind = asked.query_type();
    message
        .answers
        .iter()
        .filter(|record| record.record_type() == kind)
        .count()
}
