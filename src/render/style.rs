//! How text for people looks: colours, width, characters, and level of detail.

/// How to show text.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// The width of the terminal; `None`: not a terminal, so nothing is wrapped.
    pub width: Option<u16>,
    /// The locale has no UTF-8: marks of ours are ASCII.
    pub ascii: bool,
    /// Also show the dialogue, every SAN and every digest.
    pub verbose: bool,
}

/// A colour, by what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Good,
    Warning,
    Bad,
    /// A heading.
    Strong,
}

impl Style {
    /// Neither colours nor lines of a certain width.
    pub fn plain() -> Self {
        Self {
            color: false,
            width: None,
            ascii: false,
            verbose: false,
        }
    }

    /// The columns to fill.
    pub(super) fn columns(self) -> usize {
        self.width
            .map_or(usize::MAX, |width| usize::from(width.max(40)))
    }

    /// The text in a colour, if there are colours. It must be safe to show.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Good => "1;32",
            Ink::Warning => "1;33",
            Ink::Bad => "1;31",
            Ink::Strong => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// The mark for what is left out.
    pub(super) fn ellipsis(self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }
}
