//! The labels of a model: their names, and what their prefixes say about where a span begins and ends.

use std::collections::BTreeMap;

/// Where in a span a label puts its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `B-`: a new span begins.
    Begin,
    /// `I-` or no prefix: a span goes on, or begins where none was.
    Inside,
    /// `E-` or `L-`: it is the last.
    End,
    /// `S-` or `U-`: a span of one word.
    Single,
}

impl Place {
    fn of(prefix: &str) -> Option<Self> {
        match prefix {
            "B-" => Some(Self::Begin),
            "I-" => Some(Self::Inside),
            "E-" | "L-" => Some(Self::End),
            "S-" | "U-" => Some(Self::Single),
            _ => None,
        }
    }
}

/// What a label means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Not part of anything.
    Outside,
    /// Part of something of this type.
    Part { class: usize, place: Place },
}

/// All labels of a model.
#[derive(Debug)]
pub(crate) struct Labels {
    /// As `config.json` spells them, by number.
    pub names: Vec<String>,
    /// By number.
    pub meanings: Vec<Meaning>,
    /// The types without prefixes, in the order in which they first appear.
    pub classes: Vec<String>,
}

const OUTSIDE: &str = "O";

impl Labels {
    /// Reads `id2label`. What is wrong comes back as the end of a sentence that begins with `id2label`.
    pub(crate) fn parse(by_id: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut names = vec![None; by_id.len()];
        for (id, name) in by_id {
            let slot = id.parse().ok().and_then(|at: usize| names.get_mut(at));
            let slot = slot.ok_or_else(|| format!("has the number {id} among {}", by_id.len()))?;
            *slot = Some(name.clone());
        }
        let names: Option<Vec<String>> = names.into_iter().collect();
        let names = names.ok_or("has a number twice")?;
        if !names.iter().any(|name| name == OUTSIDE) {
            return Err("has no label O for words that are nothing".to_owned());
        }
        if names.len() == 1 {
            return Err("has no label beside O".to_owned());
        }
        // A scheme has prefixes everywhere or nowhere: otherwise `S-TRAIN` may be a name.
        let prefixed = names.iter().filter(|name| *name != OUTSIDE).all(|name| {
            name.get(..2).is_some_and(|prefix| Place::of(prefix).is_some()) && name.len() > 2
        });
        let mut classes: Vec<String> = Vec::new();
        let meanings = names.iter().map(|name| meaning(name, prefixed, &mut classes)).collect();
        Ok(Self { names, meanings, classes })
    }
}

fn meaning(name: &str, prefixed: bool, classes: &mut Vec<String>) -> Meaning {
    if name == OUTSIDE {
        return Meaning::Outside;
    }
    let (place, class) = if prefixed {
        let (prefix, class) = name.split_at(2);
        (Place::of(prefix).unwrap_or(Place::Inside), class)
    } else {
        (Place::Inside, name)
    };
    let at = classes.iter().position(|known| known == class).unwrap_or_else(|| {
        classes.push(class.to_owned());
        classes.len() - 1
    });
    Meaning::Part { class: at, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str]) -> Result<Labels, String> {
        let by_id = names.iter().enumerate();
        Labels::parse(&by_id.map(|(at, name)| (at.to_string(), (*name).to_owned())).collect())
    }

    #[test]
    fn prefixes_of_all_schemes_are_taken_off() {
        for names in [["O", "B-PER", "I-PER"], ["S-PER", "O", "E-PER"], ["U-PER", "L-PER", "O"]] {
            assert_eq!(labels(&names).unwrap().classes, ["PER"]);
        }
        let found = labels(&["O", "B-PER", "I-LOC", "E-PER", "S-LOC"]).unwrap();
        assert_eq!(found.classes, ["PER", "LOC"]);
        assert_eq!(found.meanings[3], Meaning::Part { class: 0, place: Place::End });
    }

    #[test]
    fn a_scheme_without_prefixes_keeps_its_names_whole() {
        let found = labels(&["O", "S-TRAIN", "CITY"]).unwrap();
        assert_eq!(found.classes, ["S-TRAIN", "CITY"]);
        assert_eq!(found.meanings[1], Meaning::Part { class: 0, place: Place::Inside });
    }

    #[test]
    fn labels_that_say_nothing_are_refused() {
        assert!(labels(&["LABEL_0", "LABEL_1"]).unwrap_err().contains("no label O"));
        assert!(labels(&["O"]).unwrap_err().contains("beside O"));
        let pair =
            |a: &str, b: &str| [(a.to_owned(), "O".to_owned()), (b.to_owned(), "X".to_owned())];
        assert!(Labels::parse(&pair("0", "7").into()).unwrap_err().contains("number 7 among 2"));
        assert!(Labels::parse(&pair("0", "00").into()).unwrap_err().contains("twice"));
        assert!(Labels::parse(&pair("0", "one").into()).unwrap_err().contains("number one"));
    }
}
