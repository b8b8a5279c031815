//! The serial number of a certificate, as text.

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
