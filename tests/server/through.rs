//! Other ways to a server: proxies, a command, a source address, and the header that a server behind
//! a load balancer waits for. The real ones, and those that misbehave.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use serde_json::Value;
use std::net::TcpStream;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use testkit::dovecot;
use testkit::haproxy::HaProxy;
use testkit::microsocks::Microsocks;
use testkit::mta::{Kind, Mta};
use testkit::names::{Names, hosts};
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, check_schema, finish, problems, program, report, run};
use testkit::raw;
use testkit::server::{Behaviour, Server, serve};
use testkit::service::Service;
use testkit::sshd::Sshd;
use testkit::tinyproxy::Tinyproxy;

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Ways", KeyKind::P256));

/// The exit code and the report of a run that trusts the PKI of these tests.
fn look(target: &str, options: &[&str]) -> (i32, Value) {
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let root = root.to_str().expect("UTF-8");
    report([&[target, "--cacerts", root], options].concat())
}

/// What is shown to people.
fn shown(target: &str, options: &[&str]) -> Run {
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let root = root.to_str().expect("UTF-8");
    run([&[target, "--cacerts", root], options].concat())
}

fn outcome(report: &Value) -> &str {
    report["outcome"].as_str().unwrap_or_default()
}

/// A server of the name `localhost`.
fn server() -> Server {
    Server::start(&PKI.identity(leaf(&["localhost"])), Behaviour::default())
}

#[test]
fn a_server_behind_a_load_balancer_takes_the_header() {
    let test = "the header of the PROXY protocol (Postfix)";
    let identity = PKI.identity(leaf(&["localhost"]));
    let Some(mta) = Mta::for_test(test, Kind::Postfix, &identity) else {
        return;
    };
    let demanding = mta.demanding_headers();
    let places = [
        ("smtp", demanding.smtp),
        ("smtp", demanding.postscreen),
        ("smtps", demanding.smtps),
    ];
    let ports: Vec<u16> = places.iter().map(|(_, port)| *port).collect();
    let Some(front) = HaProxy::for_test(test, &ports) else {
        return;
    };
    for (scheme, port) in places {
        let target = format!("{scheme}://localhost:{port}");
        let (code, report) = look(&target, &["--proxy-protocol"]);
        assert_eq!(code, 0, "{report:#}\n{}", mta.log());
        let before = format!("{scheme}://localhost:{}", front.before(port));
        let (code, report) = look(&before, &[]);
        assert_eq!(code, 0, "{report:#}\n{}", front.log());
        let (code, report) = look(&target, &[]);
        if scheme == "smtp" {
            let error = &report["error"];
            assert_eq!(
                (code, error["code"].as_str()),
                (4, Some("temporary-refusal")),
                "{report:#}"
            );
            let advice = error["advice"].as_str().expect("advice");
            assert!(advice.contains("--proxy-protocol"), "{advice}");
        } else {
            assert_eq!(code, 5, "{report:#}");
        }
    }
}

#[test]
fn dovecot_takes_the_header_with_implicit_tls_too() {
    let test = "the header of the PROXY protocol (Dovecot)";
    let identity = PKI.identity(leaf(&["localhost"]));
    let Some(dovecot) = dovecot::Setup::new(&identity).for_test(test) else {
        return;
    };
    for service in [Service::Imaps, Service::Pop3s] {
        let target = format!(
            "{}://localhost:{}",
            service.scheme(),
            dovecot.proxied(service)
        );
        let (code, report) = look(&target, &["--proxy-protocol"]);
        assert_eq!(code, 0, "{report:#}\n{}", dovecot.log());
        assert_eq!(report["connection"]["round_trips"], 1);
    }
}

/// Every connection begins with the header, also those that are made again: here the port that is
/// silent until TLS begins, and the second one for an old handshake.
#[test]
fn the_header_comes_first_on_every_connection() {
    let headers = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&headers);
    let address = raw::listen(move |mut stream| {
        let mut header = [0; 16];
        let _ = std::io::Read::read_exact(&mut stream, &mut header);
        seen.lock().expect("not poisoned").push(header);
        raw::send(&mut stream, b"\x15\x03\x01\0\x02\x02\x28");
    });
    let target = format!("smtps://127.0.0.1:{}", address.port());
    let (code, _) = look(&target, &["--proxy-protocol"]);
    assert_eq!(code, 5);
    let headers = headers.lock().expect("not poisoned");
    assert!(headers.len() > 1, "{headers:?}");
    for header in headers.iter() {
        assert_eq!(header, b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0");
    }
}

#[test]
fn only_a_client_without_the_header_gets_advice_about_it() {
    for text in [
        "421 4.3.0 mx.test Server local error\r\n",
        "421 4.3.2 No system resources\r\n",
    ] {
        let server = raw::says(&[text]);
        let target = format!("smtp://127.0.0.1:{}", server.port());
        for (options, expected) in [(&[][..], true), (&["--proxy-protocol"], false)] {
            let (code, report) = look(&target, options);
            let error = &report["error"];
            assert_eq!(
                (code, error["code"].as_str()),
                (4, Some("temporary-refusal"))
            );
            let advice = error["advice"].as_str().expect("advice");
            assert_eq!(advice.contains("--proxy-protocol"), expected, "{advice}");
        }
    }
}

/// The proxy's port, and the option that names it.
fn proxies(test: &str, login: Option<(&str, &str)>) -> Vec<(u16, String, Box<dyn Send>)> {
    let mut all: Vec<(u16, String, Box<dyn Send>)> = Vec::new();
    if let Some(proxy) = Microsocks::for_test(test, login) {
        let url = format!("socks5://localhost:{}", proxy.port);
        all.push((proxy.port, url, Box::new(proxy)));
    }
    if let Some(proxy) = Tinyproxy::for_test(test, login) {
        let url = format!("http://127.0.0.1:{}", proxy.port);
        all.push((proxy.port, url, Box::new(proxy)));
    }
    all
}

#[test]
fn a_proxy_leads_to_the_server() {
    let server = server();
    for (port, url, _proxy) in proxies("a proxy", None) {
        let target = format!("localhost:{}", server.port());
        let (code, report) = look(&target, &["--via", &url]);
        assert_eq!((code, outcome(&report)), (0, "trusted"), "{report:#}");
        let connection = &report["connection"];
        assert_eq!(connection["via"], url.as_str());
        let address = connection["address"].as_str().expect("an address");
        assert!(address.ends_with(&format!(":{port}")), "{address}");
        let run = shown(&target, &["--via", &url]);
        assert!(run.stdout.contains(", the proxy's"), "{}", run.stdout);
        assert!(run.stdout.contains("were not checked"), "{}", run.stdout);
        // Nothing listens there, and the proxy says so.
        let closed = format!("localhost:{}", raw::closed_port().port());
        let (code, report) = look(&closed, &["--via", &url]);
        let error = &report["error"];
        assert_eq!(
            (code, error["code"].as_str()),
            (3, Some("proxy-failed")),
            "{report:#}"
        );
        assert_eq!(error["step"], "connect");
    }
}

#[test]
fn a_proxy_that_wants_a_login_is_a_failure_of_its_own() {
    let server = server();
    let target = format!("localhost:{}", server.port());
    for (_, url, _proxy) in proxies("a proxy with a login", Some(("user", "word"))) {
        let (code, report) = look(&target, &["--via", &url]);
        let error = &report["error"];
        assert_eq!((code, error["code"].as_str()), (3, Some("proxy-failed")));
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("asks for a login"), "{message}");
    }
    assert!(server.lines().is_empty());
}

/// Every lie and every silence of a proxy ends within the deadline, bounded and escaped.
#[test]
fn a_proxy_that_misbehaves_is_told_from_the_server() {
    let flood = [&b"HTTP/1.1 200 OK\r\n"[..], &b"X: y\r\n".repeat(20_000)].concat();
    let lines: [(&str, &[&[u8]], &str); 10] = [
        ("http", &[b""], "no answer within 1 s"),
        (
            "http",
            &[b"HTTP/1.1 200 OK\r\nA: b"],
            "no answer within 1 s",
        ),
        (
            "http",
            &[b"220 mx.test ESMTP\r\n"],
            "it does not speak HTTP; it sent \"220 mx.test ESMTP\"",
        ),
        (
            "http",
            &[b"HTTP/1.1 503 \x1b[31mno\r\n\r\n"],
            "it does not speak HTTP",
        ),
        (
            "http",
            &[b"HTTP/1.1 403 Forbidden\r\n\r\n"],
            "it answers 403 Forbidden",
        ),
        ("http", &[&flood], "its answer does not end"),
        ("socks5", &[b""], "no answer within 1 s"),
        (
            "socks5",
            &[b"HTTP/1.1 400 Bad Request\r\n\r\n"],
            "it does not speak SOCKS 5",
        ),
        ("socks5", &[b"\x05\xff"], "it asks for a login"),
        (
            "socks5",
            &[b"\x05\0\x05\x02\0\x01\0\0\0\0\0\0"],
            "it says: not allowed by its rules",
        ),
    ];
    for (scheme, turns, expected) in lines {
        let proxy = raw::says(turns);
        let url = format!("{scheme}://{proxy}");
        let start = Instant::now();
        let (code, report) = look(
            "mx.example.org:587",
            &["--via", &url, "--connect-timeout", "1"],
        );
        assert!(start.elapsed() < Duration::from_secs(5), "{expected}");
        let error = &report["error"];
        assert_eq!(
            (code, error["code"].as_str()),
            (3, Some("proxy-failed")),
            "{expected}: {report:#}"
        );
        let message = error["message"].as_str().expect("a message");
        let whole = format!("the proxy {url} does not connect to mx.example.org:587: ");
        assert!(
            message.starts_with(&whole) && message.contains(expected),
            "{message}"
        );
        assert!(message.len() < 400, "{message}");
    }
    // The deadline of the target comes first.
    for (scheme, what) in [
        ("http", "does not connect to"),
        ("socks5", "does not connect to"),
    ] {
        let url = format!("{scheme}://{}", raw::says(&[b""]));
        let options = ["--via", &url, "--timeout", "1"];
        let (code, report) = look("mx.example.org:587", &options);
        let error = &report["error"];
        assert_eq!(
            (code, error["code"].as_str()),
            (3, Some("proxy-failed")),
            "{report:#}"
        );
        let message = error["message"].as_str().expect("a message");
        assert!(
            message.contains(what) && message.contains("within 1 s"),
            "{message}"
        );
    }
}

/// The answer of the proxy and the greeting of the server come in one segment.
#[test]
fn what_follows_the_answer_of_a_proxy_is_the_servers() {
    let server = serve(&PKI.identity(leaf(&["localhost"])));
    let answers: [(&str, &[u8], usize); 2] = [
        ("http", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", 0),
        ("socks5", b"\x05\0\0\x03\x01x\0\x19", 2),
    ];
    for (scheme, answer, first) in answers {
        let proxy = raw::listen(move |mut client| {
            if first > 0 {
                let _ = std::io::Read::read_exact(&mut client, &mut [0; 3]);
                raw::send(&mut client, b"\x05\0");
                let _ = std::io::Read::read_exact(&mut client, &mut [0; 16]);
            } else {
                while raw::read_line(&client).trim_end() != "" {}
            }
            let Ok(server) = TcpStream::connect(server) else {
                return;
            };
            let greeting = raw::read_line(&server);
            raw::send(&mut client, &[answer, greeting.as_bytes()].concat());
            let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else {
                return;
            };
            std::thread::spawn(move || raw::forward(from_client, to_server));
            raw::forward(server, client);
        });
        let (code, report) = look("localhost:587", &["--via", &format!("{scheme}://{proxy}")]);
        assert_eq!(code, 0, "{report:#}");
    }
}

#[test]
fn a_proxy_that_is_not_there_is_not_the_server() {
    let closed = raw::closed_port();
    for (url, step) in [
        (format!("socks5://{closed}"), "connect"),
        ("http://proxy.invalid:3128".to_owned(), "resolve"),
    ] {
        let (code, report) = look("mx.example.org", &["--via", &url]);
        let error = &report["error"];
        assert_eq!(
            (code, error["code"].as_str()),
            (3, Some("proxy-failed")),
            "{report:#}"
        );
        assert_eq!(error["step"], step);
        assert_eq!(report["connection"]["via"], url.as_str());
    }
}

#[test]
fn a_command_leads_to_the_server() {
    let server = server();
    let Some(sshd) = Sshd::for_test("a command that leads to the server") else {
        return;
    };
    for (scheme, behaviour) in [
        ("smtp", Behaviour::default()),
        (
            "smtps",
            Behaviour {
                implicit_tls: true,
                ..Behaviour::default()
            },
        ),
    ] {
        let other = Server::start(&PKI.identity(leaf(&["localhost"])), behaviour);
        let target = format!("{scheme}://localhost:{}", other.port());
        let (code, report) = look(&target, &["--via-command", &sshd.jump("%h:%p")]);
        assert_eq!(
            (code, outcome(&report)),
            (0, "trusted"),
            "{report:#}\n{}",
            sshd.log()
        );
        assert_eq!(report["connection"]["address"], Value::Null);
        assert_eq!(report["connection"]["via"], sshd.jump("%h:%p"));
    }
    // A host key that is not known.
    let stranger = sshd.jump("%h:%p").replace("/known ", "/host.pub ");
    let stranger = stranger.replace("-q ", "");
    let target = format!("localhost:{}", server.port());
    let (code, report) = look(&target, &["--via-command", &stranger]);
    let error = &report["error"];
    assert_eq!(
        (code, error["code"].as_str()),
        (3, Some("proxy-failed")),
        "{report:#}"
    );
    let message = error["message"].as_str().expect("a message");
    assert!(
        message.contains("exit status: 255") && message.contains("Host key verification failed"),
        "{message}"
    );
    assert!(server.lines().is_empty());
}

#[test]
fn a_command_that_fails_is_told_with_its_last_words() {
    for (command, expected) in [
        (
            "/nonexistent/nc %h %p",
            "the command \"/nonexistent/nc\" cannot be started: No such file or directory",
        ),
        (
            "sh -c 'echo %h:%p \u{1b}[31m is down >&2; exit 3'",
            "exit status: 3: mx.example.org:587",
        ),
        ("true", "the command \"true\" ended with exit status: 0"),
        ("sh -c 'yes x >&2 | head -c 1000000; exit 1'", "x; x; x"),
        (
            "sh -c 'echo not now >&2; exec sleep 60'",
            "no answer through the command \"sh\": not now",
        ),
        (
            "sh -c 'exec >&- <&-; sleep 60'",
            "closed its standard output",
        ),
    ] {
        let start = Instant::now();
        let (code, report) = look(
            "mx.example.org:587",
            &["--via-command", command, "--timeout", "2"],
        );
        assert!(start.elapsed() < Duration::from_secs(5), "{command}");
        let error = &report["error"];
        assert_eq!(
            (code, error["code"].as_str()),
            (3, Some("proxy-failed")),
            "{command}: {report:#}"
        );
        let message = error["message"].as_str().expect("a message");
        assert!(
            message.contains(expected) && message.len() < 450,
            "{message}"
        );
    }
    // What the server says is not the command's failure.
    let (code, report) = look(
        "mx.example.org",
        &["--via-command", "printf '554 no\\r\\n'"],
    );
    assert_eq!(
        (code, report["error"]["code"].as_str()),
        (4, Some("greeting-refused")),
        "{report:#}"
    );
}

/// Nothing of a command is left: neither a process of its group nor a zombie.
#[test]
fn a_command_ends_with_the_look() {
    let dir = Dir::new();
    let pids = dir.path().join("pids");
    let script = format!(
        "sh -c 'sleep 300 & echo $! $$ >> {}; wait'",
        pids.to_str().expect("UTF-8")
    );
    let (code, _) = look(
        "mx.example.org",
        &["--via-command", &script, "--timeout", "1"],
    );
    assert_eq!(code, 3);
    let written = std::fs::read_to_string(&pids).expect("both process ids");
    let all: Vec<&str> = written.split_whitespace().collect();
    assert_eq!(all.len(), 2, "{written}");
    for pid in all {
        let path = format!("/proc/{pid}/stat");
        let start = Instant::now();
        while let Ok(stat) = std::fs::read_to_string(&path) {
            // Its parent may take a moment to notice.
            assert!(start.elapsed() < Duration::from_secs(5), "{stat}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn connections_come_from_the_address_that_is_asked_for() {
    let address = raw::listen(|mut stream| {
        let peer = stream.peer_addr().map(|peer| peer.ip().to_string());
        raw::send(
            &mut stream,
            format!("554 {}\r\n", peer.unwrap_or_default()).as_bytes(),
        );
    });
    let target = format!("smtp://127.0.0.1:{}", address.port());
    for source in ["127.0.0.2", "127.0.0.3"] {
        let (_, report) = look(&target, &["--source", source, "--source", "::1"]);
        let message = report["error"]["message"].as_str().expect("a message");
        assert!(message.contains(source), "{message}");
    }
    let (code, report) = look(&target, &["--source", "192.0.2.9"]);
    let error = &report["error"];
    assert_eq!((code, error["code"].as_str()), (3, Some("connect-failed")));
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("not from 192.0.2.9: "), "{message}");
    assert_eq!(
        error["advice"],
        "this machine has no such address: see --source"
    );
    let run = run([&target, "--source", "127.0.0.1", "--source", "127.0.0.2"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn addresses_of_the_other_family_are_not_checked_and_that_is_said() {
    let identity = PKI.identity(leaf(&["mx.example"]));
    let server = Server::start_on("127.0.0.1:0", &identity, Behaviour::default());
    let ips = ["127.0.0.1".to_owned(), "::1".to_owned()];
    let Some(names) = Names::new("a source address", &hosts("mx.example", &ips)) else {
        return;
    };
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let target = format!("mx.example:{}", server.port());
    let source = |verb: &[&str], format: &str| {
        let mut command = program();
        command.args(verb).args([&target, "--source", "127.0.0.1"]);
        command.args(["--format", format, "--cacerts"]).arg(&root);
        finish(&mut names.within(&command))
    };
    let run = source(&[], "json");
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    check_schema(&report);
    assert_eq!((run.code, outcome(&report)), (0, "trusted"), "{report:#}");
    let addresses = report["addresses"].as_array().expect("several addresses");
    let mut others = addresses.iter().filter(|one| one["outcome"].is_null());
    let other = others.next().expect("the other");
    assert_eq!(other["error"]["code"], "no-source");
    assert_eq!(other["address"], format!("[::1]:{}", server.port()));
    let run = source(&[], "table");
    let line = "\n  not checked    ::1: the source address is of the other family\n";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    let run = source(&["audit"], "jsonl");
    assert!(run.stdout.contains("address-not-tried"), "{}", run.stdout);
    let target = format!("127.0.0.1:{}", server.port());
    let (code, report) = look(&target, &["--source", "::1"]);
    let code = (code, report["error"]["code"].as_str());
    assert_eq!(code, (3, Some("no-address")), "{report:#}");
}

#[test]
fn wrong_values_are_errors_before_any_connection() {
    for args in [
        &["--via", "ftp://a:1"][..],
        &["--via", "socks5://a"],
        &["--via", "http://u:p@a:1"],
        &["--via-command", "a 'b"],
        &["--via-command", "nc %x"],
        &["--via-command", ""],
        &["--source", "localhost"],
        &["--via", "socks5://a:1", "--via-command", "nc %h %p"],
    ] {
        let run = run([&["mx.example.org"], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
    }
    let dir = Dir::new();
    let list = dir.file("list", "a.example via-command=x\n");
    let run = run(["audit", "--input", list.to_str().expect("UTF-8")]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("unknown column"), "{}", run.stderr);
}

/// The LMTP server of these tests, on a Unix socket.
fn lmtp_on(path: &std::path::Path, turns: &'static [&'static [u8]]) {
    let listener = std::os::unix::net::UnixListener::bind(path).expect("a socket");
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            for turn in turns {
                let _ = std::io::Write::write_all(&mut client, turn);
                let _ = std::io::Read::read(&mut client, &mut [0; 1024]);
            }
        }
    });
}

#[test]
fn a_unix_socket_has_no_name_and_that_is_said() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let Some(dovecot) = dovecot::Setup::new(&identity).for_test("LMTP on a Unix socket") else {
        return;
    };
    let target = format!("lmtp+unix:{}", dovecot.socket().display());
    let (code, report) = look(&target, &["--servername", "localhost"]);
    assert_eq!((code, outcome(&report)), (0, "trusted"), "{report:#}");
    assert_eq!(report["connection"]["protocol"], "lmtp");
    assert_eq!(report["connection"]["address"], Value::Null);
    assert_eq!(report["target"]["host"], Value::Null);
    assert_eq!(report["target"]["port"], Value::Null);
    assert_eq!(report["connection"]["round_trips"], 4);
    let presented: Vec<&str> = report["chain"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["pem"].as_str())
        .collect();
    let path = dovecot.socket().display().to_string();
    let theirs = Service::Lmtp.presented_to(&["-servername", "localhost", "-unix", &path]);
    assert_eq!(presented, theirs);
    // The chain is sound, and the name was not compared: that is not "trusted".
    let (code, report) = look(&target, &[]);
    assert_eq!((code, outcome(&report)), (1, "untrusted"), "{report:#}");
    assert_eq!(problems(&report), ["name-not-compared"]);
    assert_eq!(report["target"]["servername"], "");
    let run = shown(&target, &[]);
    let first = format!("UNTRUSTED  {path}  name-not-compared\n");
    assert!(
        run.stdout.replace("\n           ", " ").starts_with(&first),
        "{}",
        run.stdout
    );
    let (code, report) = look(&target, &["--servername", "mx.example.org"]);
    assert_eq!(
        (code, problems(&report)),
        (1, vec!["name-mismatch".to_owned()])
    );
    // Its address is this machine, and Dovecot is the same.
    let run = shown(
        &target,
        &["--format", "nagios", "--servername", "localhost"],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn a_unix_socket_in_lists_and_where_it_has_no_meaning() {
    let dir = Dir::new();
    let path = dir.path().join("lmtp");
    lmtp_on(
        &path,
        &[b"220 mx.test LMTP\r\n", b"250 mx.test\r\n", b"221 bye\r\n"],
    );
    let target = format!("lmtp+unix:{}", path.display());
    let list = dir.file("list", format!("{target} label=local\n"));
    let list = list.to_str().expect("UTF-8");
    let saved = dir.path().join("saved");
    let saved = saved.to_str().expect("UTF-8");
    for (format, expected) in [
        ("table", "starttls-not-offered"),
        ("jsonl", "starttls-not-offered"),
        ("csv", "starttls-not-offered"),
        ("prometheus", "starttls-not-offered"),
        ("junit", "starttls-not-offered"),
        ("html", "starttls-not-offered"),
        ("nagios", "CRITICAL"),
    ] {
        let arguments = ["audit", "--input", list, "--format", format, "--pause", "0"];
        let run = run(arguments
            .into_iter()
            .chain(["--baseline", saved, "--save", saved]));
        assert!(
            run.stdout.contains(expected),
            "{format}: {}{}",
            run.stdout,
            run.stderr
        );
        let expected = if format == "nagios" { 2 } else { 1 };
        assert_eq!(run.code, expected, "{format}: {}", run.stderr);
    }
    let missing = dir.path().join("missing");
    let (code, report) = look(&format!("lmtp+unix:{}", missing.display()), &[]);
    let error = &report["error"];
    assert_eq!(
        (code, error["code"].as_str()),
        (3, Some("connect-failed")),
        "{report:#}"
    );
    let message = error["message"].as_str().expect("a message");
    assert!(
        message.ends_with("/missing: No such file or directory"),
        "{message}"
    );
    for args in [
        &[&target, "--connect", "127.0.0.1"][..],
        &[&target, "--via", "http://a:1"],
        &[&target, "--via-command", "nc"],
        &[&target, "--source", "127.0.0.1"],
        &["pin", &target],
        &["pin", &target, "--for", "postfix"],
        &["lmtp+unix:"],
    ] {
        let run = run(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
    }
}
