//! Which CAs are public: the ones that the distribution ships, without those that an administrator
//! has added to its store.
#![expect(clippy::disallowed_methods, reason = "here files are read")]

use super::read::up_to;
use crate::certificate::pem;
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Where Debian's package ca-certificates keeps its CAs, before the administrator's are added.
const SHIPPED: &str = "/usr/share/ca-certificates/mozilla";

/// Where administrators put their own: Debian, Fedora, Arch, openSUSE.
const LOCAL: [&str; 4] = [
    "/usr/local/share/ca-certificates",
    "/etc/pki/ca-trust/source",
    "/etc/ca-certificates/trust-source",
    "/etc/pki/trust",
];

/// The known CAs of the distribution's store.
#[derive(Debug)]
pub(in crate::commands) struct Publicity {
    /// `None` if the distribution has no such directory.
    shipped: Option<HashSet<[u8; 32]>>,
    local: HashSet<[u8; 32]>,
}

impl Publicity {
    /// Reads the CAs of this machine.
    pub(in crate::commands) fn read() -> Self {
        let local: Vec<&Path> = LOCAL.iter().map(Path::new).collect();
        Self::of(Path::new(SHIPPED), &local)
    }

    fn of(shipped: &Path, local: &[&Path]) -> Self {
        let shipped = digests(&[shipped]);
        Self {
            shipped: (!shipped.is_empty()).then_some(shipped),
            local: digests(local),
        }
    }

    /// Whether a CA of the distribution's store is public.
    pub(in crate::commands) fn is_public(&self, der: &CertificateDer<'_>) -> bool {
        let digest: [u8; 32] = Sha256::digest(der).into();
        let is_shipped = |shipped: &HashSet<_>| shipped.contains(&digest);
        self.shipped.as_ref().is_none_or(is_shipped) && !self.local.contains(&digest)
    }
}

/// The digests of all certificates in the files below these directories.
fn digests(directories: &[&Path]) -> HashSet<[u8; 32]> {
    const MOST_FILES: usize = 4096;
    const MOST_OCTETS: u64 = 1 << 20;
    let mut found = HashSet::new();
    let mut open: Vec<PathBuf> = directories.iter().map(|path| path.to_path_buf()).collect();
    let mut files = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() && files < MOST_FILES {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            open.extend(entries.map(|entry| entry.path()).take(MOST_FILES));
        } else if path.is_file() {
            files += 1;
            let file = std::fs::File::open(&path);
            let read = file.and_then(|file| up_to(file, MOST_OCTETS));
            let entries = read.ok().and_then(|(bytes, _)| pem::read(&bytes).ok());
            let entries = entries.into_iter().flatten();
            found.extend(entries.map(|entry| <[u8; 32]>::from(Sha256::digest(&entry.der))));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    #[test]
    fn a_local_ca_in_the_store_is_not_public() {
        let dir = tempfile::tempdir().expect("a directory");
        let ca = |name: &str| {
            let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
            let made = params.self_signed(&KeyPair::generate().expect("a key"));
            made.expect("a certificate").der().clone()
        };
        let place = |folder: &str, der: &CertificateDer<'_>| {
            let folder = dir.path().join(folder);
            std::fs::create_dir_all(&folder).expect("a directory");
            std::fs::write(folder.join("ca.crt"), pem::write(der)).expect("a file");
        };
        let (shipped, local, other) = (ca("shipped"), ca("local"), ca("other"));
        place("shipped", &shipped);
        place("local/corp", &local);
        let (shipped_in, local_in) = (dir.path().join("shipped"), dir.path().join("local"));
        let debian = Publicity::of(&shipped_in, &[&local_in]);
        let public = [&shipped, &local, &other].map(|der| debian.is_public(der));
        assert_eq!(public, [true, false, false]);
        let elsewhere = Publicity::of(&dir.path().join("none"), &[&local_in]);
        let public = [&shipped, &local, &other].map(|der| elsewhere.is_public(der));
        assert_eq!(public, [true, false, true]);
    }
}
