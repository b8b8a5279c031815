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
    if text.is_empty() {
        return items;
    }
    let mut item: Vec<u8> = Vec::new();
    let mut at = 0;
    loop {
        let blanks = count(&text[at..], is_separator);
        at += blanks;
        let Some(&byte) = text.get(at) else { break };
        if blanks > 0 {
            items.push(std::mem::take(&mut item));
        }
        at += 1;
        if byte != b'"' || !item.is_empty() {
            if byte == b'"' && item.last() == Some(&b'\\') {
                item.pop();
            }
            item.push(byte);
        } else if text.get(at) == Some(&b'"') {
            // Empty quotes: they are an item, and the next item begins.
            items.push(std::mem::take(&mut item));
            at += 1;
            at += count(&text[at..], is_separator);
        } else {
            let (content, after) = quoted(text, at);
            let Some(after) = after else {
                items.extend(unfinished(&content));
                return items;
            };
            item = content;
            at = after + count(&text[after..], |b| b" ,".contains(&b));
            match &text[at..] {
                [] => break,
                b"\"" => {
                    item.push(b'"');
                    break;
                }
                _ => items.push(std::mem::take(&mut item)),
            }
        }
    }
    items.push(item);
    items
}

/// Reads a quote without a closing one as an ordinary character.
fn unfinished(content: &[u8]) -> Vec<Vec<u8>> {
    let mut items = list(content);
    match items.first_mut() {
        Some(first) => first.insert(0, b'"'),
        None => items.push(b"\"".to_vec()),
    }
    items
}

/// The text in the quotes that open before `at`, and the position after the closing quote; `None`:
/// the quotes do not close.
fn quoted(text: &[u8], at: usize) -> (Vec<u8>, Option<usize>) {
    let mut out = Vec::new();
    let mut at = at;
    loop {
        match &text[at..] {
            [] => return (out, None),
            [b'\\', b'"', ..] => {
                out.push(b'"');
                at += 2;
            }
            [b'"', ..] => return (out, Some(at + 1)),
            [byte, ..] => {
                out.push(*byte);
                at += 1;
            }
        }
    }
}

/// Python's `bytes.isspace`, and the comma.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r' | b',')
}

fn count(bytes: &[u8], is_it: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| is_it(**b)).count()
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
