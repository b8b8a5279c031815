//! `$VAR` and `~` in paths, as Python's `expandvars` and `expanduser` expand them.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The environment, as data.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: Arc<BTreeMap<Vec<u8>, Vec<u8>>>,
    homes: Option<Homes>,
}

/// Looks up the home directory of a user by name, or of the current user, in the user database.
pub type Homes = fn(Option<&[u8]>) -> Option<Vec<u8>>;

impl Environment {
    /// Makes an environment from pairs of name and value.
    pub fn new(variables: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Self {
        Self {
            variables: Arc::new(variables.into_iter().collect()),
            homes: None,
        }
    }

    /// Adds the user database: `~NAME` is expanded, and `~` even without `HOME`.
    #[must_use]
    pub fn with_homes(self, homes: Homes) -> Self {
        Self {
            homes: Some(homes),
            ..self
        }
    }

    /// The value of a variable; `None` if it is not set.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.variables.get(name.as_bytes()).map(Vec::as_slice)
    }

    /// Expands variables, then the home directory (`os.path.expandvars` and `expanduser`). An
    /// undefined variable and the home of an unknown user stay as they are written.
    pub fn expand(&self, path: &[u8]) -> Vec<u8> {
        let path = self.expand_variables(path);
        let Some(tail) = path.strip_prefix(b"~") else {
            return path;
        };
        let end = tail.iter().position(|&b| b == b'/');
        let (name, rest) = tail.split_at(end.unwrap_or(tail.len()));
        let Some(home) = self.home(name) else {
            return path;
        };
        let whole = [trim_slashes(&home), rest].concat();
        if whole.is_empty() {
            b"/".to_vec()
        } else {
            whole
        }
    }

    /// The home of a user; of the current user if `name` is empty.
    fn home(&self, name: &[u8]) -> Option<Vec<u8>> {
        if !name.is_empty() {
            return self.homes?(Some(name));
        }
        match self.get("HOME") {
            Some(home) => Some(home.to_vec()),
            None => self.homes?(None),
        }
    }

    fn expand_variables(&self, path: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(path.len());
        let mut rest = path;
        while let Some(at) = rest.iter().position(|&b| b == b'$') {
            out.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            let (name, length) = variable(rest);
            match name.and_then(|name| self.variables.get(name)) {
                Some(value) => out.extend_from_slice(value),
                None => out.extend_from_slice(&rest[..length]),
            }
            rest = &rest[length..];
        }
        out.extend_from_slice(rest);
        out
    }
}

/// The variable at the dollar sign that `text` begins with, and its length in bytes.
fn variable(text: &[u8]) -> (Option<&[u8]>, usize) {
    let rest = &text[1..];
    if let Some(braced) = rest.strip_prefix(b"{") {
        return match braced.iter().position(|&b| b == b'}') {
            Some(end) => (Some(&braced[..end]), end + 3),
            None => (None, 1),
        };
    }
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let end = rest.iter().position(|b| !word(b)).unwrap_or(rest.len());
    if end == 0 {
        (None, 1)
    } else {
        (Some(&rest[..end]), end + 1)
    }
}

fn trim_slashes(home: &[u8]) -> &[u8] {
    let end = home.iter().rposition(|&b| b != b'/').map_or(0, |at| at + 1);
    &home[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_home_are_expanded_and_the_rest_stays() {
        let set = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        let environment =
            Environment::new([set("HOME", "/home/me/"), set("A", "x"), set("B_1", "y$A")]);
        for (path, expected) in [
            ("~/a", "/home/me/a"),
            ("~", "/home/me"),
            ("~you/a", "~you/a"),
            ("a~/b", "a~/b"),
            ("$A/${B_1}$", "x/y$A$"),
            ("$NO/${NO}/${A", "$NO/${NO}/${A"),
            ("$$A", "$x"),
        ] {
            assert_eq!(
                environment.expand(path.as_bytes()),
                expected.as_bytes(),
                "{path}"
            );
        }
    }

    #[test]
    fn homes_are_those_of_the_user_database() {
        let homes: Homes = |name| match name {
            None => Some(b"/home/me".to_vec()),
            Some(b"you") => Some(b"/home/you/".to_vec()),
            Some(_) => None,
        };
        let unset = Environment::new([]).with_homes(homes);
        for (path, expected) in [
            ("~/a", "/home/me/a"),
            ("~you", "/home/you"),
            ("~you/a", "/home/you/a"),
            ("~her/a", "~her/a"),
        ] {
            assert_eq!(unset.expand(path.as_bytes()), expected.as_bytes(), "{path}");
        }
        let home = (b"HOME".to_vec(), b"/else".to_vec());
        let set = Environment::new([home]).with_homes(homes);
        assert_eq!(set.expand(b"~/a"), b"/else/a");
        assert_eq!(set.expand(b"~you/a"), b"/home/you/a");
    }
}
