//! One server and what it does: what is seen of it, and what is said of it.
//!
//! - `addresses`: names with several addresses
//! - `clients`: client certificates
//! - `crl`: revocation lists, named and fetched
//! - `dane`: the TLSA records of a server (`--dane`)
//! - `dialogue`: SMTP up to STARTTLS, line by line
//! - `tls`: the handshake, and what it agrees upon
//! - `hostile`: hostile servers in every protocol, and what is shown of them
//! - `large_hello`: servers that take no large `ClientHello`
//! - `legacy`: servers too old to be spoken to
//! - `failure_matrix`: every reply code, alert and break, at every step
//! - `environment`: defaults by variables of the environment
//! - `endurance`: hostile servers by the thousand
//! - `expiry`: what expires soon, and who asked for a warning
//! - `protocols`: IMAP, POP3, ManageSieve and LMTP up to STARTTLS, line by line
//! - `through`: proxies, commands, source addresses, and the header of the PROXY protocol
//! - `hosts`: one report on several ports of a host
//! - `policy`: policies of MTA-STS, fetched with TLS
//! - `port_findings`: what the ports of a host show together
//! - `ports`: several ports of one host, one connection at a time
//! - `waiting`: the line that says what is waited for
//! - `real_servers`: Postfix, Exim and OpenSMTPD
//! - `staples`: OCSP responses that servers staple
//! - `mailboxes`: Dovecot, Cyrus and Courier
//! - `ways`: the real HAProxy, proxies and sshd, as OpenSSL sees the servers after them

mod addresses;
mod clients;
mod crl;
mod dane;
mod dialogue;
mod endurance;
mod environment;
mod expiry;
mod failure_matrix;
mod hostile;
mod hosts;
mod large_hello;
mod legacy;
mod mailboxes;
mod policy;
mod port_findings;
mod ports;
mod protocols;
mod real_servers;
mod staples;
mod through;
mod tls;
mod waiting;
mod ways;
