//! The end of `pin` for Mercurial: what is meant, and the lines that are printed or written.

use super::ca::Ca;
use super::plan_error::objection;
use super::request::{MercurialRequest, Output};
pub(super) use super::shown::Shown;
use super::snippet::snippet;
use super::stopped::Stopped;
use super::write::{Verification, Writing};
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::commands::mercurial::{Mercurial, Scope};
use crate::endpoint::Start;
use crate::mercurial::{Intent, PinnedBy, changes_for};

/// What is pinned.
pub(super) struct Meant<'a> {
    pub(super) host: &'a str,
    /// The port for `hg email`, and how TLS starts there.
    pub(super) port: (u16, Start),
    /// All ports that were looked at.
    pub(super) ports: Vec<u16>,
    /// The DER of each certificate, those included that are to come.
    pub(super) leaves: Vec<&'a [u8]>,
    pub(super) ca: Option<&'a Ca>,
}

/// What Mercurial is to accept from now on; an error if there is nothing, or it may not be written:
/// then it is neither printed nor prepared.
pub(super) fn intent<'a>(
    typed: &MercurialRequest<'_>,
    assessor: &Assessor,
    meant: &Meant<'a>,
) -> Result<Intent<'a>, Error> {
    if meant.leaves.is_empty() {
        return Err(Error::new("there is no certificate to pin"));
    }
    let (port, start) = meant.port;
    let intent = Intent {
        host: meant.host,
        port,
        start,
        ports: meant.ports.clone(),
        leaves: meant.leaves.clone(),
        by: match meant.ca {
            Some(ca) => PinnedBy::Cacerts(&ca.path),
            None => PinnedBy::Fingerprint,
        },
        digest: typed.digest,
        legacy: typed.legacy,
        old: typed.request.existing,
    };
    let none = Mercurial::none();
    let mercurial = assessor.mercurial().unwrap_or(&none);
    changes_for(mercurial.config(), mercurial.environment(), &intent)
        .map_err(|why| objection(&why))?;
    Ok(intent)
}

/// Prints the lines, or writes them.
pub(super) fn output(
    typed: &MercurialRequest<'_>,
    assessor: &Assessor,
    (intent, ca): (&Intent<'_>, Option<&Ca>),
    shown: &Shown<'_>,
) -> Result<(), Stopped> {
    match typed.output {
        Output::File(edit) => {
            let pin = Verification {
                intent,
                report: shown.report,
                pinned: shown.pinned,
                scope: typed.sources.scope.unwrap_or(Scope::Everything(None)),
                release: typed.sources.hg_version,
                ca,
            };
            Writing { edit, pin }.run()
        }
        Output::Snippet => {
            if let Some(ca) = ca {
                ca.save(&ca.file(typed.request.existing)?, shown.report)?;
            }
            let none = Mercurial::none();
            let mercurial = assessor.mercurial().unwrap_or(&none);
            Ok(snippet(mercurial, intent, shown)?)
        }
    }
}
