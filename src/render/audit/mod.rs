//! The formats of an audit, one file for each.

mod addresses;
pub mod csv;
pub mod html;
pub mod junit;
pub mod nagios;
pub mod prometheus;
pub mod table;
