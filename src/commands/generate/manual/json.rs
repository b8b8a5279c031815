//! The page of the JSON report, from its schema and from the codes of findings.

use super::codes::Table;
use super::roff::{escaped, tagged};
use serde_json::Value;
use std::fmt::Write as _;

const SCHEMA: &str = include_str!("../../../../docs/report.schema.json");
const ABOVE: &str = include_str!("json.man");
const BELOW: &str = include_str!("json_below.man");

/// The kinds of reports: heading, first line, and definition of each.
const SECTIONS: [(&str, &str, &str); 2] = [
    (
        "FIELDS",
        "Those of a server. A dot leads into an object, and [] into the elements of an array.",
        REPORT,
    ),
    (
        "FIELDS OF A DOMAIN",
        "Those of mx:DOMAIN. The report on each of its hosts has the fields above.",
        "domain_report",
    ),
];
/// Its fields are listed once.
const REPORT: &str = "report";

/// The page, below its title.
pub(super) fn page(title: &str) -> String {
    let mut out = format!("{title}{ABOVE}");
    // It is part of the program, and a test reads it.
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    for (heading, text, name) in SECTIONS {
        let _ = writeln!(out, ".SH {heading}\n{text}");
        Schema(&schema).fields("", &schema["$defs"][name], &mut out);
    }
    for table in Table::ALL {
        let heading = match table {
            Table::Errors => "ERROR CODES",
            Table::Problems => "PROBLEMS",
            Table::Notes => "NOTES",
            Table::Domains => "FINDINGS OF A DOMAIN",
        };
        let of = escaped(table.field());
        let _ = writeln!(out, ".SH {heading}\nThe values of {of}.");
        for code in table.codes() {
            let meaning = match table {
                Table::Errors => &format!("{} (step {})", code.meaning(), code.steps()),
                Table::Problems | Table::Notes | Table::Domains => code.meaning(),
            };
            out.push_str(&tagged(&format!("`{code}`"), meaning));
        }
    }
    out.push_str(BELOW);
    out
}

struct Schema<'a>(&'a Value);

impl<'a> Schema<'a> {
    /// The fields below `path`, which `node` describes.
    fn fields(&self, path: &str, node: &'a Value, out: &mut String) {
        if name(node) == Some(REPORT) {
            return;
        }
        let node = self.resolved(node);
        if let Some(items) = node.get("items") {
            self.fields(&format!("{path}[]"), items, out);
        }
        for choice in node["anyOf"].as_array().into_iter().flatten() {
            self.fields(path, choice, out);
        }
        for (name, field) in node["properties"].as_object().into_iter().flatten() {
            let path = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            let mut kinds = Vec::new();
            self.kinds(field, &mut kinds);
            let described = [field, self.resolved(field)].map(|node| node["description"].as_str());
            let text = described.into_iter().flatten().next().unwrap_or_default();
            let (shown, kinds) = (escaped(&path), escaped(&kinds.join(", ")));
            let _ = writeln!(out, ".TP\n.BR {shown} \" ({kinds})\"");
            if !text.is_empty() {
                let _ = writeln!(out, "{}", escaped(text));
            }
            self.fields(&path, field, out);
        }
    }

    /// What the values may be: types, or the values themselves.
    fn kinds(&self, node: &'a Value, into: &mut Vec<String>) {
        let node = self.resolved(node);
        let word = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let listed = match (&node["enum"], &node["const"], &node["type"]) {
            (Value::Array(values), _, _) => values.iter().map(word).collect(),
            (_, value, _) if !value.is_null() => vec![word(value)],
            (_, _, Value::Array(types)) => types.iter().map(word).collect(),
            (_, _, Value::String(kind)) => vec![kind.clone()],
            _ => Vec::new(),
        };
        into.extend(listed);
        for choice in node["anyOf"].as_array().into_iter().flatten() {
            self.kinds(choice, into);
        }
    }

    /// Follows a `$ref`.
    fn resolved(&self, node: &'a Value) -> &'a Value {
        match name(node) {
            Some(name) => &self.0["$defs"][name],
            None => node,
        }
    }
}

/// The name in a `$ref`, which is always to `#/$defs/NAME`.
fn name(node: &Value) -> Option<&str> {
    node["$ref"].as_str()?.rsplit('/').next()
}
