//! Sections of a man page in the language of man(7).
//!
//! The crate roff, which `clap_mangen` uses, escapes neither `~` and `^`, which groff sets as accents
//! that no shell takes, nor characters outside ASCII, nor quotes in the arguments of a request.

use std::fmt::{self, Write as _};

/// A heading and what is below it, in roff.
pub(super) struct Section {
    /// In capitals.
    pub(super) heading: String,
    /// Its lines.
    pub(super) body: String,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ".SH \"{}\"\n{}", self.heading, self.body)
    }
}

/// The paragraphs below the options of `--help`: each begins with its heading and a colon. Lines of
/// a word and a text, two blanks between, become a list; examples stay as they are.
pub(super) fn of_help(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    for block in text.split("\n\n") {
        let Some((heading, lines)) = block.split_once(":\n") else {
            debug_assert!(block.is_empty(), "a paragraph without a heading: {block}");
            continue;
        };
        let heading = heading.to_uppercase();
        let body = if heading == "EXAMPLES" {
            let lines: String = lines
                .lines()
                .map(|line| escaped(line.trim()) + "\n")
                .collect();
            format!(".nf\n{lines}.fi\n")
        } else {
            list(lines)
        };
        sections.push(Section { heading, body });
    }
    sections
}

fn list(lines: &str) -> String {
    let mut out = String::new();
    let mut tagged_before = false;
    for line in lines.lines().map(str::trim) {
        if let Some((word, text)) = line.split_once("  ") {
            out.push_str(&tagged(word, text.trim()));
            tagged_before = true;
        } else {
            let between = if tagged_before { ".PP\n" } else { "" };
            let _ = writeln!(out, "{between}{}", escaped(line));
            tagged_before = false;
        }
    }
    out
}

/// An entry of a list.
pub(super) fn tagged(word: &str, text: &str) -> String {
    format!(".TP\n.B {}\n{}\n", escaped(word), escaped(text))
}

/// Text written by hand: man(7) with its headings.
pub(super) fn of_hand(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    for block in text.split(".SH ").skip(1) {
        let (heading, body) = block.split_once('\n').unwrap_or((block, ""));
        let heading = heading.trim_matches('"').to_owned();
        let body = body.to_owned();
        sections.push(Section { heading, body });
    }
    sections
}

/// Escapes requests and sequences; text that Markdown marks as code is bold.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    if text.starts_with(['.', '\'']) {
        out.push_str("\\&");
    }
    let mut code = false;
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '\'' => out.push_str("\\(aq"),
            '~' => out.push_str("\\(ti"),
            '^' => out.push_str("\\(ha"),
            '…' => out.push_str("..."),
            '`' => {
                code = !code;
                out.push_str(if code { "\\fB" } else { "\\fR" });
            }
            c if c.is_ascii() => out.push(c),
            c => {
                // Writing to a vector cannot fail.
                let _ = write!(out, "\\[u{:04X}]", u32::from(c));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_a_request() {
        assert_eq!(escaped(".TH `--x`"), "\\&.TH \\fB\\-\\-x\\fR");
        assert_eq!(escaped("'a\\fB~…é"), "\\&\\(aqa\\efB\\(ti...\\[u00E9]");
    }

    #[test]
    fn the_paragraphs_of_a_help_become_sections() {
        let help = "Exit status:\n  0  fine\n  With more: 1.\n\nExamples:\n  a 'b'  c";
        let sections: String = of_help(help).iter().map(ToString::to_string).collect();
        assert_eq!(
            sections,
            ".SH \"EXIT STATUS\"\n.TP\n.B 0\nfine\n.PP\nWith more: 1.\n\
             .SH \"EXAMPLES\"\n.nf\na \\(aqb\\(aq  c\n.fi\n"
        );
    }
}
