//! Groups of options that several commands share.

use super::help::{CONNECTION, JUDGEMENT, MERCURIAL};
use super::value::{
    ConnectTo, HgStoreArg, TlsArg, connect_to, duration, ehlo_name, hg_store, host,
};
use crate::endpoint::{CommandLine, Host, Proxy};
use crate::mercurial::Release;
use clap::{Args, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How to connect.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Connection {
    /// How TLS starts, for targets without a scheme
    #[arg(long, value_name = "MODE", default_value = "auto", help_heading = CONNECTION)]
    pub tls: TlsArg,

    /// Connect there, under the target's name
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = connect_to, hide_short_help = true, help_heading = CONNECTION)]
    pub connect: Option<ConnectTo>,

    /// Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT
    ///
    /// http:// is the method CONNECT. One connection is made: the proxy chooses among the addresses of
    /// a name, and the report shows the proxy's address. No proxy is taken from the environment.
    #[arg(long, value_name = "URL", conflicts_with = "via_command", hide_short_help = true, help_heading = CONNECTION)]
    pub via: Option<Proxy>,

    /// Go through a command: its standard input and output lead to the server
    ///
    /// As 'ssh -W %h:%p jump': %h is the host, %p the port, %% a percent sign. It is split into words as
    /// a shell does, and run without a shell. What it writes to standard error is shown if nothing
    /// comes from the server. It cannot ask for anything, and ends at the latest with the time limit.
    #[arg(long, value_name = "COMMAND", hide_short_help = true, help_heading = CONNECTION)]
    pub via_command: Option<CommandLine>,

    /// Connect from this address of this machine; once for each family
    ///
    /// With one alone, addresses of the other family are not checked.
    #[arg(long, value_name = "ADDR", hide_short_help = true, help_heading = CONNECTION)]
    pub source: Vec<IpAddr>,

    /// Send the header of the PROXY protocol first, for a server that waits for a load balancer's
    ///
    /// It is that of version 2 for a connection of one's own (LOCAL), and claims no address. Postfix and
    /// Dovecot that are configured for HAProxy refuse clients without it; other servers refuse clients
    /// with it.
    #[arg(long, hide_short_help = true, help_heading = CONNECTION)]
    pub proxy_protocol: bool,

    /// Use IPv4 only
    #[arg(short = '4', alias = "ipv4", conflicts_with = "ipv6", help_heading = CONNECTION)]
    pub ipv4: bool,

    /// Use IPv6 only
    #[arg(short = '6', alias = "ipv6", help_heading = CONNECTION)]
    pub ipv6: bool,

    /// Check only the first address of a name that answers, not all of them (up to 16)
    ///
    /// Clients get any of the addresses, so one that serves a bad certificate makes the name bad.
    /// With this option it is found only by luck; it saves the connections to the others.
    #[arg(long, hide_short_help = true, help_heading = CONNECTION)]
    pub one_address: bool,

    /// The name to give in EHLO
    ///
    /// By default this machine's fully qualified name, else the address of the connection in
    /// brackets. Some servers refuse names that do not resolve.
    #[arg(long, value_name = "NAME", value_parser = ehlo_name, help_heading = CONNECTION)]
    pub ehlo: Option<String>,

    /// Ask for a certificate with this type of key [default: the one that the server prefers]
    ///
    /// A server may have two certificates, and show each to clients that ask for its type of key.
    #[arg(long, value_name = "TYPE", hide_short_help = true, help_heading = CONNECTION)]
    pub key_type: Option<KeyTypeArg>,

    /// Do not send the server's name in the TLS handshake (SNI)
    ///
    /// A server for several names may answer with another certificate then.
    #[arg(long, hide_short_help = true, help_heading = CONNECTION)]
    pub no_sni: bool,

    /// Time limit for each target
    ///
    /// A number of seconds, or with a unit: 5s, 500ms, 2m. Bounds everything: lookup, connection,
    /// greeting, handshake. Servers that delay their greeting by 20 s are normal.
    #[arg(long, short_alias = 't', value_name = "TIME", default_value = "45s", value_parser = duration, help_heading = CONNECTION)]
    pub timeout: Duration,

    /// Time limit for each connection attempt
    ///
    /// A name with several addresses gets one attempt for each, a quarter of a second apart.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration, hide_short_help = true, help_heading = CONNECTION)]
    pub connect_timeout: Duration,
}

/// The value of `--key-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyTypeArg {
    /// RSA
    Rsa,
    /// An elliptic curve
    Ecdsa,
}

/// The certificate of the client.
#[derive(Clone, Debug, Args)]
pub struct Client {
    /// Present the client certificate in FILE (PEM) to a server that asks for one
    ///
    /// It is sent on a second connection, and only to a server whose chain is trusted or whose
    /// certificate is pinned. The report says whether the server accepts it. FILE may have the
    /// intermediate certificates, too.
    #[arg(long, value_name = "FILE", requires = "key", hide_short_help = true, help_heading = CONNECTION)]
    pub cert: Option<PathBuf>,

    /// The key of --cert (PEM), which may be the same FILE
    ///
    /// An encrypted key is not read: openssl pkey -in FILE -out NEW decrypts it.
    #[arg(long, value_name = "FILE", requires = "cert", hide_short_help = true, help_heading = CONNECTION)]
    pub key: Option<PathBuf>,
}

/// What to trust.
#[derive(Clone, Debug, Args)]
pub struct Trust {
    /// Trust the certificates in FILE (PEM or DER) or DIR instead of the system's; may be repeated
    #[arg(long, alias = "ca", value_name = "FILE|DIR", help_heading = JUDGEMENT)]
    pub cacerts: Vec<PathBuf>,

    /// Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be
    /// repeated
    ///
    /// Every certificate of the path is looked up, but for the anchor. One that no current list speaks
    /// about is a problem, as a revoked one is. Of several lists the newest counts.
    #[arg(long, value_name = "FILE|DIR", hide_short_help = true, help_heading = JUDGEMENT)]
    pub crl: Vec<PathBuf>,

    /// Fetch the revocation lists (CRLs) that the certificates name, and look them up there
    ///
    /// Only those of a path that has validated are fetched: by http, without redirects, within --timeout,
    /// up to 64 MiB, each once, and from private addresses only below a CA of --cacerts. What is not
    /// known in the end is a note. OCSP is not asked: it would show the CA
    /// which server is looked at, and when.
    #[arg(long, hide_short_help = true, help_heading = JUDGEMENT)]
    pub fetch_crl: bool,

    /// The name that the certificate must be for, also sent as SNI [default: the target's host]
    #[arg(long, value_name = "NAME", value_parser = host, help_heading = JUDGEMENT)]
    pub servername: Option<Host>,

    /// What the environment decides.
    #[arg(skip)]
    pub defaults: Defaults,
}

/// What variables of the environment decide, because the command line leaves it open.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Trust anchors in the place of the system's.
    pub cacerts: Vec<PathBuf>,
    /// Revocation lists.
    pub crl: Vec<PathBuf>,
    /// The names of all variables that decide something about the result.
    pub named: Vec<&'static str>,
}

/// What to read of Mercurial's configuration.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::doc_markdown,
    reason = "the help has no backticks around variables"
)]
pub struct Hgrc {
    /// The repository whose Mercurial settings apply [default: the one around the current directory]
    #[arg(short = 'R', long, value_name = "DIR", help_heading = MERCURIAL)]
    pub repository: Option<PathBuf>,

    /// Of Mercurial's configuration read only this file, and what it includes
    #[arg(long, value_name = "FILE", conflicts_with = "repository", help_heading = MERCURIAL)]
    pub hgrc: Option<PathBuf>,

    /// Do not read Mercurial's configuration
    #[arg(long, conflicts_with_all = ["repository", "hgrc"], help_heading = MERCURIAL)]
    pub no_hgrc: bool,

    /// The trust store of hg's Python: openssl, certifi or a FILE [default: what can be seen of the hg in PATH]
    ///
    /// It counts where Mercurial's settings name no CA file. hg takes the package certifi if its
    /// Python has that, else the store that its OpenSSL was built for, or SSL_CERT_FILE and
    /// SSL_CERT_DIR. Where that cannot be seen, the answer is that it cannot be known.
    #[arg(long, value_name = "STORE", value_parser = hg_store, hide_short_help = true, help_heading = MERCURIAL)]
    pub hg_store: Option<HgStoreArg>,
}

/// Which Mercurial is judged.
#[derive(Clone, Debug, Args)]
pub struct HgVersion {
    /// The release of Mercurial that is asked about, as 6.3.2 [default: that of the hg in PATH]
    ///
    /// That of the hg in PATH is read without running it. Where it cannot be seen, what differs
    /// between releases cannot be known.
    #[arg(long, value_name = "VERSION", hide_short_help = true, help_heading = MERCURIAL)]
    pub hg_version: Option<Release>,
}
