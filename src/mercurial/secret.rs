//! Which settings must not be shown.

/// Whether the value of a setting is a secret: a password, a passphrase or a token, in any section.
pub fn is_secret(key: &[u8]) -> bool {
    let key = String::from_utf8_lossy(key).to_ascii_lowercase();
    let name = key.rsplit('.').next().unwrap_or(&key);
    ["password", "passwd", "passphrase", "secret", "token"]
        .iter()
        .any(|word| name.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_secrets_and_users_are_not() {
        for key in [
            "password",
            "work.password",
            "Bitbucket.Token",
            "key_passphrase",
        ] {
            assert!(is_secret(key.as_bytes()), "{key}");
        }
        for key in ["username", "passwords_hint_url", "host", "password.file"] {
            assert!(!is_secret(key.as_bytes()), "{key}");
        }
    }
}
