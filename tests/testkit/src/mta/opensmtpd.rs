//! OpenSMTPD: its spool and socket are at fixed paths, so it runs in its own root, with a file
//! system for each instance mounted on these paths in a mount namespace that ends with it.

use super::place::Place;
use crate::daemon::home::Home;
use std::process::Command;

/// The files with the action for all mail, and with the trust store.
pub(super) const ACTION: &str = "action";
pub(super) const STORE: &str = "store.pem";

/// `unshare` has made the mounts private: no other process sees them.
const START: &str = r#"set -e
mount -t tmpfs -o mode=755 tmpfs "$ROOT/var/spool"
mkdir -m 711 "$ROOT/var/spool/smtpd"
mount -t tmpfs -o mode=755 tmpfs "$ROOT/run"
mount --bind /dev "$ROOT/dev"
mount --bind "$PLACE" "$ROOT/mnt"
if [ -e "$PLACE/store.pem" ]; then
    mount --bind "$PLACE/store.pem" "$ROOT/etc/ssl/certs/ca-certificates.crt"
fi
exec chroot "$ROOT" /usr/sbin/smtpd -d -T smtp -f /mnt/smtpd.conf
"#;

pub(super) fn configure(place: &Place) -> std::io::Result<Command> {
    let (starttls, smtps) = (place.starttls, place.smtps);
    let rule = match std::fs::read_to_string(place.path(ACTION)) {
        // A session that is kept would carry later mail without another handshake.
        Ok(action) => format!(
            "mta limit session-mail-max 1\naction \"out\" {action}\nmatch from any for any action \"out\""
        ),
        Err(_) => "match from any for any reject".to_owned(),
    };
    let configuration = format!(
        "pki test cert \"/mnt/chain.pem\"
pki test key \"/mnt/key.pem\"
listen on 127.0.0.1 port {starttls} tls pki test hostname mx.opensmtpd.test
listen on 127.0.0.1 port {smtps} smtps pki test hostname mx.opensmtpd.test
{rule}
"
    );
    place.write("smtpd.conf", &configuration, 0o644)?;
    let mut command = Home::command("unshare");
    command
        .args([
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            START,
        ])
        .env("ROOT", &place.root)
        .env("PLACE", place.dir.path());
    Ok(command)
}
