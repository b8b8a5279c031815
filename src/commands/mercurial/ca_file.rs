//! A CA file as the OpenSSL of Mercurial reads it.

use super::errors::NO_WRITER;
use crate::certificate::pem;
use crate::commands::disk::read;
use crate::mercurial::CaFile;
use crate::observation::system_text;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// A CA file as Mercurial's OpenSSL would read it: one PEM file, nothing broken in it.
pub(in crate::commands) fn ca_file(path: &[u8]) -> CaFile {
    let path = Path::new(OsStr::from_bytes(path));
    if !path.exists() {
        return CaFile::Missing;
    }
    match read::settings(path) {
        // It is too large for this program only.
        Err(why) if why.kind() == ErrorKind::FileTooLarge => CaFile::Unknown(system_text(&why)),
        Err(why) if why.kind() == ErrorKind::WouldBlock => CaFile::Unknown(NO_WRITER.to_owned()),
        Err(why) => CaFile::Unusable(system_text(&why)),
        Ok(bytes) => match pem::read_as_openssl(&bytes) {
            Ok(entries) => CaFile::Certificates(entries),
            Err(why) => CaFile::Unusable(format!("file is empty or malformed? {why}")),
        },
    }
}
