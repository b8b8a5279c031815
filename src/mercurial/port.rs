//! `smtp.port` and `smtp.host` as hg's Python reads them (`urlutil.getport`, `smtplib`, and the
//! resolver).

use std::net::Ipv4Addr;

/// How hg reads a value of `smtp.port`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// This port.
    Number(u16),
    /// A number that is not a port: hg aborts. So it does at 0, where smtplib looks for a port in
    /// the host.
    OutOfRange,
    /// A name that `/etc/services` may know.
    Name,
}

/// Reads a value of `smtp.port`.
pub fn read_port(value: &[u8]) -> Port {
    match integer(value) {
        Some(Ok(0) | Err(OutOfRange)) => Port::OutOfRange,
        Some(Ok(number)) => Port::Number(number),
        None => match value {
            b"smtp" | b"mail" => Port::Number(25),
            b"submission" => Port::Number(587),
            b"submissions" | b"smtps" | b"ssmtp" | b"urd" => Port::Number(465),
            _ => Port::Name,
        },
    }
}

/// Stands for any number beyond the range of ports.
struct OutOfRange;

/// Python's `int()` of a byte string: blanks around it, a sign, underscores between digits. `None`:
/// not an integer.
fn integer(value: &[u8]) -> Option<Result<u16, OutOfRange>> {
    let trimmed = trim(value);
    let (negative, digits) = match trimmed {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let mut number: u32 = 0;
    let mut last = b'_';
    for &byte in digits {
        match byte {
            b'0'..=b'9' => number = (number * 10 + u32::from(byte - b'0')).min(100_000),
            b'_' if last != b'_' => {}
            _ => return None,
        }
        last = byte;
    }
    if last == b'_' {
        return None;
    }
    Some(match u16::try_from(number) {
        Ok(number) if !negative || number == 0 => Ok(number),
        _ => Err(OutOfRange),
    })
}

/// Whether Python's `int()` reads the value.
pub(super) fn is_integer(value: &[u8]) -> bool {
    integer(value).is_some()
}

/// The characters that Python strips as blanks.
fn trim(value: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = value.iter().position(|b| !is_blank(b));
    let end = value.iter().rposition(|b| !is_blank(b));
    match (start, end) {
        (Some(start), Some(end)) => &value[start..=end],
        _ => &[],
    }
}

/// Reads an IPv4 address as `inet_aton` does, and the resolver with it: one to four parts, each
/// decimal, octal (`0`) or hexadecimal (`0x`); the last part fills the rest.
pub fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = text.split('.').map(part).collect::<Option<_>>()?;
    let (last, before) = parts.split_last()?;
    let shift = 8 * u32::try_from(4_usize.checked_sub(before.len())?).ok()?;
    if before.len() > 3 || before.iter().any(|&part| part > 255) || *last >> shift != 0 {
        return None;
    }
    let mut whole = *last;
    for (index, part) in before.iter().enumerate() {
        whole |= part << (24 - 8 * index);
    }
    u32::try_from(whole).ok().map(Ipv4Addr::from)
}

fn part(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    // from_str_radix would accept a sign.
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_pythons_integers() {
        for (value, port) in [
            ("25", Port::Number(25)),
            ("+25", Port::Number(25)),
            ("2_5", Port::Number(25)),
            ("0025", Port::Number(25)),
            (" 25\t", Port::Number(25)),
            ("65535", Port::Number(65535)),
            ("0", Port::OutOfRange),
            ("-0", Port::OutOfRange),
            ("65536", Port::OutOfRange),
            ("99999999999999999999", Port::OutOfRange),
            ("-25", Port::OutOfRange),
            ("submission", Port::Number(587)),
            ("smtps", Port::Number(465)),
            ("_25", Port::Name),
            ("25_", Port::Name),
            ("2__5", Port::Name),
            ("+ 25", Port::Name),
            ("0x19", Port::Name),
            ("25.0", Port::Name),
            ("", Port::Name),
            ("Submission", Port::Name),
        ] {
            assert_eq!(read_port(value.as_bytes()), port, "{value:?}");
        }
    }

    #[test]
    fn addresses_are_those_of_inet_aton() {
        for (text, address) in [
            ("127.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("0x7f000001", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"),
            ("192.0.513", "192.0.2.1"),
            ("192.131585", "192.2.2.1"),
            ("0XC0.0.2.0x1", "192.0.2.1"),
            ("0", "0.0.0.0"),
        ] {
            assert_eq!(
                ipv4(text),
                Some(address.parse().expect("an address")),
                "{text}"
            );
        }
        for text in [
            "",
            "127.",
            "127.0.0.0.1",
            "256.1",
            "127.16777216",
            "4294967296",
            "09",
            "0x",
            "1.+2",
            "a.b",
            "127.0.0.256",
            "-1",
        ] {
            assert_eq!(ipv4(text), None, "{text}");
        }
    }
}
