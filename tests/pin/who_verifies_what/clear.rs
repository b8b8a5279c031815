//! A server in the clear, which offers no STARTTLS and remembers what it hears.

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use testkit::raw::{listen, read_line, send};

/// Starts one for a protocol: smtp, imap or pop3.
pub(super) fn server(protocol: &str, heard: &Arc<Mutex<Vec<String>>>) -> SocketAddr {
    let (protocol, heard) = (protocol.to_owned(), Arc::clone(heard));
    listen(move |stream| serve(stream, &protocol, &heard))
}

fn serve(mut stream: TcpStream, protocol: &str, heard: &Mutex<Vec<String>>) {
    let greeting = match protocol {
        "imap" => "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN] ready",
        "pop3" => "+OK ready",
        _ => "220 mx.test ESMTP",
    };
    // A client may leave without a word.
    let remember = |line: String| heard.lock().expect("not poisoned").push(line);
    remember("connected".to_owned());
    send(&mut stream, format!("{greeting}\r\n").as_bytes());
    loop {
        let line = read_line(&stream).trim_end().to_owned();
        if line.is_empty() {
            return;
        }
        let reply = match protocol {
            "imap" => imap(&line),
            "pop3" => pop3(&line),
            _ => smtp(&line),
        };
        remember(line);
        send(&mut stream, format!("{reply}\r\n").as_bytes());
    }
}

fn imap(line: &str) -> String {
    let (tag, command) = line.split_once(' ').unwrap_or((line, ""));
    match command.to_uppercase().as_str() {
        "CAPABILITY" => {
            format!("* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN\r\n{tag} OK done")
        }
        "LOGOUT" => format!("* BYE bye\r\n{tag} OK done"),
        "STARTTLS" => format!("{tag} BAD unknown"),
        _ => format!("{tag} OK done"),
    }
}

fn pop3(line: &str) -> String {
    match line.to_uppercase().as_str() {
        "CAPA" => "+OK\r\nUSER\r\nSASL PLAIN\r\n.".to_owned(),
        "STLS" => "-ERR unknown".to_owned(),
        _ => "+OK".to_owned(),
    }
}

fn smtp(line: &str) -> String {
    let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
    match verb.as_str() {
        "EHLO" => "250-mx.test\r\n250 AUTH PLAIN LOGIN".to_owned(),
        "STARTTLS" => "502 unknown".to_owned(),
        "DATA" => "354 go on".to_owned(),
        "QUIT" => "221 bye".to_owned(),
        _ => "250 ok".to_owned(),
    }
}

/// Whether a line is for servers that can be trusted only.
pub(super) fn gives_away(line: &str) -> bool {
    let line = line.to_uppercase();
    let words = [
        "LOGIN",
        "AUTHENTICATE",
        "USER ",
        "PASS ",
        "APOP",
        "AUTH ",
        "MAIL FROM",
    ];
    words.iter().any(|word| line.contains(word))
}
