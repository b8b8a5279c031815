//! The processes of a server.

use std::collections::HashSet;
use std::path::Path;

/// Living processes, each with its parent.
pub fn processes() -> Vec<(u32, u32)> {
    let entries = std::fs::read_dir("/proc").expect("/proc");
    let stats = entries.filter_map(|entry| {
        let path = entry.ok()?.path().join("stat");
        std::fs::read_to_string(path).ok()
    });
    // "PID (name) state parent …", and the name may hold anything.
    let parse = |stat: String| {
        let (head, tail) = stat.rsplit_once(") ")?;
        let mut fields = tail.split(' ');
        let dead = ["Z", "X"].contains(&fields.next()?);
        let parent = fields.next()?.parse().ok()?;
        let pid = head.split(' ').next()?.parse().ok()?;
        (!dead).then_some((pid, parent))
    };
    stats.filter_map(parse).collect()
}

/// A process and all that come from it.
pub fn family(root: u32) -> HashSet<u32> {
    let all = processes();
    let mut family = HashSet::from([root]);
    loop {
        let count = family.len();
        let children = all.iter().filter(|(_, parent)| family.contains(parent));
        let children: Vec<u32> = children.map(|(pid, _)| *pid).collect();
        family.extend(children);
        if family.len() == count {
            return family;
        }
    }
}

/// Whether one of them has that socket.
pub(crate) fn have_socket(family: &HashSet<u32>, inode: &str) -> bool {
    let socket = format!("socket:[{inode}]");
    family.iter().any(|pid| {
        let files = std::fs::read_dir(format!("/proc/{pid}/fd"));
        let links = files.into_iter().flatten().flatten();
        let mut targets = links.filter_map(|link| std::fs::read_link(link.path()).ok());
        targets.any(|target| target == Path::new(&socket))
    })
}
