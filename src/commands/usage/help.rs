//! The long help, without the empty lines that clap puts into and between options: it is shorter by a
//! third, and the indentation shows where an option begins.

/// Leaves out the empty lines before indented ones, except those after the introduction.
pub(in crate::commands) fn compact(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let is_inside = lines.peek().is_some_and(|next| next.starts_with(' '));
        if !(line.trim().is_empty() && is_inside) {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_close_and_sections_apart() {
        let text = "About\n\nMore\n\nUsage: x\n\nOptions:\n  -a\n          What\n\n          More\n\n  -b\n          What\n\nExamples:\n  x\n";
        let short = "About\n\nMore\n\nUsage: x\n\nOptions:\n  -a\n          What\n          More\n  -b\n          What\n\nExamples:\n  x\n";
        assert_eq!(compact(text), short);
        assert_eq!(compact(short), short);
    }
}
