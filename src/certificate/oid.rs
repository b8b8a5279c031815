//! Names of what certificates write as numbers: object identifiers, and the serial number itself.

/// The INTEGER's value in hex, whole octets.
pub(super) fn serial(der: &[u8]) -> String {
    match der {
        [0, rest @ ..] if !rest.is_empty() => hex::encode(rest),
        [first, ..] if first & 0x80 != 0 => {
            // Two's complement: invert, then add one from the right.
            let mut magnitude: Vec<u8> = der.iter().map(|byte| !byte).collect();
            for byte in magnitude.iter_mut().rev() {
                let carried;
                (*byte, carried) = byte.overflowing_add(1);
                if !carried {
                    break;
                }
            }
            let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
            let first = zeros.min(magnitude.len() - 1);
            format!("-{}", hex::encode(&magnitude[first..]))
        }
        _ => hex::encode(der),
    }
}

pub(super) fn signature_name(oid: &str) -> String {
    let name = match oid {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "rsassaPss",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.113549.1.1.14" => "sha224WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.2.840.10040.4.3" => "dsaWithSHA1",
        "2.16.840.1.101.3.4.3.1" => "dsa_with_SHA224",
        "2.16.840.1.101.3.4.3.2" => "dsa_with_SHA256",
        "1.3.101.112" => "ED25519",
        "1.3.101.113" => "ED448",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        other => other,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_numbers_in_hex() {
        assert_eq!(serial(&[0x00, 0xc3, 0x01]), "c301");
        assert_eq!(serial(&[0x01]), "01");
        assert_eq!(serial(&[0x00]), "00");
        assert_eq!(serial(&[0xff]), "-01");
        assert_eq!(serial(&[0x80, 0x00]), "-8000");
        assert_eq!(serial(&[0xff, 0x7f]), "-81");
        assert_eq!(serial(&[]), "");
    }
}
