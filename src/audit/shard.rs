//! A part of a list for one of several machines, chosen by a stable hash of the target.

use sha2::{Digest as _, Sha256};
use std::str::FromStr;

/// The `K`th of `N` parts, from 1; part 0 is part `N`, for machines that are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    part: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if of > 0 && part <= of => Ok(Self { part, of }),
            _ => Err("write K/N with K from 1 to N, such as 3/10".to_owned()),
        }
    }
}

impl Shard {
    /// Whether a target, as written in the list, belongs to this part. All versions agree on this.
    pub fn has(self, target: &str) -> bool {
        let digest = Sha256::digest(target.as_bytes());
        let head = digest
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        head % self.of == (self.part + self.of - 1) % self.of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_in_one_part() {
        let parts: Vec<Shard> = (1..=7)
            .map(|k| format!("{k}/7").parse().expect("a part"))
            .collect();
        for n in 0..200 {
            let target = format!("h{n}.example:25");
            assert_eq!(parts.iter().filter(|part| part.has(&target)).count(), 1);
        }
        // Stable: a target never moves to another machine's part.
        let first: Shard = "1/2".parse().expect("a part");
        assert!(first.has("mail.example.org:587") != first.has("mail.example.org:25"));
        // Machines that are counted from 0 get the same parts.
        assert_eq!(
            (0..7)
                .filter(|k| {
                    let part: Shard = format!("{k}/7").parse().expect("a part");
                    part.has("mail.example.org:587")
                })
                .count(),
            1
        );
        for text in ["", "0/0", "4/3", "1", "1/0", "a/b", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
