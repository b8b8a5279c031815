//! What is written about the program, and what it says about itself.
//!
//! - `promises`: codes, exit codes, dependencies and links in the documents
//! - `paragraphs`: no paragraph of the documents is a wall of text
//! - `monitoring`: what is to be pasted into monitoring systems, run by them
//! - `recipes`: every command of the documents, run as it stands there
//! - `snapshots`: the help, the formats and the messages, word for word
//! - `generated`: man pages and completions are up to date
//! - `completions`: the completions in real shells
//! - `demo`: the demo of the README
//! - `jq`: the lines for jq, run by jq
//! - `words`: words that no text has
//! - `layering`: the table of which unit may import which

mod completions;
mod demo;
mod generated;
mod jq;
mod layering;
mod monitoring;
mod paragraphs;
mod promises;
mod recipes;
mod snapshots;
mod words;
