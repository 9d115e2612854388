//! The texts that rules carry: what stands between ⟦ and ⟧ is to be found, and what stands around it is a place where the
//! rule finds such things.

/// How long a filler may be.
const FILLER_MAX: usize = 64 * 1024;

/// Writes out `{an36}` and its like: no text that looks like somebody's key stands in the files.
pub(crate) fn filled(example: &str) -> String {
    let alphabets: &[(&str, &str)] = &[
        ("b64u", "aB3-cD5_eF7gH9iJkLmN0oPqR2sTuV4wXyZ6"),
        ("hex", "3f9a1c7e0b8d2564"),
        ("HEX", "3F9A1C7E0B8D2564"),
        ("an", "x7Kq2Rm9Tv4Zb8Wn3Lc6Hd1Yf5Gs0Pj"),
        ("AN", "X7KQ2RM9TV4ZB8WN3LC6HD1YF5GS0PJ"),
        ("az", "x7kq2rm9tv4zb8wn3lc6hd1yf5gs0pj"),
        ("d", "8240517396"),
    ];
    let mut out = String::new();
    let mut rest = example;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let filler = after.split_once('}').and_then(|(inside, tail)| {
            let (name, letters) = alphabets.iter().find(|(name, _)| inside.starts_with(name))?;
            let count = inside[name.len()..].parse().ok().filter(|count| *count <= FILLER_MAX)?;
            let letters = letters.chars().cycle().skip(out.len() * 7).take(count);
            Some((letters.collect::<String>(), tail))
        });
        match filler {
            Some((text, tail)) => {
                out.push_str(&text);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// What an example holds between its marks, each with what stands before and after it.
pub(crate) fn marked(example: &str) -> Vec<(String, String, String)> {
    let example = filled(example);
    let plain = |text: &str| text.replace(['⟦', '⟧'], "");
    let starts = example.match_indices('⟦').map(|(at, mark)| (at, at + mark.len()));
    let parts = starts.filter_map(|(mark, from)| {
        let length = example[from..].find('⟧')?;
        let part = &example[from..from + length];
        Some((plain(&example[..mark]), part.to_owned(), plain(&example[from + length..])))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_stands_between_the_rest() {
        let [first, second] = &marked("a ⟦b⟧ {d3} ⟦c⟧.")[..] else {
            panic!("there are two")
        };
        assert_eq!((first.0.as_str(), first.1.as_str(), first.2.len()), ("a ", "b", 7));
        assert_eq!((second.0.len(), second.1.as_str(), second.2.as_str()), (8, "c", "."));
    }
}
