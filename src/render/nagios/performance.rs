//! Performance data of several targets (Monitoring Plugins Guidelines, "Performance data").

use super::output::MOST;
use super::told::Told;
use std::collections::HashSet;

/// The performance data of targets, each with labels of its own, of no more than are shown.
pub(super) fn performance(told: &[Told]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut out = Vec::new();
    for told in told.iter().take(MOST) {
        let name = label(&told.label);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let Some(free) = names.find(|name| !taken.contains(name)) else {
            continue;
        };
        out.extend(told.performance(&format!("_{free}")));
        taken.insert(free);
    }
    out
}

/// What follows the text of a line.
pub(super) fn bar(data: &[String]) -> String {
    if data.is_empty() {
        String::new()
    } else {
        format!(" | {}", data.join(" "))
    }
}

/// Without what would end it, or need quotes. Icinga 2 takes what is before `::` for the name of a
/// plugin, and puts it before the labels that follow.
fn label(target: &str) -> String {
    let harmless = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | ':' | '-' | '[' | ']' => c,
        _ => '_',
    };
    let label: String = target.chars().map(harmless).collect();
    label.replace("::", ":_:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_hold_nothing_that_a_parser_could_take_for_its_own() {
        for (target, expected) in [
            ("mail.example.org:587", "mail.example.org:587"),
            ("[2001:db8::25]:25", "[2001:db8:_:25]:25"),
            ("[::1]:25", "[:_:1]:25"),
            ("a b='c'|d;", "a_b__c__d_"),
        ] {
            assert_eq!(label(target), expected);
        }
    }
}
