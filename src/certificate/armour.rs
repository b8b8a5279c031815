//! The blocks of a PEM text, as OpenSSL finds them (`PEM_read_bio_ex` in `crypto/pem/pem_lib.c`).
//! Other readers treat a broken file differently, and would not show what OpenSSL trusts.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// OpenSSL reads lines in pieces of this length.
const MOST: usize = 254;
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const TAIL: &[u8] = b"-----";

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) tag: Vec<u8>,
    /// Whether header lines precede the contents, as in an encrypted key.
    pub(super) has_header: bool,
    pub(super) contents: Vec<u8>,
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
}

/// A block that begins but cannot be read; OpenSSL reads nothing after it either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the block that begins in line {line} {why}")]
pub struct BrokenBlock {
    line: usize,
    why: &'static str,
}

impl BrokenBlock {
    pub(super) fn new(line: usize, why: &'static str) -> Self {
        Self { line, why }
    }
}

/// Whether the lines of a block may be indented. OpenSSL does not read such a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indented {
    Read,
    Text,
}

/// The blocks in the order of the text, until one is broken.
pub(super) struct Blocks<'a> {
    rest: &'a [u8],
    line: usize,
    indented: Indented,
    is_broken: bool,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(text: &'a [u8], indented: Indented) -> Self {
        Self {
            rest: text,
            line: 0,
            indented,
            is_broken: false,
        }
    }

    /// The next line, or a piece of it, without the characters that OpenSSL strips from its end,
    /// and whether the line continues; `None`: no more lines.
    fn next_line(&mut self) -> Option<(&'a [u8], bool)> {
        let window = &self.rest[..self.rest.len().min(MOST)];
        let feed = position(window, b'\n');
        let length = feed.map_or(window.len(), |feed| feed + 1);
        let (line, rest) = self.rest.split_at(length);
        // A piece ends at its first NUL; an empty piece ends the text.
        let nul = position(line, 0);
        let line = &line[..nul.unwrap_or(length)];
        if line.is_empty() {
            return None;
        }
        self.rest = rest;
        self.line += usize::from(feed.is_some());
        let goes_on = length == MOST && feed.is_none() && nul.is_none();
        // OpenSSL's characters are signed: those outside ASCII compare as less than the blank.
        let is_stripped = |byte: &u8| *byte <= b' ' || !byte.is_ascii();
        let end = line.iter().rposition(|byte| !is_stripped(byte));
        let line = &line[..end.map_or(0, |end| end + 1)];
        Some((self.without_indent(line), goes_on))
    }

    fn without_indent<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        match self.indented {
            Indented::Text => line,
            Indented::Read => {
                let begin = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
                &line[begin.unwrap_or(line.len())..]
            }
        }
    }

    /// The tag of the next block.
    fn begin(&mut self) -> Option<&'a [u8]> {
        let mut is_first = true;
        loop {
            let (mut line, _) = self.next_line()?;
            if std::mem::take(&mut is_first) {
                line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
                line = self.without_indent(line);
            }
            if let Some(tag) = line.strip_prefix(BEGIN)
                && let Some(tag) = tag.strip_suffix(TAIL)
            {
                return Some(tag);
            }
        }
    }

    /// The rest of the block `tag` in the usual form: lines of 64 digits, of which the last may be
    /// shorter, and the end. `None`: it has another form, and nothing is read.
    fn usual_block(&mut self, tag: &[u8]) -> Option<Vec<u8>> {
        const WIDTH: usize = 64;
        let mut rest = self.rest;
        let mut digits = Vec::with_capacity(rest.len().min(4096));
        let mut lines = 0;
        while rest.get(WIDTH) == Some(&b'\n') {
            digits.extend_from_slice(&rest[..WIDTH]);
            rest = &rest[WIDTH + 1..];
            lines += 1;
        }
        let length = rest.iter().take(WIDTH).position(|byte| *byte == b'\n')?;
        if !rest.starts_with(END) {
            digits.extend_from_slice(&rest[..length]);
            rest = &rest[length + 1..];
            lines += 1;
        }
        let end = rest.strip_prefix(END)?.strip_prefix(tag)?;
        let rest = end.strip_prefix(TAIL)?.strip_prefix(b"\n")?;
        // Where these were not the lines of a block, an LF or a hyphen is among the digits.
        let contents = decode_in_place(digits)?;
        self.rest = rest;
        self.line += lines + 1;
        Some(contents)
    }

    /// The rest of the block `tag`.
    fn block(&mut self, tag: &[u8]) -> Result<(Vec<u8>, bool), &'static str> {
        if let Some(contents) = self.usual_block(tag) {
            return Ok((contents, false));
        }
        let mut digits = Vec::new();
        let (mut place, mut has_header) = (Place::Unknown, false);
        let (mut goes_on, mut is_last) = (false, false);
        while let Some((text, more)) = self.next_line() {
            let went_on = std::mem::replace(&mut goes_on, more);
            if place == Place::Unknown && text.contains(&b':') {
                place = Place::Header;
            }
            if text.is_empty() {
                if went_on {
                    continue;
                }
                if place == Place::Data {
                    return Err("has two blank lines");
                }
                // The lines before it were not data.
                place = Place::Data;
                has_header = !digits.is_empty();
                digits.clear();
                continue;
            }
            if let Some(end) = text.strip_prefix(END) {
                if end.strip_prefix(tag) != Some(TAIL) {
                    return Err("ends with another name");
                }
                if place == Place::Header {
                    has_header = true;
                    digits.clear();
                }
                let contents = decode(digits).ok_or("is not base64")?;
                return Ok((contents, has_header));
            }
            if is_last {
                return Err("has a short line, and goes on");
            }
            if BLANKS.iter().any(|blank| text.contains(blank)) {
                digits.extend(text.iter().filter(|byte| !BLANKS.contains(byte)));
            } else {
                digits.extend_from_slice(text);
            }
            if place == Place::Data {
                if text.len() > 64 {
                    return Err("has a line of more than 64 characters after a blank one");
                }
                is_last = text.len() < 64;
            }
        }
        Err("does not end")
    }
}

/// Blanks within a line.
const BLANKS: &[u8] = b" \t\r";

/// Uses `contains`, which is much faster in a build without optimisation; a file may have
/// megabytes.
fn position(text: &[u8], wanted: u8) -> Option<usize> {
    let found = text.contains(&wanted);
    found.then(|| text.iter().position(|byte| *byte == wanted))?
}

/// Where in a block a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Unknown,
    Header,
    Data,
}

impl Iterator for Blocks<'_> {
    type Item = Result<Block, BrokenBlock>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_broken {
            return None;
        }
        let tag = self.begin()?.to_owned();
        let line = self.line.max(1);
        let block = self.block(&tag);
        self.is_broken = block.is_err();
        Some(match block {
            Ok((contents, has_header)) => Ok(Block {
                tag,
                has_header,
                contents,
                line,
            }),
            Err(why) => Err(BrokenBlock::new(line, why)),
        })
    }
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Base64 as `EVP_DecodeUpdate` reads it: a hyphen ends it.
fn decode(mut digits: Vec<u8>) -> Option<Vec<u8>> {
    let end = position(&digits, b'-');
    digits.truncate(end.unwrap_or(digits.len()));
    decode_in_place(digits)
}

/// Puts the octets where their digits were: a revocation list may have 60 MB of these, and no room
/// is wanted for both.
fn decode_in_place(mut digits: Vec<u8>) -> Option<Vec<u8>> {
    const PIECE: usize = 4096;
    let mut octets = [0; PIECE / 4 * 3];
    let (mut read, mut written) = (0, 0);
    while read < digits.len() {
        let end = digits.len().min(read + PIECE);
        let piece = &digits[read..end];
        let count = LENIENT.decode_slice(piece, &mut octets).ok()?;
        // Padding ends all, and not a piece.
        if end < digits.len() && count < octets.len() {
            return None;
        }
        digits[written..written + count].copy_from_slice(&octets[..count]);
        (read, written) = (end, written + count);
    }
    digits.truncate(written);
    digits.shrink_to_fit();
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_decoded_as_the_whole_is() {
        for length in [0, 1, 2, 3, 3071, 3072, 3073, 6143, 6144, 6145, 10_000] {
            let octets: Vec<u8> = (0..=250).cycle().take(length).collect();
            let digits = LENIENT.encode(&octets).into_bytes();
            assert_eq!(decode_in_place(digits.clone()), Some(octets), "{length}");
            for (at, wrong) in [
                (2, b'*'),
                (2, b'='),
                (4095, b'='),
                (4096, b'='),
                (4097, b'-'),
            ] {
                let mut broken = digits.clone();
                if let Some(digit) = broken.get_mut(at) {
                    *digit = wrong;
                    let whole = LENIENT.decode(&broken).ok();
                    assert_eq!(decode_in_place(broken), whole, "{length} {at}");
                }
            }
        }
    }
}
