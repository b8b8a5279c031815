//! What is to be pasted, taken out of the documents as it stands there.

use std::path::Path;

/// The code block in `language` of a document under `docs/` that contains `mark`.
///
/// # Panics
/// There is none, or more than one.
pub fn recipe(document: &str, language: &str, mark: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(document);
    let text = std::fs::read_to_string(path).expect(document);
    let opening = format!("```{language}\n");
    let blocks = text.split(&opening).skip(1);
    let mut found = blocks
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.contains(mark));
    let block = found.next().unwrap_or_default().to_owned();
    assert!(!block.is_empty(), "no block {language} with {mark}");
    assert!(found.next().is_none(), "two blocks {language} with {mark}");
    block
}

/// The command of the last line of a crontab, whose first `fields` words say when, and as whom.
///
/// # Panics
/// It would not reach the shell as it is written.
pub fn cron_command(crontab: &str, fields: usize) -> String {
    let line = crontab.lines().last().expect("a line");
    let mut rest = line;
    for _ in 0..fields {
        let (_, after) = rest.split_once(' ').expect("a field");
        rest = after.trim_start();
    }
    assert!(line.starts_with(|c: char| c.is_ascii_digit()), "{line}");
    // A percent sign would end the command.
    assert!(!rest.contains('%'), "{line}");
    rest.to_owned()
}
