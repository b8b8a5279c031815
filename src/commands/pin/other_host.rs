//! The note that `[smtp]` is configured for another host.

use crate::commands::terminal::say;
use crate::mercurial::{HostSettings, is_smtp_host};

/// Reports that the settings of `[smtp]` are for another host than this one, if they are.
pub(super) fn note(settings: &HostSettings, host: &str) {
    if is_smtp_host(settings, host) {
        return;
    }
    if let Some(other) = &settings.smtp_host {
        say(&format!(
            "note: smtp.host is {} ({}): hg email uses that server.\n  Only the lines of [hostsecurity] are for {host}",
            String::from_utf8_lossy(&other.value),
            other.line.source
        ));
    }
}
