//! Which of several options was given.

/// The first option that was given, of pairs of its name and whether it was.
pub fn first_given<'a>(options: &[(&'a str, bool)]) -> Option<&'a str> {
    let mut given = options.iter().filter(|(_, is_given)| *is_given);
    given.next().map(|(option, _)| *option)
}
