//! No paragraph of a document is a wall of text.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use std::path::{Path, PathBuf};

/// More words are two paragraphs, or a list.
const MOST_WORDS: usize = 90;

/// The paragraphs of a Markdown document, an item of a list being one; blocks of code and tables are
/// not read as text.
fn paragraphs(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut is_code = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            is_code = !is_code;
        }
        let is_item = line.split_once(' ').is_some_and(|(mark, _)| {
            mark == "-"
                || mark == "*"
                || mark
                    .strip_suffix('.')
                    .is_some_and(|n| n.parse::<u8>().is_ok())
        });
        let is_text = !is_code && !line.is_empty() && !line.starts_with(['|', '#', '`']);
        let is_code_in_a_line = !is_code && line.starts_with('`') && !line.starts_with("```");
        if is_item || !(is_text || is_code_in_a_line) {
            all.push(String::new());
        }
        if let (true, Some(last)) = (is_text || is_code_in_a_line, all.last_mut()) {
            last.push_str(line);
            last.push(' ');
        }
    }
    all.retain(|paragraph| !paragraph.is_empty());
    all
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs"))
        .expect("docs")
        .flatten();
    let mut all: Vec<PathBuf> = docs.map(|entry| entry.path()).collect();
    all.push(root.join("README.md"));
    all.retain(|path| path.extension() == Some("md".as_ref()));
    all.sort();
    all
}

#[test]
fn no_paragraph_is_longer_than_a_reader_takes_in() {
    let mut wrong = Vec::new();
    for path in documents() {
        let text = std::fs::read_to_string(&path).expect("a document");
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let words = |paragraph: &String| paragraph.split_whitespace().count();
        let long = paragraphs(&text)
            .into_iter()
            .filter(|each| words(each) > MOST_WORDS);
        let long: Vec<String> = long
            .map(|each| format!("  {} words: {each:.60}...", words(&each)))
            .collect();
        if !long.is_empty() {
            wrong.push(format!("{name}:\n{}", long.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_long_paragraph_is_seen_and_a_list_is_not_one() {
    let words = |count: usize| "word ".repeat(count);
    let counts = |text: &str| -> Vec<usize> {
        let all = paragraphs(text).into_iter();
        all.map(|each| each.split_whitespace().count()).collect()
    };
    assert_eq!(
        counts(&format!("# a b\n\n{}\n{}\n", words(50), words(41))),
        [91]
    );
    assert_eq!(
        counts(&format!("- {}\n- {}\n1. x\n", words(5), words(4))),
        [6, 5, 2]
    );
    assert_eq!(counts("| a b |\n```\nx y z\n```\n`a` b\nc\n"), [3]);
}
