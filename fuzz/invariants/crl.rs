//! Revocation lists: any bytes are lists or an error; and the scan, the index and webpki find the same
//! entries.

use smtp_certcheck::revocation::{List, Listed, read_lists};

/// The input is a file.
pub fn check(bytes: &[u8]) {
    let Ok(lists) = read_lists(bytes.to_vec(), "a file") else {
        return;
    };
    assert!(!lists.is_empty());
    for list in &lists {
        let _ = (
            list.issuer().label(),
            list.scope().map_err(ToString::to_string),
        );
        for serial in serials(bytes) {
            found_in_every_way(list, serial);
        }
    }
    if let ([list], Ok(theirs)) = (
        lists.as_slice(),
        webpki::BorrowedCertRevocationList::from_der(bytes),
    ) {
        agrees_with_webpki(bytes, list, &theirs.into());
    }
}

/// What may be serial numbers: the contents of INTEGERs.
fn serials(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = (0..bytes.len()).filter(|&at| bytes[at] == 2);
    let integers = starts.filter_map(|at| {
        let length = usize::from(*bytes.get(at + 1)?);
        bytes.get(at + 2..at + 2 + length)
    });
    integers.filter(|octets| !octets.is_empty()).take(16)
}

/// The first looks scan, the later ones use the index.
fn found_in_every_way(list: &List, serial: &[u8]) {
    let first = list.find(serial);
    for _ in 0..5 {
        assert_eq!(list.find(serial), first);
    }
    assert!(first.is_none() || !list.is_empty());
}

/// webpki compares octets, and takes what was removed from the list for revoked.
fn agrees_with_webpki(bytes: &[u8], list: &List, theirs: &webpki::CertRevocationList<'_>) {
    assert!(list.issuer().contents() == theirs.issuer());
    for serial in serials(bytes) {
        let Ok(Some(found)) = theirs.find_serial(serial) else {
            continue;
        };
        let at = match list.find(serial) {
            Some(Listed::Revoked(revocation)) => revocation.at.unix_timestamp(),
            Some(Listed::Removed) => continue,
            None => panic!("webpki finds {serial:02x?}"),
        };
        let same = u64::try_from(at) == Ok(found.revocation_date.as_secs());
        assert!(same || at == list.this_update().unix_timestamp(), "{at}");
    }
}
