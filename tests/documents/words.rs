//! The words that are not used (CONTRIBUTING, "English"): in every string of the program, in the help,
//! the pages and the documents.
#![allow(clippy::disallowed_methods, reason = "the test reads the source")]

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};

/// What is not written, and what is written instead.
const FORBIDDEN: &[(&str, &str)] = &[
    (r"\bbehind\b", "after, or below"),
    (r"\btwins?\b", "the other setting, by its name"),
    (r"\bmend(s|ed|ing)?\b", "fix"),
    (
        r"\b(some|no|any|every)body\b",
        "the user, a server, someone in the middle",
    ),
    (r"\b(tell|tells|told|telling)\b", "say, report, show"),
    (r"\b(there )?(is|are|was) no\b", "is not a"),
    (r"\b(is|are) due\b", "is expected"),
    (r"\banew\b", "again"),
    (r"\bsomething between\b", "a device in between"),
];

/// Where a forbidden word is right: the file, a part of its text, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// A text that users read, with the file that it is from.
struct Text {
    file: String,
    text: String,
}

#[test]
fn no_text_has_a_word_that_is_not_used() {
    let rules: Vec<(Regex, &str)> = FORBIDDEN
        .iter()
        .map(|(word, instead)| (Regex::new(&format!("(?i){word}")).expect(word), *instead))
        .collect();
    let mut used = vec![false; EXCEPTIONS.len()];
    let mut wrong = Vec::new();
    for Text { file, text } in texts() {
        for (rule, instead) in &rules {
            for found in rule.find_iter(&text) {
                // "There is no such day" is English.
                if found.as_str().to_lowercase().starts_with("there ") {
                    continue;
                }
                let around = around(&text, found.start(), found.end());
                let mut exceptions = EXCEPTIONS.iter();
                match exceptions.position(|(of, part, _)| file == *of && around.contains(part)) {
                    Some(at) => used[at] = true,
                    None => wrong.push(format!("{file}: {around:?}: write {instead}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    for (exception, used) in EXCEPTIONS.iter().zip(used) {
        assert!(used, "{exception:?} is not needed");
    }
}

/// Some words on both sides.
fn around(text: &str, start: usize, end: usize) -> String {
    const SIDE: usize = 40;
    let from = (0..=start.saturating_sub(SIDE))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let to = (end + SIDE..=text.len()).find(|at| text.is_char_boundary(*at));
    text[from.unwrap_or(0)..to.unwrap_or(text.len())].to_owned()
}

fn texts() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for path in files(root) {
        let file = path
            .strip_prefix(root)
            .expect("it is below")
            .display()
            .to_string();
        let text = fs::read_to_string(&path).expect("a text");
        if path.extension() == Some("rs".as_ref()) {
            let tokens: TokenStream = text.parse().expect("Rust");
            let is_help = file.starts_with("src/cli/");
            let mut strings = Vec::new();
            strings_of(tokens, is_help, &mut strings);
            found.extend(strings.into_iter().map(|text| Text {
                file: file.clone(),
                text,
            }));
        } else {
            found.push(Text { file, text });
        }
    }
    found
}

/// What users read, and what it is made of.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.join("README.md"), root.join("SECURITY.md")];
    let mut folders: Vec<PathBuf> = ["src", "man", "docs"].map(|name| root.join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(
                ending,
                Some("rs" | "md" | "man" | "1" | "5" | "html" | "json")
            ) {
                found.push(path);
            }
        }
    }
    found
}

/// The strings of a source, those of its tests left out. Comments that become help are strings, too.
fn strings_of(tokens: TokenStream, is_help: bool, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Group(group) => {
                let text = group.stream().to_string();
                let is_attribute = group.delimiter() == Delimiter::Bracket
                    && matches!(tokens.get(at.wrapping_sub(2)), Some(TokenTree::Punct(mark)) if matches!(mark.as_char(), '#' | '!'));
                if is_attribute && text.replace(' ', "") == "cfg(test)" {
                    // The tests stand last.
                    return;
                }
                let is_comment = is_attribute && text.starts_with("doc");
                if !is_attribute || is_help || !is_comment && text.starts_with("error") {
                    strings_of(group.stream(), is_help, found);
                }
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') {
                    found.push(text);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}
