//! The recipes for several certificates of one server, as one recipe.

use super::program::{Program, Several};
use super::request::Recipe;
use crate::certificate::Certificate;

/// One recipe for all, and the certificates for its file. `None`: the program holds one, or there is
/// no way to join what it reads. The recipes differ in their pins alone.
pub fn joined(program: &Program, recipes: &[Recipe]) -> Option<(Recipe, Vec<Certificate>)> {
    let (first, others) = recipes.split_first()?;
    let mut certificates: Vec<Certificate> = Vec::new();
    for certificate in recipes
        .iter()
        .filter_map(|recipe| recipe.certificate.as_ref())
    {
        if !certificates.contains(certificate) {
            certificates.push(certificate.clone());
        }
    }
    let mut recipe = first.clone();
    for other in others {
        add_new(&mut recipe.remarks, &other.remarks);
        add_new(&mut recipe.advice, &other.advice);
    }
    recipe.lines = lines(program.several, recipes)?;
    Some((recipe, certificates))
}

fn add_new<T: Clone + PartialEq>(all: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

fn lines(several: Several, recipes: &[Recipe]) -> Option<String> {
    let all: Vec<Vec<&str>> = recipes
        .iter()
        .map(|one| one.lines.lines().collect())
        .collect();
    let count = all.first()?.len();
    if all.iter().any(|lines| lines.len() != count) {
        return None;
    }
    let mut out = String::new();
    for index in 0..count {
        let mut variants: Vec<&str> = Vec::new();
        for line in all.iter().map(|lines| lines[index]) {
            if !variants.contains(&line) {
                variants.push(line);
            }
        }
        let line = match (variants.as_slice(), several) {
            ([one], _) => (*one).to_owned(),
            (several, Several::Joined(_)) => several.join("\n"),
            (several, Several::Listed(_, separator)) => listed(several, separator)?,
            (_, Several::InFile(_) | Several::OneOnly) => return None,
        };
        out.push_str(&line);
        out.push('\n');
    }
    Some(out)
}

/// The first line, with the pins of all where its own stands.
fn listed(lines: &[&str], separator: &str) -> Option<String> {
    let (first, others) = lines.split_first()?;
    let differs = |other: &&&str| {
        let same = first.bytes().zip(other.bytes());
        same.take_while(|(one, other)| one == other).count()
    };
    let at = others.iter().map(|other| differs(&other)).min()?;
    let (start, end) = pin_at(first, at)?;
    let (before, after) = (&first[..start], &first[end..]);
    let pins: Option<Vec<&str>> = lines
        .iter()
        .map(|line| line.strip_prefix(before)?.strip_suffix(after))
        .collect();
    Some(format!("{before}{}{after}", pins?.join(separator)))
}

/// The digest that a position is in: hex or base64, with its prefix or colons.
fn pin_at(line: &str, at: usize) -> Option<(usize, usize)> {
    let is_of_pin = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=:".contains(byte);
    let bytes = line.as_bytes();
    let before = bytes
        .get(..at)?
        .iter()
        .rev()
        .take_while(|b| is_of_pin(b))
        .count();
    let after = bytes.get(at..)?.iter().take_while(|b| is_of_pin(b)).count();
    (before + after > 0).then_some((at - before, at + after))
}

#[cfg(test)]
mod tests {
    use super::super::registry::PROGRAMS;
    use super::*;

    fn program(several: Several) -> Program {
        Program {
            several,
            ..*PROGRAMS[0]
        }
    }

    fn recipe(lines: &str) -> Recipe {
        Recipe {
            lines: lines.to_owned(),
            remarks: vec!["a remark".to_owned(), lines.to_owned()],
            ..Recipe::default()
        }
    }

    #[test]
    fn pins_stand_below_each_other_or_in_one_line() {
        // How they are joined, the lines of each, and those of all.
        type Case<'a> = (Several, &'a [&'a str], Option<&'a str>);
        let cases: [Case<'_>; 9] = [
            (Several::OneOnly, &["pin AA\n"], Some("pin AA\n")),
            (Several::OneOnly, &["pin AA\n", "pin AB\n"], None),
            (
                Several::Joined(""),
                &[
                    "a\n  match=AA\nb\n  match=AA\n",
                    "a\n  match=AB\nb\n  match=AB\n",
                ],
                Some("a\n  match=AA\n  match=AB\nb\n  match=AA\n  match=AB\n"),
            ),
            (Several::Joined(""), &["same\n", "same\n"], Some("same\n")),
            (Several::Joined(""), &["one\n", "one\ntwo\n"], None),
            // Digests may begin alike.
            (
                Several::Listed("", ";"),
                &[
                    "p = \"sha256//Abc=\"\n",
                    "p = \"sha256//Abd=\"\n",
                    "p = \"sha256//X+/=\"\n",
                ],
                Some("p = \"sha256//Abc=;sha256//Abd=;sha256//X+/=\"\n"),
            ),
            (
                Several::Listed("", "\", \""),
                &["f = (\"aa11\",)\n", "f = (\"aa22\",)\n"],
                Some("f = (\"aa11\", \"aa22\",)\n"),
            ),
            (Several::Listed("", ","), &["f = aa\n", "g = bb\n"], None),
            (Several::InFile(""), &["f = file\n", "f = other\n"], None),
        ];
        for (several, each, expected) in cases {
            let recipes: Vec<Recipe> = each.iter().map(|lines| recipe(lines)).collect();
            let found = joined(&program(several), &recipes);
            let lines = found.as_ref().map(|(recipe, _)| recipe.lines.as_str());
            assert_eq!(lines, expected, "{each:?}");
            if let Some((recipe, _)) = found {
                let same = recipe.remarks.iter().filter(|text| *text == "a remark");
                assert_eq!(same.count(), 1);
            }
        }
    }

    #[test]
    fn the_file_has_each_certificate_once() {
        let with = |der: &[u8]| Recipe {
            certificate: Some(Certificate::new(der.to_vec().into())),
            ..recipe("file\n")
        };
        let of_file = program(Several::InFile(""));
        let found = joined(&of_file, &[with(b"a"), with(b"b"), with(b"a")]);
        let (_, certificates) = found.expect("it is joined");
        let ders = certificates.iter().map(|one| one.der().as_ref());
        assert_eq!(ders.collect::<Vec<_>>(), [b"a", b"b"]);
    }
}
