//! Exim, as a server and as a client: started as root with root's configuration, which keeps it the
//! right to read the key.

use super::place::Place;
use crate::daemon::home::{Home, account};
use std::io::Write as _;
use std::os::unix::fs::chown;
use std::process::{Command, Stdio};

/// The response that is stapled, if it is there.
pub(super) const OCSP: &str = "response.der";

pub(super) fn configure(place: &Place) -> std::io::Result<Command> {
    let uid = Some(account("Debian-exim")?.uid.as_raw());
    place.directory("spool", uid)?;
    place.directory("log", uid)?;
    // Read for each connection, by its own user.
    chown(place.path("key.pem"), uid, None)?;
    let dir = place.dir.path().display();
    // Without a chain none is configured, and Exim makes one for itself.
    let certificate = if std::fs::metadata(place.path("chain.pem"))?.len() == 0 {
        String::new()
    } else {
        format!("tls_certificate = {dir}/chain.pem\ntls_privatekey = {dir}/key.pem\n")
    };
    let staple = if place.path(OCSP).exists() {
        format!("tls_ocsp_file = {dir}/{OCSP}\n")
    } else {
        String::new()
    };
    let (starttls, smtps) = (place.starttls, place.smtps);
    let configuration = format!(
        "exim_user = Debian-exim
exim_group = Debian-exim
never_users =
primary_hostname = mx.exim.test
spool_directory = {dir}/spool
log_file_path = {dir}/log/%s
pid_file_path = {dir}/pid
daemon_smtp_ports = {starttls} : {smtps}
tls_on_connect_ports = {smtps}
local_interfaces = 127.0.0.1
daemon_startup_retries = 0
tls_advertise_hosts = *
{certificate}{staple}host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
log_selector = +smtp_connection +tls_sni +smtp_protocol_error
acl_smtp_helo = helo
begin acl
helo:
  accept logwrite = EHLO $sender_helo_name
begin routers
begin transports
"
    );
    place.write("exim.conf", &configuration, 0o644)?;
    let mut command = Home::command(place.root.join("usr/sbin/exim4"));
    // -bdf: in the foreground, no queue runner.
    command
        .arg("-C")
        .arg(place.path("exim.conf"))
        .arg("-bdf")
        .env("LD_LIBRARY_PATH", place.libraries("usr/lib/exim4")?);
    Ok(command)
}

/// One delivery, in the foreground; what is logged about it. The transport gets one line more,
/// because Exim does not send to its own machine else.
pub(super) fn send(
    place: &Home,
    (name, transport): (&str, &str),
    message: &str,
) -> std::io::Result<String> {
    let configuration = format!(
        "disable_ipv6
begin routers
all:
  driver = manualroute
  route_list = * localhost
  self = send
  transport = {name}
begin transports
{transport}  allow_localhost
"
    );
    hand_in(
        place,
        &configuration,
        &["to@server.test".to_owned()],
        message,
    )
}

/// One message to all of them, each delivered by itself to where the DNS says, with DANE, in the
/// foreground; what is logged about it.
pub(super) fn deliver(place: &Home, recipients: &[String]) -> std::io::Result<String> {
    const CONFIGURATION: &str = "dns_dnssec_ok = 1
local_interfaces = 127.0.0.1
remote_max_parallel = 4
log_selector = +smtp_connection
begin routers
dns:
  driver = dnslookup
  self = send
  dnssec_request_domains = *
  transport = smtp
begin transports
smtp:
  driver = smtp
  allow_localhost
  multi_domain = false
  hosts_try_dane = *
  dnssec_request_domains = *
  connect_timeout = 3s
  command_timeout = 5s
";
    hand_in(place, CONFIGURATION, recipients, "Subject: test\n\n")
}

fn hand_in(
    place: &Home,
    configuration: &str,
    recipients: &[String],
    message: &str,
) -> std::io::Result<String> {
    let uid = Some(account("Debian-exim")?.uid.as_raw());
    place.directory("spool", uid)?;
    place.directory("log", uid)?;
    let dir = place.dir.path().display();
    let path = place.root.join("usr/sbin/exim4");
    let program = path.display();
    let configuration = format!(
        "exim_user = Debian-exim
exim_group = Debian-exim
never_users =
primary_hostname = client.exim.test
spool_directory = {dir}/spool
log_file_path = {dir}/log/%s
exim_path = {program}
keep_environment = LD_LIBRARY_PATH
{configuration}"
    );
    place.write("exim.conf", &configuration, 0o644)?;
    // -odf: deliver now, and end then.
    let mut child = Command::new(&path)
        .arg("-C")
        .arg(place.path("exim.conf"))
        .args(["-odf", "-f", "from@client.test"])
        .args(recipients)
        .env("LD_LIBRARY_PATH", place.libraries("usr/lib/exim4")?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(message.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let main = std::fs::read(place.path("log/main")).unwrap_or_default();
    let said = [output.stdout, output.stderr, main].concat();
    Ok(String::from_utf8_lossy(&said).into_owned())
}
