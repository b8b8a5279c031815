//! The demo of the README runs, and tells its story.

use std::process::Command;

#[test]
fn the_demo_tells_its_story() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", "demo"])
        .output()
        .expect("cargo");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{text}");
    let verdicts: Vec<&str> = text
        .lines()
        .filter(|line| {
            ["TRUSTED", "NOT TRUSTED", "UNREACHABLE"]
                .iter()
                .any(|word| line.starts_with(word))
        })
        .map(|line| line.split("  ").nth(2).unwrap_or_default())
        .map(|reason| reason.split(' ').next().unwrap_or_default())
        .collect();
    let story = [
        "unknown-issuer",
        "until",
        "expired",
        "missing-intermediate",
        // With -q, what is fine has no line.
        "expired",
        // Pinned, and changed.
        "hg",
    ];
    assert_eq!(verdicts, story, "{text}");
    let codes: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("[exit code"))
        .collect();
    assert_eq!(
        codes,
        [1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0].map(|code| format!("[exit code {code}]")),
        "{text}"
    );
}
