//! `config`: the settings of Mercurial that matter for mail, each with file and line.

use super::error::Error;
use super::mercurial::{Mercurial, Scope};
use super::terminal::{print, warn};
use crate::cli::{Config as Args, ConfigFormat};
use crate::mercurial::{Surroundings as _, is_left_out, is_secret};
use crate::render::settings::{Setting, json, table};
use crate::report::Exit;

/// Runs `config`.
pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let scope = Scope::named(args.hgrc.as_deref(), args.repository.as_deref());
    let mercurial = Mercurial::read(&scope)?;
    if let Some((file, why)) = mercurial.broken_share() {
        let place = file.display();
        return Err(
            Error::new(format!("\"{place}\": hg aborts in this repository: {why}"))
                .hint("share it again, or put its source back"),
        );
    }
    let config = mercurial.config();
    let settings: Vec<Setting<'_>> = config
        .items()
        .filter(|(section, key, _)| args.all || matters(section, key))
        .filter(|(section, ..)| !is_left_out(mercurial.environment(), section))
        .map(|(section, key, item)| Setting {
            section,
            key,
            item,
            secret: is_secret(key),
        })
        .collect();
    if settings.is_empty() {
        warn("no SMTP settings found: `hg email` has no server configured");
    }
    print(&match args.format {
        ConfigFormat::Table => table(&settings),
        ConfigFormat::Json => json(&settings),
    })?;
    Ok(Exit::SUCCESS)
}

/// Whether a setting affects which server `hg email` trusts, or was meant to.
fn matters(section: &[u8], key: &[u8]) -> bool {
    match section {
        b"smtp" | b"hostsecurity" | b"hostfingerprints" => true,
        b"web" => key == b"cacerts",
        b"email" => key == b"method",
        // `email = email --insecure` turns verification off.
        b"defaults" | b"alias" => key == b"email",
        _ => false,
    }
}
