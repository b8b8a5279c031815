//! Policies of MTA-STS, fetched with TLS: from a real nginx, and from hosts that lie, flood, stall and
//! break off. What they present is seen as a mail server's is.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use the clock and sockets as they like"
)]

use rustls::pki_types::CertificateDer;
use rustls::{ServerConfig, ServerConnection, SignatureScheme, StreamOwned};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::{Host, Source, Via};
use smtp_certcheck::fetch::{Document, Refused};
use smtp_certcheck::judge::domain::{Body, Fetched, distrust};
use smtp_certcheck::judge::{Anchors, Policy, judge_server};
use smtp_certcheck::observation::{Cause, Possession};
use smtp_certcheck::starttls::Service;
use smtp_certcheck::survey::{
    Family, NotFetched, Options, PolicyLook, ProbeOptions, Url, Watch, fetch_policy, policy_url,
};
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use testkit::keyless;
use testkit::microsocks::Microsocks;
use testkit::nginx::Nginx;
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::Dir;
use testkit::raw::{self, closed_port, listen, listen_on, read_line, send, wait_for_end};
use testkit::skip::has;
use testkit::tinyproxy::Tinyproxy;

const HOST: &str = "mta-sts.example.org";
const POLICY: &[u8] =
    b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\nmax_age: 604800\r\n";
const LIMIT: usize = 64 * 1024;
const WITHIN: Duration = Duration::from_secs(10);

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Policies", KeyKind::P256));
static IDENTITY: LazyLock<Identity> = LazyLock::new(|| PKI.identity(leaf(&[HOST])));

fn options() -> Options {
    Options {
        connect_to: Some(("127.0.0.9".parse().expect("a host"), Some(9))),
        family: Family::Any,
        known: None,
        one_address: false,
        via: None,
        probe: ProbeOptions {
            // What is for the mail server must not matter here.
            reference: "mail.example.org".parse().expect("a host"),
            sni: false,
            key_type: None,
            timeout: Duration::from_millis(1),
            connect_timeout: Duration::from_secs(5),
            asks_once: false,
            ehlo: None,
            source: Source::default(),
            proxy_protocol: true,
            client: None,
            watch: None,
        },
    }
}

/// The place of the policy at a port of the test's.
fn url(port: u16, path: &str) -> Url {
    let url = policy_url("example.org").expect("a URL");
    let path = path.to_owned();
    Url { port, path, ..url }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(work)
}

fn fetch_with(address: SocketAddr, path: &str, options: &Options, within: Duration) -> PolicyLook {
    let url = url(address.port(), path);
    let since = Instant::now();
    let look = block_on(fetch_policy(
        &url,
        Ok(vec![address]),
        options,
        LIMIT,
        within,
    ));
    let late = since.elapsed().saturating_sub(within);
    assert!(late < Duration::from_secs(2), "{path}: {late:?} too late");
    look
}

fn fetch(address: SocketAddr, path: &str) -> PolicyLook {
    fetch_with(address, path, &options(), WITHIN)
}

fn text(look: &PolicyLook) -> String {
    match &look.answer {
        Ok(document) => format!("{} octets", document.content.len()),
        Err(why) => why.to_string(),
    }
}

/// Why the chain is not trusted for a name.
fn distrusted(look: &PolicyLook, name: &str) -> Option<String> {
    let mut anchors = Anchors::new("the test");
    anchors.add(PKI.root(), "the test").expect("an anchor");
    let name: Host = name.parse().expect("a host");
    let chain = look.seen.presented.iter().cloned().map(Certificate::new);
    let policy = Policy::new(&anchors, &name, now());
    distrust(&judge_server(
        &chain.collect::<Vec<_>>(),
        &look.seen,
        &policy,
    ))
}

/// A host with TLS that hands each connection to a function, with the path that was asked for.
fn web(
    config: ServerConfig,
    answer: impl Fn(&str, &mut StreamOwned<ServerConnection, TcpStream>) + Send + Sync + 'static,
) -> SocketAddr {
    let config = Arc::new(config);
    listen(move |stream| {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        let tls = ServerConnection::new(Arc::clone(&config)).expect("a server");
        let mut stream = StreamOwned::new(tls, stream);
        let request = request(&mut stream);
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        answer(&path, &mut stream);
    })
}

/// The whole request; empty, if none comes.
fn request(stream: &mut impl std::io::Read) -> String {
    let mut request = Vec::new();
    let mut octet = [0];
    while !request.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut octet), Ok(1)) {
        request.extend(octet);
    }
    String::from_utf8_lossy(&request).into_owned()
}

fn config() -> ServerConfig {
    let identity = IDENTITY.clone();
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .expect("a configuration")
}

#[test]
fn a_real_web_server_hands_out_a_policy_and_its_chain() {
    let Some(nginx) = Nginx::in_tls("policies", &IDENTITY) else {
        return;
    };
    nginx.put("mta-sts.txt", POLICY);
    let address = SocketAddr::from(([127, 0, 0, 1], nginx.port));
    for path in ["/mta-sts.txt", "/chunks/mta-sts.txt"] {
        let look = fetch(address, path);
        let document = look.answer.as_ref().expect(path);
        assert_eq!(document.content, POLICY, "{path}");
        assert_eq!(document.content_type.as_deref(), Some("text/plain"));
        assert_eq!(look.status, Some(200));
        let seen = &look.seen;
        assert_eq!(
            (&seen.presented, seen.possession, seen.address),
            (&IDENTITY.chain, Possession::Proven, Some(address))
        );
        let tls = seen.tls.as_ref().expect("facts");
        assert_eq!((tls.version.as_str(), &seen.failure), ("TLSv1.3", &None));
        assert_eq!(distrusted(&look, HOST), None);
        let other = distrusted(&look, "mail.example.org").expect("another name");
        assert!(other.contains("mail.example.org"), "{other}");
        let fetched = Fetched::of(Ok(body(document)), None);
        assert!(matches!(fetched, Fetched::Body(Ok(_))), "{fetched:?}");
        let fetched = Fetched::of(Ok(body(document)), Some(other));
        assert!(matches!(fetched, Fetched::Failed(_)), "{fetched:?}");
    }
    for (path, status, expected) in [
        ("/moved/mta-sts.txt", Some(302), "a redirect to"),
        ("/gone/mta-sts.txt", Some(410), "410 Gone"),
        ("/none/mta-sts.txt", Some(404), "404 Not Found"),
        ("/cut/mta-sts.txt", None, "without an answer"),
    ] {
        let look = fetch(address, path);
        assert_eq!(look.status, status, "{path}: {look:?}");
        assert!(text(&look).contains(expected), "{path}: {look:?}");
        // The chain is there whatever the answer is.
        assert_eq!(distrusted(&look, HOST), None, "{path}");
    }
    let look = fetch(address, "/html/mta-sts.txt");
    let document = look.answer.expect("a document");
    let fetched = Fetched::of(Ok(body(&document)), None);
    let why = "its Content-Type is \"text/html\", not text/plain";
    assert_eq!(fetched, Fetched::Failed(why.to_owned()));
    // At 16 octets a second it takes five.
    let slow = fetch_with(
        address,
        "/slow/mta-sts.txt",
        &options(),
        Duration::from_secs(1),
    );
    let timeout = NotFetched::Timeout(Duration::from_secs(1));
    assert_eq!(slow.answer, Err(timeout));
    assert_eq!(distrusted(&slow, HOST), None);
    nginx.put("large.txt", &vec![b'\n'; LIMIT + 1]);
    let large = fetch(address, "/large.txt");
    let refused = Err(NotFetched::Refused(Refused::TooLarge(LIMIT)));
    assert_eq!((large.answer, large.status), (refused, Some(200)));
    nginx.put("full.txt", &vec![b'\n'; LIMIT]);
    let full = fetch(address, "/full.txt").answer.expect("a document");
    assert_eq!(full.content.len(), LIMIT);
}

fn body(document: &Document) -> Body<'_> {
    Body {
        content_type: document.content_type.as_deref(),
        content: &document.content,
    }
}

#[test]
fn the_host_is_asked_by_its_name_and_for_nothing_else() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let config = Arc::new(config());
    let address = listen(move |stream| {
        let peer = stream.peer_addr().expect("an address").ip();
        let tls = ServerConnection::new(Arc::clone(&config)).expect("a server");
        let mut stream = StreamOwned::new(tls, stream);
        let request = request(&mut stream);
        let name = stream.conn.server_name().map(str::to_owned);
        heard.lock().expect("it").push((peer, name, request));
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
    });
    let from: IpAddr = "127.0.0.3".parse().expect("an address");
    let mut options = options();
    options.probe.source = Source::new(&[from]).expect("one");
    let look = fetch_with(address, "/.well-known/mta-sts.txt", &options, WITHIN);
    assert_eq!(look.status, Some(204));
    let asked = asked.lock().expect("it").clone();
    let [(peer, name, request)] = asked.as_slice() else {
        unreachable!("{asked:?}");
    };
    assert_eq!((*peer, name.as_deref()), (from, Some(HOST)));
    let expected = format!(
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: {HOST}:{}\r\n",
        address.port()
    );
    assert!(request.starts_with(&expected), "{request}");
    assert!(
        request.contains("\r\nAccept-Encoding: identity\r\n"),
        "{request}"
    );
}

#[test]
fn answers_that_lie_flood_or_break_off_yield_no_policy() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    let address = web(config(), |path, stream| {
        let answer = match path {
            "/longer" => format!("{HEAD}Content-Length: 1000\r\n\r\nversion: STSv1"),
            "/huge" => format!("{HEAD}Content-Length: 99999999999\r\n\r\n0"),
            "/gzip" => format!("{HEAD}Content-Encoding: gzip\r\n\r\n"),
            "/ssh" => "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
            "/half" => "HTTP/1.1 200 O".to_owned(),
            // Their ends are those of the connection: one is said to be the end, the other is not.
            "/whole" | "/broken" => format!("{HEAD}\r\nversion: STSv1"),
            _ => String::new(),
        };
        let _ = stream.write_all(answer.as_bytes());
        match path {
            "/fields" => flood(stream, HEAD, "A: b\r\n"),
            "/field" => flood(stream, HEAD, "A"),
            "/interim" => flood(stream, "", "HTTP/1.1 100 Continue\r\n\r\n"),
            "/body" => flood(stream, &format!("{HEAD}\r\n"), "version: STSv1\n"),
            "/chunks" => flood(
                stream,
                &format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"),
                "1\r\nx\r\n",
            ),
            "/silent" => wait_for_end(&mut stream.sock),
            "/drip" => drip(stream, HEAD),
            // An alert in the clear is not TLS any more.
            "/garbage" => send(&mut stream.sock, &[0x15, 3, 3, 0, 2, 2, 40]),
            "/reset" => raw::reset(stream.sock.try_clone().expect("a socket")),
            "/broken" => {}
            _ => stream.conn.send_close_notify(),
        }
        let _ = stream.flush();
    });
    for (path, status, expected) in [
        ("longer", Some(200), "the connection ended after 14 octets"),
        ("huge", Some(200), "larger than 64 KiB"),
        ("gzip", Some(200), "encoded as \"gzip\""),
        ("ssh", None, "does not speak HTTP/1"),
        ("half", None, "before the head of the answer did"),
        ("empty", None, "without an answer"),
        ("whole", Some(200), "14 octets"),
        ("broken", Some(200), "the connection ended after 14 octets"),
        ("fields", None, "the head of the answer does not end"),
        ("field", None, "the head of the answer does not end"),
        ("interim", None, "the head of the answer does not end"),
        ("body", Some(200), "larger than 64 KiB"),
        ("chunks", Some(200), "more octets frame the content"),
        ("silent", None, "no complete answer within 2 s"),
        ("drip", None, "no complete answer within 2 s"),
        ("garbage", None, "the connection broke"),
    ] {
        let path = format!("/{path}");
        let look = fetch_with(address, &path, &options(), Duration::from_secs(2));
        assert!(text(&look).contains(expected), "{path}: {look:?}");
        assert_eq!(look.status, status, "{path}: {look:?}");
        assert_eq!(look.seen.failure, None, "{path}");
        assert_eq!(distrusted(&look, HOST), None, "{path}");
    }
    let look = fetch(address, "/reset");
    assert!(look.answer.is_err(), "{look:?}");
}

/// Says something again and again until the client has enough.
fn flood(stream: &mut impl std::io::Write, first: &str, again: &str) {
    let many = again.repeat(1000);
    let mut more = stream.write_all(first.as_bytes());
    while more.is_ok() {
        more = stream
            .write_all(many.as_bytes())
            .and_then(|()| stream.flush());
    }
}

/// An octet of a field in each tenth of a second.
fn drip(stream: &mut impl std::io::Write, first: &str) {
    let mut more = stream.write_all(first.as_bytes());
    while more.is_ok() {
        std::thread::sleep(Duration::from_millis(100));
        more = stream.write_all(b"A").and_then(|()| stream.flush());
    }
}

#[test]
fn what_is_not_tls_or_not_proven_is_not_asked() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let clear = listen(move |mut stream| {
        read_line(&stream);
        send(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let mail = listen(|mut stream| {
        send(&mut stream, b"220 mx.test ESMTP\r\n");
        wait_for_end(&mut stream);
    });
    let silent = listen(raw::silent);
    let closing = listen(|stream| drop((read_some(&stream), stream)));
    let half = listen(|mut stream| {
        read_some(&stream);
        // A record that does not come to its end.
        send(&mut stream, &[0x16, 3, 3, 0x40, 0, 2, 0, 0, 90]);
        wait_for_end(&mut stream);
    });
    let endless = listen(|mut stream| {
        read_some(&stream);
        // Records that are sound, with a message that is not.
        let record = [&[0x16, 3, 3, 1, 0][..], &[0; 256]].concat();
        while stream.write_all(&record).is_ok() {}
    });
    let chain: Vec<CertificateDer<'static>> = IDENTITY.chain.clone();
    let copied = keyless::shake_hands(&chain, &rustls::version::TLS13);
    let unchecked = keyless::shake_hands_with(
        &[of_ed448()],
        &rustls::version::TLS13,
        SignatureScheme::ED448,
    );
    let refusing = web(of_clients(), move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    for (what, address, expected) in [
        ("no TLS", clear, "it looks like HTTP"),
        ("mail", mail, "it looks like SMTP"),
        ("silence", silent, "no answer within 2 s at step tls"),
        ("an end", closing, "at step tls"),
        ("half a record", half, "no answer within 2 s at step tls"),
        ("junk", endless, "breaks the TLS protocol"),
        ("a copy", copied, "is not signed with the key"),
        (
            "no proof",
            unchecked,
            "does not prove that it holds the key",
        ),
        ("nothing there", closed_port(), "onnection refused"),
    ] {
        let look = fetch_with(address, "/", &options(), Duration::from_secs(2));
        assert!(text(&look).contains(expected), "{what}: {look:?}");
        assert_eq!(look.status, None, "{what}");
        assert_ne!(look.seen.possession, Possession::Proven, "{what}");
    }
    // What it wants to know of its clients nobody asked for; it says so after the handshake.
    let look = fetch(refusing, "/");
    assert!(text(&look).contains("CertificateRequired"), "{look:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "{look:?}");
    let mail = fetch(mail, "/").seen.failure.expect("a failure");
    assert!(matches!(
        mail.cause,
        Cause::NotTls(Some(Service::Mail(_)), _)
    ));
}

/// A certificate with a key whose signatures are not checked here.
fn of_ed448() -> CertificateDer<'static> {
    let dir = Dir::new();
    let subject = format!("/CN={HOST}");
    let args = ["req", "-x509", "-newkey", "ed448", "-nodes", "-subj"];
    let files = ["-keyout", "key.pem", "-out", "cert.pem"];
    openssl::run(&dir, &[&args[..], &[&subject], &files].concat());
    let text = std::fs::read(dir.path().join("cert.pem")).expect("a certificate");
    pem::parse(text).expect("PEM").into_contents().into()
}

fn read_some(mut stream: &TcpStream) {
    let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
}

/// Demands a client certificate.
fn of_clients() -> ServerConfig {
    let identity = IDENTITY.clone();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(PKI.root()).expect("a root");
    let verifier = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots)).build();
    ServerConfig::builder()
        .with_client_cert_verifier(verifier.expect("a verifier"))
        .with_single_cert(identity.chain, identity.key)
        .expect("a configuration")
}

#[test]
fn changes_of_keys_without_end_end() {
    let address = web(config(), |_, stream| {
        while stream.conn.refresh_traffic_keys().is_ok() && stream.flush().is_ok() {}
    });
    let look = fetch_with(address, "/", &options(), Duration::from_secs(2));
    assert!(look.answer.is_err(), "{look:?}");
}

#[test]
fn old_versions_do_down_to_1_2_and_any_address_does() {
    let identity = IDENTITY.clone();
    let config = ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS12])
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .expect("a configuration");
    let address = web(config, |_, stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let _ = stream.write_all(head.as_bytes());
    });
    let dead = SocketAddr::from(([127, 0, 0, 2], address.port()));
    let url = url(address.port(), "/");
    let options = options();
    let look = |addresses| block_on(fetch_policy(&url, addresses, &options, LIMIT, WITHIN));
    let both = look(Ok(vec![dead, address]));
    assert_eq!(
        both.answer.as_ref().map(|it| it.content.as_slice()),
        Ok(&b"ok"[..])
    );
    assert_eq!(
        (both.seen.address, both.seen.attempts.len()),
        (Some(address), 2)
    );
    assert_eq!(both.seen.tls.expect("facts").version, "TLSv1.2");
    for (addresses, expected) in [
        (
            Ok(Vec::new()),
            "the host name has no address of the wanted family",
        ),
        (
            Err(Cause::Resolve("bogus".to_owned())),
            "the host name cannot be resolved: bogus",
        ),
    ] {
        let none = look(addresses);
        assert_eq!(text(&none), expected);
        let failure = none.seen.failure.expect("a failure");
        assert_eq!(failure.to_string(), expected);
    }
}

#[test]
fn policies_come_by_the_way_that_leads_to_the_server() {
    let Some(nginx) = Nginx::in_tls("policies through proxies", &IDENTITY) else {
        return;
    };
    nginx.put("mta-sts.txt", POLICY);
    let mut url = url(nginx.port, "/mta-sts.txt");
    url.host = "localhost".parse().expect("a host");
    let through = |via: Via| {
        let options = Options {
            via: Some(via.clone()),
            ..options()
        };
        // The caller's lookup does not matter: what stands before the server finds it.
        let unknown = Err(Cause::NoAddress);
        let look = block_on(fetch_policy(&url, unknown, &options, LIMIT, WITHIN));
        let content = look.answer.as_ref().map(|it| it.content.as_slice());
        assert_eq!(content, Ok(POLICY), "{via}: {look:?}");
        assert_eq!(look.seen.via, Some(via));
        assert_eq!(look.seen.possession, Possession::Proven);
    };
    if let Some(proxy) = Tinyproxy::for_test("policies through HTTP", None) {
        let text = format!("http://127.0.0.1:{}", proxy.port);
        through(Via::Proxy(text.parse().expect("a proxy")));
        let asked = format!("CONNECT localhost:{}", nginx.port);
        let log = proxy.log_with(&asked);
        assert!(log.contains(&asked), "{log}");
    }
    if let Some(proxy) = Microsocks::for_test("policies through SOCKS", None) {
        let text = format!("socks5://127.0.0.1:{}", proxy.port);
        through(Via::Proxy(text.parse().expect("a proxy")));
        let to = format!("localhost:{}", nginx.port);
        let log = proxy.log_with(&to);
        assert!(log.contains(&to), "{log}");
    }
    if !has("policies through a command", "python3") {
        return;
    }
    let python = "python3 -c \"import socket,sys,threading,os\ns=socket.create_connection(('%h',%p))\ndef up():\n  while b:=os.read(0,9999): s.sendall(b)\nthreading.Thread(target=up,daemon=True).start()\nwhile b:=s.recv(9999): os.write(1,b)\"";
    through(Via::Command(python.parse().expect("a command")));
    let options = Options {
        via: Some(Via::Command("false".parse().expect("a command"))),
        ..options()
    };
    let look = block_on(fetch_policy(&url, Ok(Vec::new()), &options, LIMIT, WITHIN));
    assert!(text(&look).contains("the command \"false\""), "{look:?}");
}

#[test]
fn what_is_waited_for_is_the_document() {
    let address = listen_on("127.0.0.1:0", raw::silent);
    let watch = Watch::default();
    let mut options = options();
    options.probe.watch = Some(watch.clone());
    let url = url(address.port(), "/.well-known/mta-sts.txt");
    let shown = block_on(async {
        let within = Duration::from_secs(1);
        let looking = fetch_policy(&url, Ok(vec![address]), &options, LIMIT, within);
        let shown = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            watch.first().map(|(first, _)| (first.step, first.whom))
        };
        tokio::join!(looking, shown).1
    });
    assert_eq!(shown, Some((None, url.to_string())));
    assert!(watch.first().is_none());
}
