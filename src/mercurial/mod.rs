//! What Mercurial does with its configuration.

mod chain;
mod decision;
mod lint;
mod list;
mod name;
mod pin_plan;
mod search;
mod secret;
mod settings;

pub use decision::{CaFile, Decision, Ground, Server, decide};
pub use lint::{Lint, LintCode, LintScope, Machine, hosts, lint};
pub use list::items as list_items;
pub use pin_plan::{
    By, Change, Edits, FileEdit, Intent, Objection, Old, PinPlan, PlanError, Shadow, Tree, Want,
    is_smtp_host, pinned_lists, plan, stays, wants,
};
pub use search::{Layer, Layout, layers, user_layers};
pub use secret::is_secret;
pub use settings::{Line, Setting, Settings, Transport, port_number};
