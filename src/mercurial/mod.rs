//! What Mercurial does with its configuration.

mod boolean;
mod command;
mod configured;
mod decision;
mod extensions;
mod hindrance;
mod line;
mod lint;
mod list;
mod mail;
mod malformed;
mod name;
mod pin_plan;
mod port;
mod release;
mod runs;
mod search;
mod secret;
mod settings;
mod stop;

pub use command::is_left_out;
pub use configured::{
    ConfiguredPin, Pins, configured_cacerts, configured_pins, has_own_cacerts, obeyed_pins,
};
pub use decision::{CaFile, Decision, Ground, Server, decide};
pub use hindrance::Hindrance;
pub use line::{Configured, SettingLine};
pub use lint::{Lint, LintCode, LintScope, Machine, hosts, lint};
pub use list::items as list_items;
pub use pin_plan::{
    Assignment, Change, Edits, Existing, FileEdit, Intent, PinObjection, PinPlan, PinnedBy,
    PlanError, SettingChange, Shadow, Tree, changes_for, is_smtp_host, kept_port, pinned_lists,
    plan,
};
pub use port::{Port, ipv4, read_port};
pub use release::{Installation, NoRelease, Release, Store};
pub use runs::hindrances;
pub use search::{Layer, Layout, broken_share, layers, user_layers};
pub use secret::is_secret;
pub use settings::{HostSettings, Transport};
pub use stop::{Extension, Surroundings};
