//! List values: separated by commas and white space, items may be quoted
//! (`stringutil.parselist`).

/// The items of a list value.
pub fn items(value: &[u8]) -> Vec<Vec<u8>> {
    let start = value
        .iter()
        .position(|b| !b" ,\n".contains(b))
        .unwrap_or(value.len());
    list(&value[start..])
}

fn list(text: &[u8]) -> Vec<Vec<u8>> {
    let end = text
        .iter()
        .rposition(|b| !b" ,".contains(b))
        .map_or(0, |at| at + 1);
    let text = &text[..end];
    let mut items = Vec::new();
    let mut item = Vec::new();
    let mut at = 0;
    // Whether `item` has begun, if only with a separator before it.
    let mut begun = !text.is_empty();
    while at < text.len() {
        let byte = text[at];
        if byte == b',' || byte.is_ascii_whitespace() || byte == 0x0b {
            let blank = |b: &u8| *b == b',' || b.is_ascii_whitespace() || *b == 0x0b;
            at += text[at..].iter().take_while(|b| blank(b)).count();
            if at < text.len() {
                items.push(std::mem::take(&mut item));
            }
        } else if byte == b'"' && item.is_empty() {
            let Some((quoted, after)) = quoted(text, at + 1) else {
                // Without an end the quote is a character like others.
                let mut rest = list(&text[at + 1..]);
                match rest.first_mut() {
                    Some(first) => first.insert(0, b'"'),
                    None => rest.push(b"\"".to_vec()),
                }
                items.extend(rest);
                return items;
            };
            item = quoted;
            at = after;
            at += text[at..].iter().take_while(|b| b" ,".contains(b)).count();
            if at < text.len() {
                items.push(std::mem::take(&mut item));
            }
        } else {
            if byte == b'"' && item.last() == Some(&b'\\') {
                item.pop();
            }
            item.push(byte);
            at += 1;
        }
        begun = true;
    }
    if begun {
        items.push(item);
    }
    items
}

/// What stands in the quotes that begin before `at`, and where they end.
fn quoted(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut at = at;
    loop {
        match text.get(at..)? {
            [b'\\', b'"', ..] => {
                out.push(b'"');
                at += 2;
            }
            [b'"', ..] => return Some((out, at + 1)),
            [byte, ..] => {
                out.push(*byte);
                at += 1;
            }
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_as_mercurial_splits_them() {
        for (value, expected) in [
            ("", &[][..]),
            (" , ", &[]),
            ("a", &["a"]),
            ("a b,c\nd ,\t e", &["a", "b", "c", "d", "e"]),
            ("\"a b\" c", &["a b", "c"]),
            ("\"a b\",\"c\"", &["a b", "c"]),
            ("a\"b", &["a\"b"]),
            ("\"a b", &["\"a", "b"]),
            ("a;b", &["a;b"]),
        ] {
            let items: Vec<String> = items(value.as_bytes())
                .iter()
                .map(|item| String::from_utf8_lossy(item).into_owned())
                .collect();
            assert_eq!(items, expected, "{value:?}");
        }
    }
}
