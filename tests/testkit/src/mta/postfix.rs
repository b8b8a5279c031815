//! Postfix, with its own queue, configuration and log; all mail is delivered to one maildir.

use super::place::Place;
use crate::daemon::home::{Home, account};
use crate::daemon::ports;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;
use std::time::{Duration, SystemTime};

pub(super) fn configure(place: &Place) -> std::io::Result<Command> {
    let owner = account("postfix")?;
    place.directory("mail", Some(owner.uid.as_raw()))?;
    run(place, &main_cf(place, &owner), &master_cf(place))
}

/// What starts it with these additions to the configuration that every Postfix of ours has.
pub(super) fn run(place: &Home, main_cf: &str, master_cf: &str) -> std::io::Result<Command> {
    let uid = Some(account("postfix")?.uid.as_raw());
    place.directory("etc", None)?;
    place.directory("data", uid)?;
    queue(place, uid)?;
    let main_cf = directories(place) + main_cf;
    place.write("etc/main.cf", &main_cf, 0o644)?;
    age(place)?;
    let master_cf = master_cf.to_owned() + SERVICES;
    place.write("etc/master.cf", &master_cf, 0o644)?;
    let mut command = Home::command(place.root.join("usr/lib/postfix/sbin/master"));
    command
        .args(["-d", "-c"])
        .arg(place.path("etc"))
        .env("MAIL_CONFIG", place.path("etc"))
        // Else what it says before it has started its logger is lost.
        .env("POSTLOG_SERVICE", place.path("queue/public/postlog"))
        .env("POSTLOG_HOSTNAME", "mx")
        .env("LD_LIBRARY_PATH", place.libraries("usr/lib/postfix")?);
    Ok(command)
}

/// One of Postfix' own programs, with the server's configuration.
pub(super) fn program(place: &Home, name: &str) -> std::io::Result<Command> {
    let mut command = Command::new(place.root.join("usr/sbin").join(name));
    command
        .env("MAIL_CONFIG", place.path("etc"))
        .env("LD_LIBRARY_PATH", place.libraries("usr/lib/postfix")?);
    Ok(command)
}

/// Adds lines to `main.cf`.
pub(super) fn add(place: &Home, lines: &str) -> std::io::Result<()> {
    let before = std::fs::read_to_string(place.path("etc/main.cf"))?;
    place.write("etc/main.cf", &format!("{before}{lines}"), 0o644)?;
    age(place)
}

/// Adds services that demand the header of the PROXY protocol: smtpd with STARTTLS, smtpd in TLS,
/// and postscreen. Returns their ports.
pub(super) fn demand_headers(place: &Home) -> std::io::Result<Vec<u16>> {
    let ports = ports::free(3)?;
    let (smtp, smtps, postscreen) = (ports[0], ports[1], ports[2]);
    let before = std::fs::read_to_string(place.path("etc/master.cf"))?;
    let demand = "upstream_proxy_protocol=haproxy";
    let services = format!(
        "{smtp} inet n - n - - smtpd -o smtpd_{demand}
{smtps} inet n - n - - smtpd -o smtpd_{demand} -o smtpd_tls_wrappermode=yes
{postscreen} inet n - n - 1 postscreen -o postscreen_{demand}
smtpd     pass - - n - - smtpd
dnsblog   unix - - n - 0 dnsblog
tlsproxy  unix - - n - 0 tlsproxy
"
    );
    place.write("etc/master.cf", &format!("{before}{services}"), 0o644)?;
    Ok(ports)
}

/// Postfix reads `main.cf` again and again until it is more than a second old (`dict_load_file_xt`
/// in `src/util/dict.c`).
fn age(place: &Home) -> std::io::Result<()> {
    let file = std::fs::File::options()
        .append(true)
        .open(place.path("etc/main.cf"))?;
    file.set_modified(SystemTime::now() - Duration::from_mins(1))
}

/// The directories that `postfix set-permissions` would make.
fn queue(place: &Home, uid: Option<u32>) -> std::io::Result<()> {
    place.directory("queue", None)?;
    for name in [
        "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
        "saved", "trace", "maildrop", "public",
    ] {
        place.directory(&format!("queue/{name}"), uid)?;
    }
    place.directory("queue/pid", None)?;
    let postdrop = nix::unistd::Group::from_name("postdrop")?;
    let gid = postdrop.map(|group| group.gid.as_raw());
    for (name, mode) in [("queue/maildrop", 0o730), ("queue/public", 0o710)] {
        chown(place.path(name), None, gid)?;
        std::fs::set_permissions(place.path(name), PermissionsExt::from_mode(mode))?;
    }
    Ok(())
}

/// Everything is in the home.
fn directories(place: &Home) -> String {
    let dir = place.dir.path().display();
    let root = place.root.display();
    format!(
        "compatibility_level = 3.6
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {dir}/etc
data_directory = {dir}/data
queue_directory = {dir}/queue
mail_owner = postfix
setgid_group = postdrop
import_environment = MAIL_CONFIG LD_LIBRARY_PATH
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
alias_maps =
alias_database =
local_header_rewrite_clients =
"
    )
}

fn main_cf(place: &Place, owner: &nix::unistd::User) -> String {
    let dir = place.dir.path().display();
    let (uid, gid) = (owner.uid, owner.gid);
    format!(
        "myhostname = mx.postfix.test
mydestination =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
smtpd_delay_reject = no
smtpd_helo_restrictions = check_helo_access static:{{INFO greeted}}
smtpd_tls_chain_files = {dir}/key.pem, {dir}/chain.pem
smtpd_tls_security_level = may
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = {dir}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"
    )
}

fn master_cf(place: &Place) -> String {
    let (starttls, smtps) = (place.starttls, place.smtps);
    format!(
        "{starttls} inet n - n - - smtpd
{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
"
    )
}

/// Those that follow the servers. The logger's socket comes after the ports: anything logged before
/// the logger runs is lost.
const SERVICES: &str = "\
postlog   unix-dgram n - n - 1 postlogd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
";
