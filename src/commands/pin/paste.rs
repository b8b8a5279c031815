//! The user's own command, changed to pin another certificate, ready to paste.

/// The same command for some of the certificates. For Mercurial it writes the pins, and keeps the
/// existing pins.
pub(super) fn command(arguments: &[String], digests: &[String], for_mercurial: bool) -> String {
    let dropped = ["--add", "--replace", "--prune", "--write", "--dry-run"];
    let mut words = without(arguments, &dropped);
    if for_mercurial {
        words.extend(["--write".to_owned(), "--add".to_owned()]);
    }
    for digest in digests {
        words.extend(["--expect".to_owned(), digest.clone()]);
    }
    words.join(" ")
}

/// The same command for the certificate with this digest alone.
pub(super) fn expecting(arguments: &[String], digest: &str) -> String {
    let mut words = without(arguments, &[]);
    words.extend(["--expect".to_owned(), digest.to_owned()]);
    words.join(" ")
}

/// The same command for the certificate with this digest, too.
pub(super) fn expecting_also(arguments: &[String], digest: &str) -> String {
    let words = arguments.iter().map(|word| quoted(word));
    let mut words: Vec<String> = std::iter::once("smtp-certcheck".to_owned())
        .chain(words)
        .collect();
    words.extend(["--expect".to_owned(), digest.to_owned()]);
    words.join(" ")
}

/// The command that pins what `--check` has found, beside the pins.
pub(super) fn to_add(arguments: &[String]) -> String {
    let dropped = ["--check", "-q", "--quiet", "--format=table"];
    let mut words = without(arguments, &dropped);
    words.extend(["--write".to_owned(), "--add".to_owned()]);
    words.join(" ")
}

/// The words of the command, without these, and without what says which certificate is meant.
fn without(arguments: &[String], dropped: &[&str]) -> Vec<String> {
    let mut words = vec!["smtp-certcheck".to_owned()];
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--expect" => {
                let _ = rest.next();
            }
            "--accept-untrusted" => {}
            word if word.starts_with("--expect=") || dropped.contains(&word) => {}
            word => words.push(quoted(word)),
        }
    }
    words
}

/// Quoted for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=@_[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !word.contains('[') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_the_same_but_for_what_is_pinned() {
        let bb = || "sha256:bb".to_owned();
        let given = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            command(
                &given("pin a.test:587 --cacerts c.pem --expect aa --replace --yes"),
                &[bb(), "sha256:cc".to_owned()],
                true
            ),
            "smtp-certcheck pin a.test:587 --cacerts c.pem --yes --write --add --expect sha256:bb --expect sha256:cc"
        );
        assert_eq!(
            command(
                &given("pin [::1]:25 --for postfix --expect=aa"),
                &[bb()],
                false
            ),
            "smtp-certcheck pin '[::1]:25' --for postfix --expect sha256:bb"
        );
        assert_eq!(
            expecting(
                &given("pin a.test --write --accept-untrusted --expect aa"),
                "sha256:bb"
            ),
            "smtp-certcheck pin a.test --write --expect sha256:bb"
        );
        let words = ["pin", "--cacerts", "it's $HOME", ""].map(str::to_owned);
        assert_eq!(
            command(&words, &["d".to_owned()], false),
            "smtp-certcheck pin --cacerts 'it'\\''s $HOME' '' --expect d"
        );
    }
}
