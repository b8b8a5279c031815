//! How names and types are written in messages. All of them are untrusted.

use hickory_proto::rr::{Name, RecordType};

/// A name in double quotes, without the last dot, as ASCII: what else it holds is escaped.
pub(super) fn quoted(name: &Name) -> String {
    let text = name.to_ascii();
    let without_dot = text.strip_suffix('.').filter(|rest| !rest.is_empty());
    format!("\"{}\"", without_dot.unwrap_or(&text))
}

/// The mnemonic of a type; by RFC 3597 `TYPE123` where there is none.
pub(super) fn type_name(kind: RecordType) -> String {
    match kind {
        RecordType::Unknown(code) => format!("TYPE{code}"),
        known => known.to_string(),
    }
}
