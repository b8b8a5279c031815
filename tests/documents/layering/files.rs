//! Which file needs which: paths and imports of every file, followed through re-exports to the file
//! that defines the item. Modules of unit tests are left out.
//!
//! Methods and macros are not followed: what a file calls by a method, it has imported the type of,
//! or was handed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A path of modules below the crate: `["judge", "path"]`.
type Module = Vec<String>;

/// What a path is followed to, re-exports of re-exports included.
const DEEPEST: usize = 16;

/// One file, as far as names go.
#[derive(Default)]
struct File {
    /// The file, below `src`.
    name: String,
    /// Items that the file defines itself.
    items: BTreeSet<String>,
    /// `use`: the name in this file, and its path.
    imports: BTreeMap<String, Module>,
    /// `use path::*`.
    globs: Vec<Module>,
    /// All other paths of two segments or more.
    paths: Vec<Module>,
}

/// The circles among the files below `src`: the files of each, sorted.
pub(super) fn circles(src: &Path) -> Vec<Vec<String>> {
    let files = read(src);
    let needs = needs(&files);
    let reach: BTreeMap<&String, BTreeSet<&String>> = needs
        .keys()
        .map(|from| (from, reached(&needs, from)))
        .collect();
    let mut circles: Vec<Vec<String>> = Vec::new();
    for (file, from) in &reach {
        let circle: Vec<String> = from
            .iter()
            .filter(|other| reach[**other].contains(*file))
            .map(|other| (*other).clone())
            .collect();
        if from.contains(*file) && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn reached<'a>(
    needs: &'a BTreeMap<String, BTreeSet<String>>,
    from: &String,
) -> BTreeSet<&'a String> {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&String> = needs[from].iter().collect();
    while let Some(file) = waiting.pop() {
        if seen.insert(file) {
            waiting.extend(&needs[file]);
        }
    }
    seen
}

/// Which files each file needs, itself left out.
fn needs(files: &BTreeMap<Module, File>) -> BTreeMap<String, BTreeSet<String>> {
    let mut needs = BTreeMap::new();
    for (module, file) in files {
        let mut found = BTreeSet::new();
        for path in file.imports.values().chain(&file.paths) {
            follow(files, module, path, DEEPEST, &mut found);
        }
        for path in &file.globs {
            if let Some(absolute) = absolute(files, module, path)
                && let Some(target) = files.get(&absolute)
            {
                found.insert(target.name.clone());
            }
        }
        found.remove(&file.name);
        needs.insert(file.name.clone(), found);
    }
    needs
}

/// The path from the crate's root; `None`: another crate's, or a path below a type.
fn absolute(files: &BTreeMap<Module, File>, module: &Module, path: &[String]) -> Option<Module> {
    let rest = |module: &[String], rest: &[String]| [module, rest].concat();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some(rest(module, &path[1..])),
        "super" => {
            let parent = module.split_last().map_or(&[][..], |(_, parent)| parent);
            match path.get(1).map(String::as_str) {
                Some("super") => absolute(files, &parent.to_vec(), &path[1..]),
                _ => Some(rest(parent, &path[1..])),
            }
        }
        first => {
            let child = rest(module, &path[..1]);
            if files.contains_key(&child) {
                return Some(rest(module, path));
            }
            let import = files.get(module)?.imports.get(first)?;
            // `use time::Time` would follow itself.
            if import.first().is_some_and(|name| name == first) {
                return None;
            }
            absolute(files, module, import).map(|import| rest(&import, &path[1..]))
        }
    }
}

/// Adds the file that defines what `path` in `module` names.
fn follow(
    files: &BTreeMap<Module, File>,
    module: &Module,
    path: &[String],
    deepest: usize,
    found: &mut BTreeSet<String>,
) {
    let Some(path) = absolute(files, module, path).filter(|_| deepest > 0) else {
        return;
    };
    let modules = (0..=path.len())
        .rev()
        .find(|length| files.contains_key(&path[..*length]))
        .unwrap_or(0);
    let (at, rest) = (path[..modules].to_vec(), &path[modules..]);
    let Some(file) = files.get(&at) else { return };
    match rest.first() {
        // A bare module: its items are named by their own paths. An item may have the same name.
        None => {
            let Some((name, parent)) = at.split_last() else {
                return;
            };
            if let Some(above) = files.get(parent) {
                if above.items.contains(name) {
                    found.insert(above.name.clone());
                } else if above.imports.contains_key(name) && parent != &module[..] {
                    follow(
                        files,
                        &parent.to_vec(),
                        &above.imports[name],
                        deepest - 1,
                        found,
                    );
                }
            }
        }
        Some(item) if file.items.contains(item) => {
            found.insert(file.name.clone());
        }
        Some(item) => match file.imports.get(item) {
            Some(import) => {
                let further = [import, &rest[1..]].concat();
                follow(files, &at, &further, deepest - 1, found);
            }
            None => {
                found.insert(file.name.clone());
            }
        },
    }
}

fn read(src: &Path) -> BTreeMap<Module, File> {
    let mut files = BTreeMap::new();
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|end| end == "rs");
    for path in super::rust_files(src).into_iter().filter(is_rust) {
        let name = path.strip_prefix(src).expect("below src");
        let name = name.to_str().expect("UTF-8").to_owned();
        if name == "main.rs" {
            continue;
        }
        let module: Module = name
            .trim_end_matches(".rs")
            .split('/')
            .filter(|part| *part != "mod" && *part != "lib")
            .map(str::to_owned)
            .collect();
        let text = std::fs::read_to_string(&path).expect("a source file");
        let tokens: TokenStream = text.parse().expect(&name);
        let mut file = File {
            name,
            ..File::default()
        };
        scan(&mut file, tokens, true);
        files.insert(module, file);
    }
    files
}

/// Reads the names of one file; `is_top`: not within a body.
fn scan(file: &mut File, tokens: TokenStream, is_top: bool) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if is_test(&tokens[at..]) {
            // The attribute, and all to the end of its item.
            at += 2;
            while at < tokens.len() && !is_end(&tokens[at]) {
                at += 1;
            }
            at += 1;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) => scan(file, group.stream(), false),
            TokenTree::Ident(word) if word == "use" => {
                let end = at
                    + tokens[at..]
                        .iter()
                        .take_while(|t| !is_end_of_use(t))
                        .count();
                import(file, &[], &tokens[at + 1..end]);
                at = end;
            }
            TokenTree::Ident(word) => {
                if is_top
                    && [
                        "struct", "enum", "fn", "const", "static", "type", "trait", "union",
                    ]
                    .contains(&word.to_string().as_str())
                    && let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
                {
                    file.items.insert(name.to_string());
                }
                let (path, length) = path(&tokens[at..]);
                if path.len() > 1 {
                    file.paths.push(path);
                }
                at += length.saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
}

/// `a::b::c` at the start of `tokens`, and how many tokens it takes.
fn path(tokens: &[TokenTree]) -> (Module, usize) {
    let mut path = Module::new();
    let mut at = 0;
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        path.push(word.to_string());
        at += 1;
        if !(is_colon(tokens.get(at)) && is_colon(tokens.get(at + 1))) {
            break;
        }
        if !matches!(tokens.get(at + 2), Some(TokenTree::Ident(_))) {
            break;
        }
        at += 2;
    }
    (path, at)
}

fn import(file: &mut File, prefix: &[String], tokens: &[TokenTree]) {
    let (mut path, mut at) = path(tokens);
    path.splice(0..0, prefix.iter().cloned());
    if is_colon(tokens.get(at)) {
        at += 2;
    }
    match tokens.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ',');
            for part in inner.split(is_comma).filter(|part| !part.is_empty()) {
                import(file, &path, part);
            }
        }
        Some(TokenTree::Punct(star)) if star.as_char() == '*' => file.globs.push(path),
        Some(TokenTree::Ident(word)) if word == "as" => {
            if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                file.imports.insert(name.to_string(), path);
            }
        }
        _ => {
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            if let Some(name) = path.last().cloned() {
                file.imports.insert(name, path);
            }
        }
    }
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == ':')
}

fn is_end_of_use(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(p) if p.as_char() == ';')
}

fn is_end(token: &TokenTree) -> bool {
    let is_body = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    is_body || is_end_of_use(token)
}

/// `#[cfg(test)]`.
fn is_test(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Punct(hash), TokenTree::Group(group), ..] => {
            hash.as_char() == '#' && group.stream().to_string().replace(' ', "") == "cfg(test)"
        }
        _ => false,
    }
}
