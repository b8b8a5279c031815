//! Changes of one file that keep every other byte.

use super::document::{Document, Kind, Line};

impl Document {
    /// Gives the assignment that ends on line `line` (from 1) another value, on one line. Comments
    /// between its continuation lines stay. Returns false if no assignment ends there.
    pub fn replace(&mut self, line: usize, value: &[u8]) -> bool {
        let Some((first, last)) = self.assignment(line) else {
            return false;
        };
        let item = &self.lines()[first].raw;
        let head = &item[..value_start(item)];
        let gap: &[u8] = if head.ends_with(b" =") { b" " } else { b"" };
        let new = [head, gap, value, self.line_end(first)].concat();
        let mut lines = self.raw_lines();
        lines[first] = new;
        self.drop_continuations(&mut lines, first, last);
        self.rebuild(&lines);
        true
    }

    /// Adds `tail` to the value that ends on line `line` (from 1). Returns false if no assignment
    /// ends there.
    pub fn append(&mut self, line: usize, tail: &[u8]) -> bool {
        let Some((first, last)) = self.assignment(line) else {
            return false;
        };
        let raw = &self.lines()[last].raw;
        let floor = if first == last { value_start(raw) } else { 0 };
        let content = &raw[..raw.len() - self.line_end(last).len()];
        let end = content
            .iter()
            .rposition(|&b| !is_blank(b))
            .map_or(0, |at| at + 1)
            .max(floor);
        let new = [&raw[..end], tail, &raw[end..]].concat();
        let mut lines = self.raw_lines();
        lines[last] = new;
        self.rebuild(&lines);
        true
    }

    /// Removes the assignment that ends on line `line` (from 1). Comments stay. Returns false if no
    /// assignment ends there.
    pub fn remove(&mut self, line: usize) -> bool {
        let Some((first, last)) = self.assignment(line) else {
            return false;
        };
        let mut lines = self.raw_lines();
        lines[first].clear();
        self.drop_continuations(&mut lines, first, last);
        self.rebuild(&lines);
        true
    }

    /// Adds an assignment after the last setting of its section, in the section's last appearance.
    /// Returns false if the section does not exist.
    pub fn insert(&mut self, section: &[u8], key: &[u8], value: &[u8]) -> bool {
        let is_ours = |line: &Line| matches!(&line.kind, Kind::Section(name) if name == section);
        let Some(header) = self.lines().iter().rposition(is_ours) else {
            return false;
        };
        let rest = &self.lines()[header + 1..];
        let next = rest
            .iter()
            .position(|line| matches!(line.kind, Kind::Section(_)));
        let body = &rest[..next.unwrap_or(rest.len())];
        let last = body.iter().rposition(|line| line.kind != Kind::Nothing);
        let after = header + last.map_or(0, |at| at + 1);
        self.add_lines(after, &[[key, b" = ", value].concat()]);
        true
    }

    /// Adds a section with one assignment at the end of the file.
    pub fn insert_section(&mut self, section: &[u8], key: &[u8], value: &[u8]) {
        let header = [b"[", section, b"]"].concat();
        let item = [key, b" = ", value].concat();
        match self.lines().last() {
            None => {
                let lines = [header, item].map(|line| [&line[..], b"\n"].concat());
                self.rebuild(&lines);
            }
            Some(last) => {
                let apart = !is_empty(&last.raw);
                let gap = apart.then(Vec::new);
                let lines: Vec<Vec<u8>> = gap.into_iter().chain([header, item]).collect();
                self.add_lines(self.lines().len() - 1, &lines);
            }
        }
    }

    /// The first and last line (from 0) of the assignment that ends on line `line` (from 1).
    fn assignment(&self, line: usize) -> Option<(usize, usize)> {
        let last = line.checked_sub(1)?;
        let lines = self.lines().get(..=last)?;
        if !matches!(lines[last].kind, Kind::Item { .. } | Kind::Continuation(_)) {
            return None;
        }
        // The value may continue after a comment.
        let next = self.lines()[line..]
            .iter()
            .find(|line| line.kind != Kind::Nothing);
        if next.is_some_and(|line| matches!(line.kind, Kind::Continuation(_))) {
            return None;
        }
        let first = lines
            .iter()
            .rposition(|line| matches!(line.kind, Kind::Item { .. }))?;
        Some((first, last))
    }

    fn drop_continuations(&self, lines: &mut [Vec<u8>], first: usize, last: usize) {
        for (line, raw) in self.lines()[first..=last]
            .iter()
            .zip(&mut lines[first..=last])
        {
            if matches!(line.kind, Kind::Continuation(_)) {
                raw.clear();
            }
        }
    }

    /// Adds lines, given without line ends, after line `after` (from 0), with the line ends of the
    /// file.
    fn add_lines(&mut self, after: usize, new: &[Vec<u8>]) {
        let style = self.style(after).to_vec();
        let mut lines = self.raw_lines();
        if self.line_end(after).is_empty() {
            lines[after].extend_from_slice(&style);
        }
        let new = new.iter().map(|line| [&line[..], &style].concat());
        let tail = lines.split_off(after + 1);
        lines.extend(new);
        lines.extend(tail);
        self.rebuild(&lines);
    }

    /// The line end that the file uses near a line.
    fn style(&self, near: usize) -> &[u8] {
        let before = (0..=near).rev().map(|index| self.line_end(index));
        before
            .into_iter()
            .find(|end| !end.is_empty())
            .unwrap_or(b"\n")
    }

    fn line_end(&self, index: usize) -> &[u8] {
        let raw = &self.lines()[index].raw;
        let length = raw
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'\n' | b'\r'))
            .count();
        &raw[raw.len() - length..]
    }

    fn raw_lines(&self) -> Vec<Vec<u8>> {
        self.lines().iter().map(|line| line.raw.clone()).collect()
    }

    /// Takes new lines. If a line was removed, its neighbours must not change their meaning.
    fn rebuild(&mut self, lines: &[Vec<u8>]) {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let had_bom = |line: &Line| line.raw.starts_with(BOM);
        let mut bytes: Vec<u8> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let is_first_now = index > 0 && bytes.is_empty() && !line.is_empty();
            if is_first_now && (line.starts_with(BOM) || self.lines().first().is_some_and(had_bom))
            {
                // The file keeps its BOM. A later line that begins with the same bytes has no BOM,
                // but they would become one at the beginning of the file.
                bytes.extend_from_slice(BOM);
            }
            if bytes.ends_with(b"\r") && line.starts_with(b"\n") {
                // Without it, two line ends would become one.
                bytes.push(b'\r');
            }
            bytes.extend_from_slice(line);
        }
        *self = Self::parse(&bytes);
    }
}

/// The index at which the value of an item begins: after the first `=` and blanks.
fn value_start(raw: &[u8]) -> usize {
    let after = raw.iter().position(|&b| b == b'=').map_or(0, |at| at + 1);
    let blanks = raw[after..].iter().take_while(|b| is_blank(**b)).count();
    after + blanks
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

fn is_empty(raw: &[u8]) -> bool {
    raw.iter()
        .all(|&b| is_blank(b) || matches!(b, b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edited(text: &str, edit: impl FnOnce(&mut Document) -> bool) -> String {
        let mut document = Document::parse(text.as_bytes());
        assert!(edit(&mut document), "{text:?}");
        String::from_utf8(document.to_bytes()).expect("UTF-8")
    }

    #[test]
    fn a_value_is_replaced_where_it_stands() {
        for (text, line, expected) in [
            ("[s]\n# c\nk = 1\nl=2\n", 3, "[s]\n# c\nk = X\nl=2\n"),
            ("[s]\r\nk=1  \r\nl=2", 2, "[s]\r\nk=X\r\nl=2"),
            ("k :=\t1", 1, "k :=\tX"),
            ("k =\nl=1\n", 1, "k = X\nl=1\n"),
            (
                "k = 1\n# c\n 2\n; d\n\t3\n# e\nl=1\n",
                5,
                "k = X\n# c\n; d\n# e\nl=1\n",
            ),
            ("a=1\rk=2\rb=3\r", 2, "a=1\rk=X\rb=3\r"),
            ("\u{feff}k=1\n", 1, "\u{feff}k=X\n"),
        ] {
            assert_eq!(
                edited(text, |d| d.replace(line, b"X")),
                expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_value_grows_at_its_end() {
        for (text, line, expected) in [
            ("k = 1  \nl=2\n", 1, "k = 1, X  \nl=2\n"),
            ("k = 1\r\n  2\r\n", 2, "k = 1\r\n  2, X\r\n"),
            ("k = 1", 1, "k = 1, X"),
        ] {
            assert_eq!(
                edited(text, |d| d.append(line, b", X")),
                expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_assignment_goes_and_its_comments_stay() {
        let text = "[s]\nk = 1\n# c\n 2\nl=2\n";
        assert_eq!(edited(text, |d| d.remove(4)), "[s]\n# c\nl=2\n");
        assert!(!Document::parse(text.as_bytes()).remove(1));
        assert!(!Document::parse(text.as_bytes()).remove(9));
    }

    #[test]
    fn the_neighbours_of_a_line_that_goes_keep_their_meaning() {
        for (text, line, expected) in [
            ("a=1\rk=2\n\n b=3\n", 2, "a=1\r\r\n b=3\n"),
            ("\u{feff}k=1\na=2\n", 1, "\u{feff}a=2\n"),
            ("k=1\n\u{feff}a=2\n", 1, "\u{feff}\u{feff}a=2\n"),
        ] {
            assert_eq!(edited(text, |d| d.remove(line)), expected, "{text:?}");
        }
    }

    #[test]
    fn a_value_that_continues_cannot_be_changed_at_an_earlier_line() {
        for (text, line) in [("k = 1\n 2\n", 1), ("k = 1\n# c\n 2\n 3\n", 3)] {
            let mut document = Document::parse(text.as_bytes());
            assert!(!document.replace(line, b"X"), "{text:?}");
            assert!(!document.append(line, b"X"), "{text:?}");
            assert!(!document.remove(line), "{text:?}");
            assert_eq!(document.to_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn a_new_key_goes_after_the_last_of_its_section() {
        for (text, expected) in [
            (
                "[s]\na=1\n\n# end\n[t]\nb=1\n",
                "[s]\na=1\nk = X\n\n# end\n[t]\nb=1\n",
            ),
            (
                "[s]\na=1\n[t]\n[s]\nb=1\n  2\n\n",
                "[s]\na=1\n[t]\n[s]\nb=1\n  2\nk = X\n\n",
            ),
            ("[s]", "[s]\nk = X\n"),
            ("[s]\r\n; c\r\n", "[s]\r\nk = X\r\n; c\r\n"),
            ("[s]\na=1\n%include b\n", "[s]\na=1\n%include b\nk = X\n"),
            ("[s]\na=1", "[s]\na=1\nk = X\n"),
        ] {
            assert_eq!(
                edited(text, |d| d.insert(b"s", b"k", b"X")),
                expected,
                "{text:?}"
            );
        }
        assert!(!Document::parse(b"[t]\n").insert(b"s", b"k", b"X"));
    }

    #[test]
    fn a_new_section_goes_to_the_end() {
        for (text, expected) in [
            ("", "[s]\nk = X\n"),
            ("[a]\nb=1", "[a]\nb=1\n\n[s]\nk = X\n"),
            ("[a]\r\nb=1\r\n\r\n", "[a]\r\nb=1\r\n\r\n[s]\r\nk = X\r\n"),
        ] {
            let new = edited(text, |d| {
                d.insert_section(b"s", b"k", b"X");
                true
            });
            assert_eq!(new, expected, "{text:?}");
        }
    }

    /// Files with a mixture of all kinds of lines.
    fn text() -> impl Strategy<Value = String> {
        let line = prop::sample::select(vec![
            "[s]",
            "[t]",
            "k = 1",
            "k=2",
            "l =",
            " 3",
            "\t4",
            "# c",
            "; d",
            "",
            "%unset k",
            "a:b = c",
            "%include x",
        ]);
        let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
        prop::collection::vec((line, end), 0..12).prop_map(|lines| {
            let parts: Vec<&str> = lines.iter().flat_map(|(line, end)| [*line, *end]).collect();
            parts.concat()
        })
    }

    /// The line without the carriage return that may have been put between two line ends.
    fn bare(raw: &[u8]) -> &[u8] {
        raw.strip_prefix(b"\r\n").map_or(raw, |_| b"\n")
    }

    proptest! {
        /// Whatever is replaced, the other lines keep their bytes; a line feed that would join a
        /// carriage return before it gets a carriage return of its own.
        #[test]
        fn other_lines_keep_their_bytes(text in text(), line in 1usize..12) {
            let before = Document::parse(text.as_bytes());
            let mut after = before.clone();
            let touched = before.assignment(line);
            if after.replace(line, b"X") {
                let (first, last) = touched.expect("it stands there");
                let others = |index: &usize, line: &Line| {
                    *index != first && !(*index <= last && *index > first && matches!(line.kind, Kind::Continuation(_)))
                };
                let kept: Vec<&[u8]> = before.lines().iter().enumerate()
                    .filter(|(index, line)| others(index, line)).map(|(_, line)| bare(&line.raw)).collect();
                let new: Vec<&[u8]> = after.lines().iter().enumerate()
                    .filter(|(index, _)| *index != first).map(|(_, line)| bare(&line.raw)).collect();
                prop_assert_eq!(kept, new);
            } else {
                prop_assert_eq!(before.to_bytes(), after.to_bytes());
            }
        }
    }
}
