//! postfix-mta-sts-resolver: what Postfix asks for the policies of domains (MTA-STS).

use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

const PACKAGE: Package = Package {
    name: "mta-sts",
    starts: Starts::AsAnyone,
    ports: 1,
};

/// Prints a line for each domain: what is found, the id, and the policy. A few are asked for at once,
/// because the time of each runs from its start.
const QUERIES: &str = r#"
import asyncio, json, sys
from postfix_mta_sts_resolver.resolver import STSResolver

async def main(timeout, domains):
    resolver = STSResolver(loop=asyncio.get_running_loop(), timeout=timeout)
    at_once = asyncio.Semaphore(4)
    async def resolve(domain):
        async with at_once:
            return await resolver.resolve(domain)
    found = await asyncio.gather(*map(resolve, domains))
    for domain, (result, policy) in zip(domains, found):
        name, body = policy or (None, None)
        print(json.dumps({"domain": domain, "result": result.name, "id": name, "policy": body}))

asyncio.run(main(float(sys.argv[1]), sys.argv[2:]))
"#;

/// Its daemon, which runs until this is dropped.
#[derive(Debug)]
pub struct MtaSts {
    daemon: Daemon,
    /// Where it answers Postfix' socketmaps on 127.0.0.1.
    pub port: u16,
}

impl MtaSts {
    /// For a test of that name, with the file of the CAs that it trusts; it waits so many seconds for
    /// a policy. `None` when the test must be skipped.
    ///
    /// # Panics
    /// When it is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, cas: &Path, seconds: u32) -> Option<Self> {
        let configure = |home: &Home, ports: &[u16]| {
            let configuration = format!(
                "host: 127.0.0.1\nport: {}\ncache:\n  type: internal\n\
                 default_zone:\n  strict_testing: false\n  timeout: {seconds}\n",
                ports[0]
            );
            home.write("config.yml", &configuration, 0o644)?;
            let mut command = Home::command(home.root.join("bin/mta-sts-daemon"));
            command.env("SSL_CERT_FILE", cas);
            command.arg("-c").arg(home.path("config.yml"));
            Ok(command)
        };
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        let port = ports[0];
        Some(Self { daemon, port })
    }

    /// What `mta-sts-query` finds of these domains, each without a cache: objects of JSON with
    /// `domain`, `result` (`VALID`, `NONE`, `FETCH_ERROR`), `id` and `policy`.
    ///
    /// # Panics
    /// When it does not run.
    pub fn query<S: AsRef<OsStr>>(
        &self,
        cas: &Path,
        seconds: u32,
        domains: &[S],
    ) -> Vec<serde_json::Value> {
        let output = Command::new(self.daemon.home.root.join("bin/python3"))
            .args(["-c", QUERIES, &seconds.to_string()])
            .args(domains)
            .env("SSL_CERT_FILE", cas)
            .output()
            .expect("Python");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let said = String::from_utf8_lossy(&output.stdout);
        let lines = said.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}
