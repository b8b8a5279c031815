//! Exim: started as root with a configuration of root's, so that it keeps the right to read the key.

use super::place::{Place, account};
use std::os::unix::fs::chown;
use std::process::Command;

pub(super) fn configure(place: &Place) -> std::io::Result<Command> {
    let uid = Some(account("Debian-exim")?.uid.as_raw());
    place.directory("spool", uid)?;
    place.directory("log", uid)?;
    // Read for each connection, by its own user.
    chown(place.path("key.pem"), uid, None)?;
    let dir = place.dir.path().display();
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
tls_certificate = {dir}/chain.pem
tls_privatekey = {dir}/key.pem
host_lookup =
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
    let mut command = Place::command(place.root.join("usr/sbin/exim4"));
    // -bdf: in the foreground, no queue runner.
    command
        .arg("-C")
        .arg(place.path("exim.conf"))
        .arg("-bdf")
        .env("LD_LIBRARY_PATH", place.libraries("usr/lib/exim4")?);
    Ok(command)
}
