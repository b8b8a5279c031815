//! Serial numbers as numbers: whoever writes a list may write one with more octets than it needs.

/// The octets of an INTEGER without those that add nothing (X.690 §8.3.2).
pub(super) fn shortest(mut octets: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = octets
        && let [next, ..] = rest
    {
        let sign = if next & 0x80 == 0 { 0 } else { 0xff };
        if *first != sign {
            break;
        }
        octets = rest;
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needless_octets_are_left_out_and_no_others() {
        for (octets, shorter) in [
            (&[0, 0, 1][..], &[1][..]),
            (&[0, 0x80], &[0, 0x80]),
            (&[0, 0, 0x80], &[0, 0x80]),
            (&[0xff, 0xff, 0x80], &[0x80]),
            (&[0xff, 0x7f], &[0xff, 0x7f]),
            (&[0], &[0]),
            (&[0, 0], &[0]),
            (&[], &[]),
        ] {
            assert_eq!(shortest(octets), shorter);
        }
    }
}
