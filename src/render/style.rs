//! How text for people looks: colours, width, and level of detail.

/// How to show text.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// The width of the terminal; `None`: not a terminal, so nothing is wrapped.
    pub width: Option<u16>,
    /// Also show the dialogue, every SAN and every digest.
    pub verbose: bool,
}

impl Style {
    /// The columns to fill.
    pub(super) fn columns(self) -> usize {
        self.width
            .map_or(usize::MAX, |width| usize::from(width.max(40)))
    }
}
