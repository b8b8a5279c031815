//! The content of an answer so far, within its bound.

use super::refused::Refused;

/// The octets, and how many there may be.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) octets: Vec<u8>,
    limit: usize,
}

impl Body {
    /// Room is made as octets come: a length that the server names is only its word.
    pub(super) fn up_to(limit: usize) -> Self {
        Self {
            octets: Vec::new(),
            limit,
        }
    }

    /// Refuses a length before it comes.
    pub(super) fn expect(&self, more: u64) -> Result<(), Refused> {
        let left = (self.limit - self.octets.len()) as u64;
        if more > left {
            return Err(Refused::TooLarge(self.limit));
        }
        Ok(())
    }

    pub(super) fn push(&mut self, octets: &[u8]) -> Result<(), Refused> {
        self.expect(octets.len() as u64)?;
        self.octets.extend_from_slice(octets);
        Ok(())
    }

    /// Takes at most `most` octets off the front of what came; returns how many.
    pub(super) fn take(&mut self, bytes: &mut &[u8], most: u64) -> Result<u64, Refused> {
        let count = usize::try_from(most).map_or(bytes.len(), |most| most.min(bytes.len()));
        let (taken, rest) = bytes.split_at(count);
        self.push(taken)?;
        *bytes = rest;
        Ok(count as u64)
    }
}
