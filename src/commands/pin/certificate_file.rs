//! The file that a certificate is saved in.

use crate::certificate::{Certificate, pem};
use crate::commands::disk::replace::{Replaced, replace};
use crate::commands::disk::resolve::resolve;
use crate::commands::error::Error;
use crate::commands::mercurial::Snapshot;
use crate::commands::terminal::say;
use crate::escape::visible;
use crate::fingerprint::Algorithm;
use crate::observation::system_text;
use std::path::{Path, PathBuf};

/// The absolute path of a file, as a configuration can name it.
pub(super) fn absolute(file: &Path) -> Result<String, Error> {
    let absolute = std::path::absolute(file).map_err(|why| {
        Error::new(format!(
            "cannot use \"{}\": {}",
            file.display(),
            system_text(&why)
        ))
    })?;
    match absolute.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(Error::new(format!("\"{}\" is not UTF-8", file.display()))),
    }
}

/// A file that a certificate is to be saved in, as it is now.
#[derive(PartialEq, Eq)]
pub(super) struct CertificateFile {
    real: PathBuf,
    before: Option<Vec<u8>>,
    /// It holds this certificate already, and nothing else.
    pub(super) is_done: bool,
}

impl CertificateFile {
    /// Reads it, and makes sure that it can be written. With a hint, a file that holds something
    /// else is an error.
    pub(super) fn read(
        path: &str,
        certificate: &Certificate,
        keep: Option<&'static str>,
    ) -> Result<Self, Error> {
        Self::read_for(path, std::slice::from_ref(certificate), keep)
    }

    /// The same for several certificates.
    pub(super) fn read_for(
        path: &str,
        certificates: &[Certificate],
        keep: Option<&'static str>,
    ) -> Result<Self, Error> {
        let there = Path::new(path).metadata();
        if there.is_ok_and(|there| !there.is_file()) {
            return Err(Error::new(format!("\"{path}\" is not a regular file")));
        }
        let real = resolve(Path::new(path));
        let before = Snapshot::default()
            .read(&real)
            .map_err(|why| Error::new(format!("cannot read \"{path}\": {}", system_text(&why))))?;
        let is_done = before.as_ref().is_some_and(|bytes| {
            let wanted = certificates.iter().map(|one| one.der().clone().into());
            pem::read(bytes).is_ok_and(|found| found == wanted.collect::<Vec<_>>())
        });
        if let (Some(_), false, Some(hint)) = (&before, is_done, keep) {
            let message = format!("\"{path}\" exists already, and holds something else");
            return Err(Error::new(message).hint(hint));
        }
        let directory = real.parent().unwrap_or(Path::new("/"));
        if !directory.is_dir() {
            let message = format!("there is no directory for \"{path}\"");
            return Err(Error::new(message).hint("create the directory first (mkdir -p)"));
        }
        Ok(Self {
            real,
            before,
            is_done,
        })
    }

    /// What saving will change, for the question; `None`: nothing.
    pub(super) fn plan(&self, certificate: &Certificate) -> Option<String> {
        let file = self.real.display();
        let label = visible(&certificate.label()).into_owned();
        let digest = certificate.fingerprint(Algorithm::Sha256);
        match self.before {
            _ if self.is_done => None,
            None => Some(format!(
                "the certificate of \"{label}\" goes into {file}:\n  {digest}"
            )),
            Some(_) => Some(format!(
                "the certificate of \"{label}\" takes the place of what {file} holds now:\n  {digest}"
            )),
        }
    }

    /// Writes it; a file that holds the certificate already stays as it is.
    pub(super) fn save(&self, text: &str) -> Result<(), Error> {
        if self.is_done {
            return Ok(());
        }
        match replace(&self.real, self.before.as_deref(), text.as_bytes())? {
            Replaced::Yes => {
                say(&format!("saved the certificate in {}", self.real.display()));
                Ok(())
            }
            Replaced::Changed => Err(Error::new(format!(
                "\"{}\" has just been changed by another program; nothing was written",
                self.real.display()
            ))),
        }
    }
}
