//! Words nearby: what a bare number needs before it is taken for something.

/// How far back a word may stand, in bytes.
const WINDOW: usize = 48;

pub(crate) const PHONE_CUES: &[&str] = &[
    "tel",
    "tlf",
    "tfno",
    "telephone",
    "teléfono",
    "telefono",
    "phone",
    "mobile",
    "móvil",
    "movil",
    "cell",
    "fax",
    "call",
    "llamar",
    "llame",
    "llama",
    "whatsapp",
    "sms",
];
pub(crate) const SSN_CUES: &[&str] = &["ssn", "ssns", "social"];

/// Whether one of `cues` stands as a whole word shortly before `at`.
pub(crate) fn has_cue(text: &str, at: usize, cues: &[&str]) -> bool {
    let mut from = at.saturating_sub(WINDOW);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..at].to_lowercase();
    // The nearest words count: a cue that another number stands behind belongs to that number.
    let near =
        before.rsplit_once(|c: char| c.is_ascii_digit()).map_or(before.as_str(), |(_, near)| near);
    near.split(|c: char| !c.is_alphanumeric()).any(|word| cues.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cue_is_a_whole_word_with_no_number_between() {
        let cue = |text: &str| has_cue(text, text.len(), PHONE_CUES);
        assert!(cue("Tel.: ") && cue("su MÓVIL es el ") && cue("mobile_"));
        assert!(!cue("hotel ") && !cue("recall: ") && !cue("tel 5, order "));
        assert!(!cue(&format!("tel {}", "ñ".repeat(40))), "too far away");
    }
}
