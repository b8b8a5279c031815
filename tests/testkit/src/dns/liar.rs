//! A resolver between a client and an honest resolver, which changes the replies.

use super::client::{exchange, framed, receive};
use hickory_proto::op::Message;
use hickory_proto::rr::RecordType;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::spawn;
use std::time::Duration;

/// What is sent to a client.
#[derive(Clone, Debug)]
pub enum Sent {
    /// A message.
    Message(Box<Message>),
    /// These octets, over TCP after their length.
    Octets(Vec<u8>),
    /// These octets as they are, also over TCP.
    Raw(Vec<u8>),
    /// Nothing, for so long.
    Pause(Duration),
}

/// What a liar may use.
#[derive(Debug)]
pub struct Honest {
    /// The port of the honest resolver.
    pub port: u16,
    /// Whether the client asks over TCP.
    pub over_tcp: bool,
}

impl Honest {
    /// The honest reply to a query.
    pub fn reply(&self, query: &Message) -> Message {
        exchange(self.port, query).unwrap_or_else(|| query.clone().into_response())
    }

    /// The honest reply to another question, asked as the query is.
    ///
    /// # Panics
    /// When the name or the type is wrong.
    pub fn other(&self, query: &Message, name: &str, kind: &str) -> Message {
        let mut other = query.clone();
        other.queries = super::client::query(name, kind, super::client::Ask::Unchecked).queries;
        self.reply(&other)
    }
}

/// How a query is answered.
pub type Lie = Arc<dyn Fn(&Message, &Honest) -> Vec<Sent> + Send + Sync>;

/// Changes the honest reply to every question.
pub fn always(change: impl Fn(&mut Message) + Send + Sync + 'static) -> Lie {
    Arc::new(move |query, honest| {
        let mut reply = honest.reply(query);
        change(&mut reply);
        vec![Sent::Message(Box::new(reply))]
    })
}

/// Leaves records of these types out of the whole message.
pub fn strip(message: &mut Message, kinds: &[RecordType]) {
    for section in [
        &mut message.answers,
        &mut message.authorities,
        &mut message.additionals,
    ] {
        section.retain(|record| !kinds.contains(&record.record_type()));
    }
}

/// What a resolver does that leaves all of DNSSEC out.
pub fn stripping() -> Lie {
    use RecordType::{DS, NSEC, NSEC3, RRSIG};
    always(|message| strip(message, &[RRSIG, NSEC, NSEC3, DS]))
}

/// A resolver that lies, on one port over UDP and TCP.
#[derive(Debug)]
pub struct Liar {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// How many queries it has got.
    pub queries: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
}

impl Liar {
    /// Starts it before an honest resolver.
    ///
    /// # Panics
    /// When there is no port.
    pub fn new(honest: u16, lie: Lie) -> Self {
        let (datagrams, stream) = sockets();
        let port = datagrams.local_addr().expect("an address").port();
        let queries = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        let _ = datagrams.set_read_timeout(Some(Duration::from_millis(200)));
        let service = Arc::new(Service {
            honest,
            lie,
            queries: Arc::clone(&queries),
            ended: Arc::clone(&ended),
        });
        let over_tcp = Arc::clone(&service);
        spawn(move || service.datagrams(&Arc::new(datagrams)));
        spawn(move || over_tcp.streams(&stream));
        Self {
            port,
            queries,
            ended,
        }
    }

    /// How many queries it has got since it was asked last.
    pub fn take_queries(&self) -> usize {
        self.queries.swap(0, Ordering::SeqCst)
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

/// One port that is free for both.
fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let stream = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = stream.local_addr().expect("an address").port();
        if let Ok(datagrams) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) {
            return (datagrams, stream);
        }
    }
}

struct Service {
    honest: u16,
    lie: Lie,
    queries: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
}

impl Service {
    fn datagrams(self: &Arc<Self>, socket: &Arc<UdpSocket>) {
        let mut room = vec![0; 65_535];
        while !self.ended.load(Ordering::SeqCst) {
            let Ok((length, client)) = socket.recv_from(&mut room) else {
                continue;
            };
            let (service, socket) = (Arc::clone(self), Arc::clone(socket));
            let query = room[..length].to_vec();
            spawn(move || {
                for sent in service.answer(&query, false) {
                    send(&socket, client, sent);
                }
            });
        }
    }

    fn streams(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.ended.load(Ordering::SeqCst) {
                return;
            }
            let (service, Ok(stream)) = (Arc::clone(self), stream) else {
                continue;
            };
            spawn(move || service.stream(stream));
        }
    }

    fn stream(&self, mut stream: TcpStream) -> Option<()> {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
        loop {
            let query = receive(&mut stream)?;
            for sent in self.answer(&query, true) {
                match sent {
                    Sent::Message(message) => {
                        stream.write_all(&framed(&message.to_vec().ok()?)).ok()?;
                    }
                    Sent::Octets(octets) => stream.write_all(&framed(&octets)).ok()?,
                    Sent::Raw(octets) => stream.write_all(&octets).ok()?,
                    Sent::Pause(time) => std::thread::sleep(time),
                }
            }
        }
    }

    fn answer(&self, query: &[u8], over_tcp: bool) -> Vec<Sent> {
        let Ok(query) = Message::from_vec(query) else {
            return Vec::new();
        };
        self.queries.fetch_add(1, Ordering::SeqCst);
        let honest = Honest {
            port: self.honest,
            over_tcp,
        };
        (self.lie)(&query, &honest)
    }
}

/// Sends over UDP; what is larger than the client takes is cut short, as a resolver does.
fn send(socket: &UdpSocket, client: SocketAddr, sent: Sent) {
    const LARGEST: usize = 1232;
    let octets = match sent {
        Sent::Message(message) => {
            let octets = message.to_vec().unwrap_or_default();
            match octets.len() {
                0..=LARGEST => octets,
                _ => message.truncate().to_vec().unwrap_or_default(),
            }
        }
        Sent::Octets(octets) | Sent::Raw(octets) => octets,
        Sent::Pause(time) => return std::thread::sleep(time),
    };
    let _ = socket.send_to(&octets, client);
}
