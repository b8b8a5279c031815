//! One Postfix that is many mail hosts, each at addresses of its own with a certificate of its own,
//! and several senders. It needs port 25, so it runs in a namespace.

use super::postfix;
use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use crate::pki::Identity;
use crate::raw;
use std::fmt::Write as _;
use std::net::{IpAddr, TcpStream};
use std::ops::Deref;
use std::process::Command;
use std::time::{Duration, Instant};

const PORT: u16 = 25;
/// Where mail is handed in.
const ENTRANCE: (&str, u16) = ("127.0.0.1", PORT);
const PACKAGE: Package = Package {
    name: "postfix",
    starts: Starts::AsRoot,
    ports: 1,
};
/// The mail of a whole lab.
const PATIENCE: Duration = Duration::from_mins(1);

/// How old mail is before it is sent: older than `minimal_backoff_time`.
const AGE: Duration = Duration::from_millis(1200);

/// A mail host: it takes all mail, and drops it.
#[derive(Debug)]
pub struct MailHost {
    /// Where it listens, on port 25.
    pub addresses: Vec<IpAddr>,
    /// What it presents: one for each type of key. None: it offers no STARTTLS.
    pub identities: Vec<Identity>,
    /// Further options of its `smtpd`, `name=value`.
    pub options: Vec<String>,
}

/// A way to send: mail from `NAME@client.test` goes by it.
#[derive(Debug)]
pub struct Sender {
    /// Its name.
    pub name: &'static str,
    /// The options of its `smtp`, `name=value`.
    pub options: Vec<String>,
}

/// It runs until it is dropped.
#[derive(Debug)]
pub struct Fleet {
    daemon: Daemon,
}

impl Fleet {
    /// For a test of that name; `None` when the test must be skipped.
    ///
    /// # Panics
    /// When Postfix is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, hosts: &[MailHost], senders: &[Sender]) -> Option<Self> {
        let configure = |home: &Home, _: &[u16]| {
            let services = services(home, hosts)? + &transports(senders);
            postfix::run(home, &main_cf(senders), &services)
        };
        let daemon = Daemon::at(test, &PACKAGE, &[PORT], configure)?;
        Some(Self { daemon })
    }

    /// Sends one message to all of them, and returns what is logged of it when each has been
    /// delivered, deferred or returned.
    ///
    /// # Panics
    /// When it is not taken, or does not end.
    pub fn send(&self, sender: &str, recipients: &[String]) -> String {
        let before = self.daemon.log().len();
        hand_in(&format!("{sender}@client.test"), recipients);
        let start = Instant::now();
        loop {
            let log = self.daemon.log();
            let own = format!(" postfix/{sender}/");
            let lines = log[before..].lines().filter(|line| line.contains(&own));
            let lines: Vec<&str> = lines.collect();
            let ends = lines.iter().filter(|line| line.contains(" status="));
            if ends.count() >= recipients.len() {
                return lines.join("\n");
            }
            assert!(start.elapsed() < PATIENCE, "{sender}: {}", &log[before..]);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// One of Postfix' programs (`posttls-finger`).
    ///
    /// # Panics
    /// When the libraries of Postfix are not there.
    pub fn program(&self, name: &str) -> Command {
        postfix::program(&self.daemon.home, name).expect("the libraries of Postfix")
    }
}

impl Deref for Fleet {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}

/// Clients go over the hosts in the order of the records, and over all of them; after TLS that fails
/// they deliver in the clear when they have kept the mail for a second, and not for minutes only.
fn main_cf(senders: &[Sender]) -> String {
    let mut text = String::from(
        "myhostname = mx.fleet.test
mydestination =
mynetworks = static:all
inet_interfaces = 127.0.0.1
inet_protocols = all
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_event_limit_exceptions = static:all
smtp_dns_support_level = dnssec
smtp_tls_loglevel = 1
smtp_randomize_addresses = no
minimal_backoff_time = 1s
smtp_mx_session_limit = 0
smtp_mx_address_limit = 0
smtp_connection_cache_on_demand = no
smtp_connect_timeout = 3s
smtp_helo_timeout = 3s
smtp_starttls_timeout = 5s
default_process_limit = 200
transport_maps = inline:{client.test=discard:}
sender_dependent_default_transport_maps = inline:{",
    );
    for sender in senders {
        let _ = write!(text, " {{ {0}@client.test = {0}: }}", sender.name);
    }
    text + " }\n"
}

fn services(home: &Home, hosts: &[MailHost]) -> std::io::Result<String> {
    let mut text = format!("{}:{PORT} inet n - n - - smtpd\n", ENTRANCE.0);
    for (number, host) in hosts.iter().enumerate() {
        let mut options = vec![
            "smtpd_recipient_restrictions=check_recipient_access,static:DISCARD".to_owned(),
            format!("smtpd_tls_chain_files={}", chains(home, number, host)?),
        ];
        let level = if host.identities.is_empty() {
            "none"
        } else {
            "may"
        };
        options.push(format!("smtpd_tls_security_level={level}"));
        options.extend(host.options.iter().cloned());
        for address in &host.addresses {
            let address = match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            };
            let _ = writeln!(
                text,
                "{address}:{PORT} inet n - n - - smtpd{}",
                spelt(&options)
            );
        }
    }
    Ok(text)
}

/// Writes what a host presents, and returns the files: of each type of key the key, then the chain.
fn chains(home: &Home, number: usize, host: &MailHost) -> std::io::Result<String> {
    let mut files = Vec::new();
    for (kind, identity) in host.identities.iter().enumerate() {
        let name = format!("{number}-{kind}-");
        home.identity(&name, identity)?;
        for end in ["key.pem", "chain.pem"] {
            files.push(home.path(&format!("{name}{end}")).display().to_string());
        }
    }
    Ok(files.join(","))
}

fn transports(senders: &[Sender]) -> String {
    let mut text = String::new();
    for sender in senders {
        let mut options = vec![
            format!("syslog_name=postfix/{}", sender.name),
            "myhostname=client.test".to_owned(),
        ];
        options.extend(sender.options.iter().cloned());
        let _ = writeln!(
            text,
            "{} unix - - n - 8 smtp{}",
            sender.name,
            spelt(&options)
        );
    }
    text
}

fn spelt(options: &[String]) -> String {
    options.iter().fold(String::new(), |mut text, option| {
        let _ = write!(text, " -o {{ {option} }}");
        text
    })
}

fn hand_in(sender: &str, recipients: &[String]) {
    let mut stream = TcpStream::connect(ENTRANCE).expect("Postfix listens");
    expect(&stream, '2');
    let mut say = |line: &str, code| {
        raw::send(&mut stream, format!("{line}\r\n").as_bytes());
        expect(&stream, code);
    };
    say("EHLO client.test", '2');
    say(&format!("MAIL FROM:<{sender}>"), '2');
    for recipient in recipients {
        say(&format!("RCPT TO:<{recipient}>"), '2');
    }
    std::thread::sleep(AGE);
    say("DATA", '3');
    say("Subject: test\r\n\r\n.", '2');
    say("QUIT", '2');
}

/// Reads a reply, which begins with that digit.
fn expect(stream: &TcpStream, digit: char) {
    loop {
        let line = raw::read_line(stream);
        assert!(line.starts_with(digit), "{line}");
        if line.as_bytes().get(3) != Some(&b'-') {
            return;
        }
    }
}
