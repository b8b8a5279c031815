//! nginx, a web server, with what it may do to those who fetch a document: with TLS, or without, as
//! CAs have it, or with servers of the test's.

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use crate::pki::Identity;
use std::ops::Deref;
use std::process::Command;

pub(crate) const PACKAGE: Package = Package {
    name: "nginx",
    starts: Starts::AsAnyone,
    ports: 1,
};

/// A running nginx. It serves the files that the test puts into its root; `/moved/NAME` leads to
/// `/NAME` by a redirect, `/gone/NAME` is gone, `/slow/NAME` comes at 16 octets a second, `/chunks/NAME`
/// comes in chunks, `/html/NAME` is said to be HTML, and `/cut/NAME` is closed without an answer.
#[derive(Debug)]
pub struct Nginx {
    daemon: Daemon,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Nginx {
    /// For a test of that name; `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str) -> Option<Self> {
        Self::start(test, configure)
    }

    /// The same with TLS alone, and this identity.
    ///
    /// # Panics
    /// As [`Nginx::for_test`].
    pub fn in_tls(test: &str, identity: &Identity) -> Option<Self> {
        Self::start(test, |home, ports| {
            home.write("chain.pem", &identity.chain_pem(), 0o644)?;
            home.write("key.pem", &identity.key_pem, 0o600)?;
            let (chain, key) = (home.path("chain.pem"), home.path("key.pem"));
            let fields = format!(
                "ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {}; ssl_certificate_key {};",
                chain.display(),
                key.display()
            );
            configure_with(home, ports, " ssl", &fields)
        })
    }

    /// For a test of that name, in a namespace of its own, with these servers, which listen on port
    /// 443 of 127.0.0.1, among others, and with these files, by their names; `PLACE` is its directory.
    /// `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn with_servers(test: &str, servers: &str, files: &[(String, Vec<u8>)]) -> Option<Self> {
        const PORT: u16 = 443;
        let configure = |home: &Home, _: &[u16]| {
            for (name, content) in files {
                let path = home.path(name);
                std::fs::create_dir_all(path.parent().expect("a directory"))?;
                std::fs::write(path, content)?;
            }
            let place = home.dir.path().display().to_string();
            run(home, &servers.replace("PLACE", &place))
        };
        let daemon = Daemon::at(test, &PACKAGE, &[PORT], configure)?;
        Some(Self { daemon, port: PORT })
    }

    fn start(
        test: &str,
        configure: impl Fn(&Home, &[u16]) -> std::io::Result<Command>,
    ) -> Option<Self> {
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        let port = ports[0];
        Some(Self { daemon, port })
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// Puts a file into the root.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn put(&self, name: &str, content: &[u8]) {
        let path = self.directory().join("www").join(name);
        std::fs::write(path, content).expect("a file");
    }

    /// The requests so far, a line for each: method, path and status.
    pub fn requests(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.directory().join("requests")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

pub(crate) fn configure(home: &Home, ports: &[u16]) -> std::io::Result<Command> {
    configure_with(home, ports, "", "")
}

/// With these words after the address to listen on, and these fields.
fn configure_with(
    home: &Home,
    ports: &[u16],
    words: &str,
    fields: &str,
) -> std::io::Result<Command> {
    home.directory("www", None)?;
    let place = home.dir.path().display();
    let port = ports[0];
    let servers = format!(
        "    gzip on;
    gzip_min_length 1;
    gzip_types *;
    server {{
        listen 127.0.0.1:{port}{words};
        {fields}
        root {place}/www;
        location / {{ }}
        location /moved/ {{ rewrite ^/moved/(.*)$ http://127.0.0.1:{port}/$1 redirect; }}
        location /gone/ {{ return 410; }}
        location /html/ {{ alias {place}/www/; default_type text/html; }}
        location /cut/ {{ return 444; }}
        location /slow/ {{ alias {place}/www/; limit_rate 16; }}
        # What is put together does not know its length.
        location /chunks/ {{ alias {place}/www/; ssi on; ssi_types *; }}
    }}
"
    );
    run(home, &servers)
}

/// What starts it with these servers.
fn run(home: &Home, servers: &str) -> std::io::Result<Command> {
    let place = home.dir.path().display();
    let configuration = format!(
        "daemon off;
master_process off;
pid {place}/pid;
error_log {place}/log;
events {{}}
http {{
    log_format short '$request_method $request_uri $status';
    access_log {place}/requests short;
    client_body_temp_path {place}/t1;
    proxy_temp_path {place}/t2;
    fastcgi_temp_path {place}/t3;
    uwsgi_temp_path {place}/t4;
    scgi_temp_path {place}/t5;
    server_names_hash_bucket_size 256;
    server_names_hash_max_size 4096;
{servers}}}
"
    );
    home.write("nginx.conf", &configuration, 0o644)?;
    let mut command = Home::command(home.root.join("usr/sbin/nginx"));
    command
        .env("LD_LIBRARY_PATH", home.libraries("usr/lib")?)
        .arg("-e")
        .arg(home.path("log"))
        .arg("-p")
        .arg(home.dir.path())
        .arg("-c")
        .arg(home.path("nginx.conf"));
    Ok(command)
}

impl Deref for Nginx {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
