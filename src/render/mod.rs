//! Renderers: one file for each format, each a function of the report. They show, and decide
//! nothing; nothing from the network leaves them unescaped.

mod addresses;
pub mod advice;
pub mod audit;
mod domain;
pub mod json;
pub mod lint;
pub mod nagios;
pub mod objection;
pub mod pem;
pub mod pin;
pub mod pin_set;
pub mod pins;
mod places;
pub mod settings;
pub mod style;
pub mod table;
pub(crate) mod text;
mod timestamp;
pub mod upkeep;
