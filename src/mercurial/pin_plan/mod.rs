//! The edit that pins a server: the intent, the settings that change, and the files that result.

mod changes;
mod intent;
mod pins;
mod plan;
mod setting;

pub use changes::{changes_for, is_smtp_host, kept_port};
pub use intent::{Existing, Intent, PinObjection, PinnedBy};
pub use pins::pinned_lists;
pub use plan::{Edits, FileEdit, PinPlan, PlanError, Shadow, Tree, plan};
pub use setting::{Assignment, Change, SettingChange};
