//! The digits of a hashed owner name (base32 with the extended hex alphabet, RFC 4648 7).

/// The bytes that `label` stands for, if it is a hash of whole bytes in these digits.
pub(super) fn decode(label: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(label.len() * 5 / 8);
    let (mut bits, mut kept) = (0u32, 0u32);
    for &digit in label {
        bits = (bits << 5) | u32::from(value(digit)?);
        kept += 5;
        if kept >= 8 {
            kept -= 8;
            bytes.push(u8::try_from(bits >> kept & 0xff).ok()?);
            bits &= (1 << kept) - 1;
        }
    }
    // What is left over is padding: fewer bits than a digit has, all of them zero.
    (kept < 5 && bits == 0).then_some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit.to_ascii_lowercase() {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'a'..=b'v' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_read_in_either_case_and_nothing_else_is() {
        // RFC 5155, appendix A: H(example).
        let hash = decode(b"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom").expect("a hash");
        assert_eq!(
            hex::encode(&hash),
            "065368abeed7ec6e9feba96b8c8bc3e8b791f716"
        );
        assert_eq!(decode(b"0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM"), Some(hash));
        assert_eq!(decode(b"cpnmu"), Some(b"foo".to_vec()));
        for wrong in ["w", "0p9m-", "0p9", "cpnmv", "c"] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
