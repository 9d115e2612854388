//! The tokenizer of the folder: texts to numbers, and back to places in the text.
//!
//! A text is taken apart as a whole, whatever its length; windows are cut later. What looks like a special token in a text
//! is text, and the tokens that frame a window are learned from the tokenizer itself.

use crate::OpenError;
use std::path::Path;
use tokenizers::Tokenizer;

/// A token of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// The first byte of the characters it stands for.
    pub start: usize,
    /// The byte after the last; the same as the first where it stands for nothing in the text.
    pub end: usize,
}

/// A tokenizer that leaves nothing out and adds nothing.
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    /// What stands before a window.
    pub before: Vec<u32>,
    /// What stands after it.
    pub after: Vec<u32>,
}

/// Words by which the frame is looked up: one of them should be more than nothing to any tokenizer.
const PROBES: [&str; 3] = ["a", "A", "1"];

impl Tokens {
    /// Reads `tokenizer.json`, whose numbers must stay below those that the model knows.
    pub(crate) fn parse(path: &Path, bytes: &[u8], vocabulary: usize) -> Result<Self, OpenError> {
        let wrong = |problem: String| OpenError::Tokenizer { path: path.to_owned(), problem };
        let mut tokenizer =
            Tokenizer::from_bytes(bytes).map_err(|error| wrong(error.to_string()))?;
        tokenizer.with_truncation(None).map_err(|error| wrong(error.to_string()))?;
        tokenizer.with_padding(None);
        tokenizer.set_encode_special_tokens(true);
        let highest = tokenizer.get_vocab(true).into_values().max();
        let highest = highest.ok_or_else(|| wrong("has no vocabulary".to_owned()))?;
        if highest as usize >= vocabulary {
            let problem = format!(
                "counts its tokens up to {highest}, and the model knows {vocabulary} of them"
            );
            return Err(wrong(problem));
        }
        let (before, after) = frame(&tokenizer).ok_or_else(|| {
            wrong("does not say which special tokens stand before and after a text".to_owned())
        })?;
        Ok(Self { tokenizer, before, after })
    }

    /// The tokens of a text, without a frame. None when the tokenizer refuses it.
    pub(crate) fn of(&self, text: &str) -> Option<Vec<Token>> {
        let encoding = self.tokenizer.encode(text, false).ok()?;
        let places = encoding.get_offsets().iter().map(|&(start, end)| whole(text, start, end));
        let tokens = encoding.get_ids().iter().zip(places);
        Some(tokens.map(|(&id, (start, end))| Token { id, start, end }).collect())
    }
}

/// A normalizer may point into the middle of a character; the whole of it is meant.
fn whole(text: &str, start: usize, end: usize) -> (usize, usize) {
    let start = text.floor_char_boundary(start);
    let end = if end > start { text.ceil_char_boundary(end) } else { start };
    (start, end)
}

/// The tokens that the tokenizer puts before and after a text.
fn frame(tokenizer: &Tokenizer) -> Option<(Vec<u32>, Vec<u32>)> {
    PROBES.iter().find_map(|probe| {
        let bare = tokenizer.encode(*probe, false).ok()?;
        let framed = tokenizer.encode(*probe, true).ok()?;
        let (bare, framed) = (bare.get_ids(), framed.get_ids());
        let at = framed.windows(bare.len().max(1)).position(|part| part == bare)?;
        Some((framed[..at].to_vec(), framed[at + bare.len()..].to_vec()))
    })
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn places_within_a_character_grow_to_the_whole_of_it() {
        let text = "aü😀b";
        assert_eq!(whole(text, 2, 4), (1, 7));
        assert_eq!(whole(text, 1, 1), (1, 1));
        assert_eq!(whole(text, 7, 900), (7, 8));
        assert_eq!(whole(text, 900, 901), (8, 8));
    }
}
