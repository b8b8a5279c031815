//! What a lookup returns: the answer, the resolver that gave it, and who validated it.

use crate::endpoint::Resolver;
use crate::records::Answer;

/// Who validates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// This program: no resolver is believed.
    #[default]
    NoResolver,
    /// The resolver does: its AD bit is believed.
    Resolver,
}

/// An answer, and where it comes from.
#[derive(Clone, Debug)]
pub struct Found {
    /// What DNS says, and whether it is proven.
    pub answer: Answer,
    /// The resolvers that were heard for it in this lookup, in order; none if all was known before.
    pub heard: Vec<Resolver>,
    /// Who validated it.
    pub trust: Trust,
}
