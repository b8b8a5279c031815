//! The tables of codes, from their declarations: for the manual, and for the document of the JSON
//! report.

use crate::finding::{Code, Kind};
use std::fmt::Write as _;

/// The tables, as the document orders them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Errors,
    Problems,
    Notes,
    Domains,
}

impl Table {
    pub(super) const ALL: [Self; 4] = [Self::Errors, Self::Problems, Self::Notes, Self::Domains];

    /// The field that has the codes.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Errors => "error.code",
            Self::Problems => "validation.problems[].code",
            Self::Notes => "validation.notes[].code",
            Self::Domains => "findings[].code of a domain",
        }
    }

    /// The codes, as the document orders them.
    pub(super) fn codes(self) -> impl Iterator<Item = Code> {
        let all = Code::ALL.iter().copied();
        all.filter(move |code| match self {
            Self::Errors => !code.steps().is_empty(),
            Self::Problems => code.kind() == Kind::Problem,
            // A check of one target notes what expires soon, too.
            Self::Notes => {
                matches!(code.kind(), Kind::Note | Kind::Asked)
                    || matches!(code, Code::Expiring | Code::IntermediateExpiring)
            }
            Self::Domains => code.kind() == Kind::Domain,
        })
    }

    /// In Markdown.
    fn text(self) -> String {
        let mut out = match self {
            Self::Errors => "| step | code | meaning |\n|---|---|---|\n".to_owned(),
            Self::Problems | Self::Notes => "| code | meaning |\n|---|---|\n".to_owned(),
            Self::Domains => "| severity | code | meaning |\n|---|---|---|\n".to_owned(),
        };
        for code in self.codes() {
            let _ = match self {
                Self::Errors => write!(out, "| {} ", code.steps()),
                // Circumstances raise or lower some.
                Self::Domains => write!(out, "| {} ", code.severity()),
                Self::Problems | Self::Notes => Ok(()),
            };
            let _ = writeln!(out, "| `{code}` | {} |", code.meaning());
        }
        out
    }
}

/// The document with its tables written again.
pub(super) fn document(text: &str) -> String {
    let mut text = text.to_owned();
    for table in Table::ALL {
        let heading = format!("\n## {}\n", table.field());
        let Some((above, below)) = text.split_once(&heading) else {
            continue;
        };
        let lines = || below.split_inclusive('\n');
        let is_row = |line: &&str| line.starts_with('|');
        let before: String = lines().take_while(|line| !is_row(line)).collect();
        let after = lines().skip_while(|line| !is_row(line));
        let after: String = after.skip_while(is_row).collect();
        text = format!("{above}{heading}{before}{}{after}", table.text());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_below_its_heading() {
        let notes = "\n## validation.notes[].code\n\n";
        let stale = format!("# a\n\n| x |\n{notes}text\n\n| n |\n|---|\n| stale |\n\nend\n| y |\n");
        let fresh = document(&stale);
        assert!(!fresh.contains("stale"), "{fresh}");
        assert!(fresh.starts_with(&format!(
            "# a\n\n| x |\n{notes}text\n\n| code | meaning |\n"
        )));
        assert!(fresh.contains("\n| `root-sent` | a root"), "{fresh}");
        assert!(fresh.ends_with(" |\n\nend\n| y |\n"), "{fresh}");
        assert_eq!(document(&fresh), fresh);
    }
}
