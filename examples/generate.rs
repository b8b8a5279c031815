//! Writes the folders `man` and `completions` again from the definitions of the command line, and the
//! tables of docs/json.md from those of the codes.
#![allow(clippy::disallowed_methods, reason = "it writes files")]

use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in smtp_certcheck::commands::generated_files() {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}
