//! Lines and literals from bytes that arrive in any pieces, bounded.

use super::malformed::{MAX_LINE, MAX_LINES, MAX_OCTETS, Malformed};

/// Collects bytes into lines. The limits hold for its lifetime, which is one dialogue.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pending: Vec<u8>,
    /// `pending` has no line end before this index. Without it, input of one byte at a time would
    /// cost quadratic time.
    scanned: usize,
    count: usize,
    /// The octets of all that was taken. Bytes that arrive after them must not change an error in
    /// them.
    octets: usize,
}

impl Lines {
    /// Stores bytes that have arrived.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        // One octet over the limit is enough to know that it is exceeded.
        let room = (MAX_OCTETS + 1).saturating_sub(self.octets + self.pending.len());
        let taken = &bytes[..bytes.len().min(room)];
        self.pending.extend_from_slice(taken);
    }

    /// Bytes that have arrived and were not taken.
    pub(super) fn leftover(&self) -> &[u8] {
        &self.pending
    }

    /// Takes one line, without its line end; `None` if more bytes are needed. A bare LF is accepted
    /// as a line end: refusing it would only hide what the server said.
    pub(super) fn next_line(&mut self) -> Result<Option<Vec<u8>>, Malformed> {
        // Search no further than the longest line may reach, however much has arrived.
        let longest = MAX_LINE + b"\r\n".len();
        let room = MAX_OCTETS - self.octets;
        let reach = self.pending.len().min(longest).min(room);
        let found = self.pending[self.scanned..reach]
            .iter()
            .position(|&b| b == b'\n');
        let Some(at) = found else {
            self.scanned = reach;
            return if reach == room {
                Err(Malformed::TooLong)
            } else if reach == longest {
                Err(Malformed::LineTooLong)
            } else {
                Ok(None)
            };
        };
        let end = self.scanned + at;
        let mut line: Vec<u8> = self.pending.drain(..=end).collect();
        self.scanned = 0;
        self.octets += line.len();
        self.count += 1;
        if self.count > MAX_LINES {
            return Err(Malformed::TooLong);
        }
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if line.len() > MAX_LINE {
            return Err(Malformed::LineTooLong);
        }
        Ok(Some(line))
    }

    /// Takes a literal: `count` octets, whatever they are; `None` if more bytes are needed.
    pub(super) fn next_literal(&mut self, count: usize) -> Result<Option<Vec<u8>>, Malformed> {
        if count > MAX_OCTETS - self.octets {
            return Err(Malformed::TooLong);
        }
        if self.pending.len() < count {
            return Ok(None);
        }
        self.octets += count;
        Ok(Some(self.pending.drain(..count).collect()))
    }
}

/// The length of the literal that a line announces at its end: `{5}` or `{5+}` (RFC 9051 §4.3, RFC
/// 5804 §4). A length that is too large for a number is more than any limit.
pub(super) fn literal(line: &[u8]) -> Option<(usize, &[u8])> {
    let open = line.iter().rposition(|&b| b == b'{')?;
    let digits = line[open + 1..].strip_suffix(b"}")?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = digits.iter().try_fold(0_usize, |sum, digit| {
        sum.checked_mul(10)?.checked_add(usize::from(digit - b'0'))
    });
    Some((length.unwrap_or(usize::MAX), &line[..open]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_announced_at_the_end() {
        for (line, length) in [
            (&b"* X {5}"[..], Some(5)),
            (b"\"A\" {0+}", Some(0)),
            (b"{12}", Some(12)),
            (b"{99999999999999999999999}", Some(usize::MAX)),
            (b"{5} ", None),
            (b"{}", None),
            (b"{+}", None),
            (b"{-1}", None),
            (b"{5", None),
            (b"5}", None),
        ] {
            assert_eq!(literal(line).map(|(length, _)| length), length, "{line:?}");
        }
    }

    #[test]
    fn a_literal_is_taken_by_count_and_bounded() {
        let mut lines = Lines::default();
        lines.feed(b"* X {4}\r\na\r\nb)\r\nrest");
        assert_eq!(lines.next_line(), Ok(Some(b"* X {4}".to_vec())));
        assert_eq!(lines.next_literal(4), Ok(Some(b"a\r\nb".to_vec())));
        assert_eq!(lines.next_line(), Ok(Some(b")".to_vec())));
        assert_eq!(lines.next_literal(5), Ok(None));
        assert_eq!(lines.leftover(), b"rest");
        assert_eq!(lines.next_literal(MAX_OCTETS), Err(Malformed::TooLong));
        assert_eq!(lines.next_literal(usize::MAX), Err(Malformed::TooLong));
        // Literals count like lines.
        let mut lines = Lines::default();
        lines.feed(&vec![0; MAX_OCTETS]);
        assert!(lines.next_literal(MAX_OCTETS - 1).is_ok());
        assert_eq!(lines.next_literal(2), Err(Malformed::TooLong));
    }
}
