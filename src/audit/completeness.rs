//! How much of the list the results cover.

/// How an audit ended. By default it reached the end of its list and used every line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    /// A signal stopped it before the end of the list.
    pub interrupted: bool,
    /// The list could not be read to its end.
    pub cut_off: bool,
    /// The reader of the results closed the pipe: it wants no more.
    pub reader_left: bool,
    /// How many lines of the list could not be used.
    pub bad_lines: u64,
}

impl Completeness {
    /// Whether every target that the list names in a usable line was checked and reported.
    pub fn is_complete(&self) -> bool {
        !(self.interrupted || self.cut_off || self.reader_left)
    }

    /// Whether a target without a result is certain to be missing from the list: an unusable line
    /// may name it.
    pub fn knows_what_is_gone(&self) -> bool {
        self.is_complete() && self.bad_lines == 0
    }

    /// Why the results do not cover everything, in sentences.
    pub fn missing(&self) -> Vec<String> {
        let mut why = Vec::new();
        if self.interrupted {
            why.push("The audit was interrupted before the end of the list.".to_owned());
        }
        if self.cut_off {
            why.push("The list could not be read to its end.".to_owned());
        }
        match self.bad_lines {
            0 => {}
            1 => why.push("1 line of the list could not be used.".to_owned()),
            bad => why.push(format!("{bad} lines of the list could not be used.")),
        }
        why
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_and_only_a_whole_list_has_gone_targets() {
        let whole = Completeness::default();
        assert!(whole.is_complete() && whole.knows_what_is_gone() && whole.missing().is_empty());
        let bad_lines = Completeness {
            bad_lines: 2,
            ..whole
        };
        assert!(bad_lines.is_complete() && !bad_lines.knows_what_is_gone());
        assert_eq!(
            bad_lines.missing(),
            ["2 lines of the list could not be used."]
        );
        let parts = [
            (true, false, false, 1),
            (false, true, false, 1),
            (false, false, true, 0),
        ];
        for (interrupted, cut_off, reader_left, sentences) in parts {
            let part = Completeness {
                interrupted,
                cut_off,
                reader_left,
                bad_lines: 0,
            };
            assert!(
                !part.is_complete() && !part.knows_what_is_gone(),
                "{part:?}"
            );
            assert_eq!(part.missing().len(), sentences, "{part:?}");
        }
    }
}
