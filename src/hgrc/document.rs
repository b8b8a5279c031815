//! One file, lossless: the lines that are read are printed back byte for byte. The rules are those
//! of Mercurial's `config.py`, `config.parse`, found by experiment with 7.2.4.

/// A file as its lines. Any file can be read; a line that Mercurial refuses is kept as malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    lines: Vec<Line>,
}

/// One line with its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bytes, with the BOM and the line end if there are any.
    pub raw: Vec<u8>,
    /// The meaning of the line.
    pub kind: Kind,
}

/// The meaning of a line to Mercurial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Blank, or a comment; a comment in column 1 does not end a value.
    Nothing,
    /// `[name]`.
    Section(Vec<u8>),
    /// `key = value`.
    Item {
        /// Trimmed; may hold spaces and colons.
        key: Vec<u8>,
        /// Trimmed; may be empty.
        value: Vec<u8>,
    },
    /// Continues the value of the last item.
    Continuation(Vec<u8>),
    /// `%include path`, not expanded.
    Include(Vec<u8>),
    /// `%unset key`.
    Unset(Vec<u8>),
    /// Mercurial aborts here, with this message.
    Malformed(Vec<u8>),
}

impl Document {
    /// Reads any bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut in_value = false;
        let lines = split(bytes)
            .enumerate()
            .map(|(index, raw)| {
                let bom = if index == 0 {
                    raw.strip_prefix(b"\xef\xbb\xbf")
                } else {
                    None
                };
                let kind = kind(bom.unwrap_or(raw), &mut in_value);
                Line {
                    raw: raw.to_vec(),
                    kind,
                }
            })
            .collect();
        Self { lines }
    }

    /// The bytes that the document was read from.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.lines
            .iter()
            .flat_map(|line| line.raw.iter().copied())
            .collect()
    }

    /// The lines; the first one has number 1.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}

/// Splits into lines: line feed, carriage return and both together end a line; vertical tab and
/// form feed do not.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r'));
        let length = match end {
            None => rest.len(),
            Some(at) if rest[at..].starts_with(b"\r\n") => at + 2,
            Some(at) => at + 1,
        };
        let (line, after) = rest.split_at(length);
        rest = after;
        Some(line)
    })
}

/// The meaning of a line. `in_value`: the line may continue an item.
fn kind(line: &[u8], in_value: &mut bool) -> Kind {
    let comment = matches!(line.first(), Some(b'#' | b';'));
    if *in_value {
        if comment {
            return Kind::Nothing;
        }
        if line.first().copied().is_some_and(is_space) && !trim(line).is_empty() {
            return Kind::Continuation(trim(line).to_vec());
        }
        *in_value = false;
    }
    if let Some(path) = directive(line, b"%include") {
        return Kind::Include(path.to_vec());
    }
    if comment || trim(line).is_empty() {
        return Kind::Nothing;
    }
    if let Some(name) = section(line) {
        return Kind::Section(name.to_vec());
    }
    if let Some((key, value)) = item(line) {
        *in_value = true;
        return Kind::Item {
            key: key.to_vec(),
            value: value.to_vec(),
        };
    }
    if let Some(rest) = directive(line, b"%unset") {
        // Mercurial takes one word, and ignores the rest.
        let word = rest.split(|&b| is_space(b)).next().unwrap_or(rest);
        return Kind::Unset(word.to_vec());
    }
    Kind::Malformed(message(line))
}

/// The text after the keyword and white space, trimmed; `None` if there is none.
fn directive<'a>(line: &'a [u8], keyword: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(keyword)?;
    let text = trim(rest);
    (rest.first().copied().is_some_and(is_space) && !text.is_empty()).then_some(text)
}

/// The name between the first bracket and the last closing bracket that no other opening bracket
/// precedes. Text after it is ignored, spaces inside count.
fn section(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"[")?;
    let reach = rest.iter().position(|&b| b == b'[').unwrap_or(rest.len());
    let end = rest[..reach].iter().rposition(|&b| b == b']')?;
    (end > 0).then(|| &rest[..end])
}

fn item(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = line.iter().position(|&b| b == b'=')?;
    let starts = line.first().is_some_and(|&b| !is_space(b));
    (starts && equals > 0).then(|| (trim(&line[..equals]), trim(&line[equals + 1..])))
}

fn message(line: &[u8]) -> Vec<u8> {
    let end = line
        .iter()
        .rposition(|&b| !is_space(b))
        .map_or(0, |at| at + 1);
    let reason: &[u8] = if line.starts_with(b" ") {
        b"unexpected leading whitespace: "
    } else {
        b""
    };
    [reason, &line[..end]].concat()
}

/// `\s` of Python's bytes patterns, which includes vertical tab and form feed.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn trim(bytes: &[u8]) -> &[u8] {
    let Some(start) = bytes.iter().position(|&b| !is_space(b)) else {
        return &[];
    };
    let end = bytes
        .iter()
        .rposition(|&b| !is_space(b))
        .map_or(start, |at| at + 1);
    &bytes[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        let document = Document::parse(text.as_bytes());
        document
            .lines()
            .iter()
            .map(|line| line.kind.clone())
            .collect()
    }

    fn assignment(key: &str, value: &str) -> Kind {
        Kind::Item {
            key: key.into(),
            value: value.into(),
        }
    }

    #[test]
    fn items_and_continuations() {
        assert_eq!(
            kinds("a b:c = 1 \n  2 # x\n# out\n;out\n 3\n\nd==e\n"),
            [
                assignment("a b:c", "1"),
                Kind::Continuation("2 # x".into()),
                Kind::Nothing,
                Kind::Nothing,
                Kind::Continuation("3".into()),
                Kind::Nothing,
                assignment("d", "=e"),
            ]
        );
    }

    #[test]
    fn sections_are_taken_literally() {
        assert_eq!(kinds("[ smtp ]x\n"), [Kind::Section(" smtp ".into())]);
        assert_eq!(kinds("[a] ; b]\n"), [Kind::Section("a] ; b".into())]);
        assert_eq!(
            kinds("[::1]:fingerprints = x\n"),
            [Kind::Section("::1".into())]
        );
        assert_eq!(kinds("[a[b]\n"), [Kind::Malformed("[a[b]".into())]);
        assert_eq!(kinds("[]\n"), [Kind::Malformed("[]".into())]);
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        assert_eq!(kinds("a=1\rb=2\r\nc=3").len(), 3);
        assert_eq!(kinds("a=1\x0bb=2\x0c\n"), [assignment("a", "1\x0bb=2")]);
        assert_eq!(kinds("\u{feff}a=1\n"), [assignment("a", "1")]);
    }

    #[test]
    fn directives_and_errors() {
        assert_eq!(kinds("%include  a b \n"), [Kind::Include("a b".into())]);
        assert_eq!(kinds("%unset a b\n"), [Kind::Unset("a".into())]);
        assert_eq!(kinds("%include\n"), [Kind::Malformed("%include".into())]);
        let leading = "unexpected leading whitespace:  a=1";
        assert_eq!(kinds(" a=1\n"), [Kind::Malformed(leading.into())]);
        assert_eq!(kinds("\ta=1\n"), [Kind::Malformed("\ta=1".into())]);
        assert_eq!(
            kinds("a=1\n\n b\n")[2],
            Kind::Malformed("unexpected leading whitespace:  b".into())
        );
    }

    proptest::proptest! {
        #[test]
        fn what_was_read_is_printed_back(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(Document::parse(&bytes).to_bytes(), bytes);
        }
    }
}
