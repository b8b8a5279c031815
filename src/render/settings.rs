//! The settings of a configuration: as lines for people, and as `hg config -Tjson --source` has them.

use crate::escape::{is_unsafe, visible};
use crate::hgrc::{Earlier, Item};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

/// What is shown for a secret.
const MASK: &[u8] = b"***";

/// One setting to show.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The section.
    pub section: &'a [u8],
    /// The key.
    pub key: &'a [u8],
    /// Its value and sources.
    pub item: &'a Item,
    /// The value must not be shown.
    pub secret: bool,
}

impl Setting<'_> {
    fn name(&self) -> Vec<u8> {
        [self.section, b".", self.key].concat()
    }

    fn value(&self) -> &[u8] {
        if self.secret { MASK } else { &self.item.value }
    }
}

/// A line for each setting, `file:line: section.key=value`, and below it what it overrides.
pub fn table(settings: &[Setting<'_>]) -> String {
    let text = |bytes: &[u8]| visible(&String::from_utf8_lossy(bytes)).into_owned();
    let mut out = String::new();
    for setting in settings {
        let item = setting.item;
        let file = text(item.source.file.as_os_str().as_bytes());
        let (name, value) = (text(&setting.name()), text(setting.value()));
        let _ = writeln!(out, "{file}:{}: {name}={value}", item.source.line);
        for Earlier { source, .. } in &item.overrides {
            let file = text(source.file.as_os_str().as_bytes());
            let _ = writeln!(out, "    overrides {file}:{}", source.line);
        }
    }
    out
}

/// An array of objects with `name`, `value` and `source`. Bytes that are not UTF-8 become lone low
/// surrogates, as Python's "surrogateescape" has it (PEP 383).
pub fn json(settings: &[Setting<'_>]) -> String {
    let objects: Vec<String> = settings
        .iter()
        .map(|setting| {
            let source = &setting.item.source;
            let place = [
                source.file.as_os_str().as_bytes(),
                format!(":{}", source.line).as_bytes(),
            ]
            .concat();
            format!(
                " {{\n  \"name\": {},\n  \"source\": {},\n  \"value\": {}\n }}",
                string(&setting.name()),
                string(&place),
                string(setting.value())
            )
        })
        .collect();
    format!("[\n{}\n]\n", objects.join(",\n"))
}

fn string(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => {
                    out.push('\\');
                    out.push(c);
                }
                c if is_unsafe(c) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\udc{byte:02x}");
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_and_odd_bytes_become_surrogates() {
        assert_eq!(
            string("a\"\\\n\u{202e}ü".as_bytes()),
            "\"a\\\"\\\\\\u000a\\u202eü\""
        );
        assert_eq!(string(b"\xffa\xe4"), "\"\\udcffa\\udce4\"");
    }
}
