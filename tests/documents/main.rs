//! What is written about the program, and what it says about itself.
//!
//! - `promises`: codes, exit codes, dependencies and links in the documents
//! - `recipes`: every command of the documents, run as it stands there
//! - `snapshots`: the help, the formats and the messages, word for word
//! - `generated`: man pages and completions are up to date
//! - `completions`: the completions in real shells
//! - `demo`: the demo of the README
//! - `layering`: the table of which unit may import which

mod completions;
mod demo;
mod generated;
mod layering;
mod promises;
mod recipes;
mod snapshots;
