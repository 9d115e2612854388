//! Which model reads names, and how it stands before the engine: the one inside the program, and a larger one where the
//! settings name a folder. The larger tells the kinds that it knows; the rest stays with the one inside.

use crate::failure::Failure;
use crate::settings::Settings;
use encoder::OpenError;
use redact::{Kind, Language, Tagged, Tagger};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Longer texts than this go through a large model in parts, so that what it holds at once stays bounded.
const PART_BYTES: usize = 64 * 1024;

/// Opens what the settings ask for; none where names are not looked for.
///
/// # Errors
/// When the folder of a large model cannot be used.
pub(crate) fn open(settings: &Settings) -> Result<Option<Arc<dyn Tagger>>, Failure> {
    if !settings.ner.enabled {
        return Ok(None);
    }
    let small = Small { model: ner::Model::builtin() };
    let Some(folder) = &settings.ner.model_path else { return Ok(Some(Arc::new(small))) };
    let large = Large::open(folder, small).map_err(|error| {
        let doing = format!("open the model {}", folder.display());
        Failure::because(doing, &error).hint("docs/models.md says what such a folder holds")
    })?;
    Ok(Some(Arc::new(large)))
}

/// The model inside the program.
#[derive(Debug)]
struct Small {
    model: ner::Model,
}

impl Tagger for Small {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn tag(&self, text: &str, language: Option<Language>, least: f32) -> Vec<Tagged> {
        let tags = self.model.tag_above(text, language.map(Language::code), least);
        let told = |tag: &ner::Tag| {
            let kind = of_label(tag.label)?;
            Some(Tagged { start: tag.start, end: tag.end, kind, score: tag.score })
        };
        tags.iter().filter_map(told).collect()
    }
}

/// What the small model's labels are to us; names of works and laws are nobody's.
fn of_label(label: ner::Label) -> Option<Kind> {
    use ner::Label;
    Some(match label {
        Label::Person => Kind::Person,
        Label::Location => Kind::Location,
        Label::Organisation => Kind::Organization,
        Label::Date => Kind::Date,
        Label::Address => Kind::Address,
        Label::Age => Kind::Age,
        Label::Sex => Kind::Gender,
        Label::Relation => Kind::Relation,
        Label::Profession => Kind::Profession,
        Label::Nationality => Kind::Nationality,
        Label::Identifier => Kind::Id,
        // Those have forms, which rules know better.
        _ => return None,
    })
}

/// A model of the user's, and the small one for the kinds that it does not know.
#[derive(Debug)]
struct Large {
    name: String,
    model: encoder::Model,
    kinds: BTreeSet<Kind>,
    small: Small,
}

/// Why a large model is of no use.
#[derive(Debug, thiserror::Error)]
enum LargeError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("none of its labels is a kind of ours ({0})")]
    NoKind(String),
}

impl Large {
    fn open(folder: &Path, small: Small) -> Result<Self, LargeError> {
        let model = encoder::Model::open(folder, encoder::Options::default())?;
        let labels: Vec<String> = model.labels().iter().map(|label| (*label).to_owned()).collect();
        let kinds: BTreeSet<Kind> =
            labels.iter().filter_map(|label| of_name(without_place(label))).collect();
        if kinds.is_empty() {
            return Err(LargeError::NoKind(labels.join(", ")));
        }
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, model, kinds, small })
    }
}

impl Tagger for Large {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn tag(&self, text: &str, language: Option<Language>, least: f32) -> Vec<Tagged> {
        let mut tagged = self.small.tag(text, language, least);
        let mut from = 0;
        let mut told = Vec::new();
        while from < text.len() {
            let part = part(&text[from..]);
            match self.model.tag(&[part]) {
                Ok(found) => told.extend(found.into_iter().flatten().filter_map(|one| {
                    let kind = of_name(&one.label)?;
                    let (start, end) = (from + one.start, from + one.end);
                    (one.score >= least).then_some(Tagged { start, end, kind, score: one.score })
                })),
                // Names that nobody read would go out; those of the small model stay in force here.
                Err(error) => {
                    tracing::error!(why = %error, "the large model failed on a text; the one inside reads it");
                    return tagged;
                }
            }
            from += part.len();
        }
        tagged.retain(|one| !self.kinds.contains(&one.kind));
        tagged.extend(told);
        tagged
    }
}

/// The first part of a text: up to the last end of a line, or of a word, within the limit.
fn part(text: &str) -> &str {
    if text.len() <= PART_BYTES {
        return text;
    }
    let most = (0..=PART_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[..most].rfind('\n').or_else(|| text[..most].rfind(' '));
    &text[..end.map_or(most, |end| end + 1)]
}

/// A label without the sign that says where in a name a word stands.
fn without_place(label: &str) -> &str {
    match label.split_once('-') {
        Some(("B" | "I" | "E" | "S" | "L" | "U", label)) => label,
        _ => label,
    }
}

/// What the labels of common models are to us.
fn of_name(label: &str) -> Option<Kind> {
    let upper = label.to_uppercase().replace(['-', ' '], "_");
    if let Some(kind) = Kind::parse(&upper) {
        return Some(kind);
    }
    Some(match upper.as_str() {
        "PER" | "PERS" | "NAME" | "FIRSTNAME" | "LASTNAME" | "MIDDLENAME" | "PATIENT" | "STAFF"
        | "DOCTOR" | "GIVENNAME" | "SURNAME" | "FULLNAME" => Kind::Person,
        "LOC" | "GPE" | "FAC" | "CITY" | "STATE" | "COUNTY" | "COUNTRY" => Kind::Location,
        "ORG" | "ORGANISATION" | "COMPANY" | "COMPANYNAME" | "HOSP" | "HOSPITAL" => {
            Kind::Organization
        }
        "STREET" | "STREETADDRESS" | "BUILDINGNUMBER" | "SECONDARYADDRESS" => Kind::Address,
        "ZIP" | "ZIPCODE" | "POSTAL_CODE" => Kind::Postcode,
        "DATE_TIME" | "TIME" | "DOB" | "DATEOFBIRTH" => Kind::Date,
        "NORP" | "NRP" | "DEMONYM" => Kind::Nationality,
        "JOB" | "JOBTITLE" | "OCCUPATION" | "PROF" => Kind::Profession,
        "SEX" => Kind::Gender,
        "MONEY" => Kind::Amount,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_common_models_are_kinds() {
        for (label, kind) in [
            ("PER", Kind::Person),
            ("Person", Kind::Person),
            ("loc", Kind::Location),
            ("date-time", Kind::Date),
        ] {
            assert_eq!(of_name(label), Some(kind), "{label}");
        }
        assert_eq!(of_name("MISC"), None);
        assert_eq!((without_place("B-PER"), without_place("DATE-TIME")), ("PER", "DATE-TIME"));
        assert!(ner::Label::ALL.iter().filter(|label| of_label(**label).is_some()).count() > 8);
    }

    #[test]
    fn parts_are_the_text_again() {
        let text = "naïve words\n".repeat(20_000) + &"é".repeat(100_000);
        let mut rest = text.as_str();
        let mut joined = String::new();
        while !rest.is_empty() {
            let part = part(rest);
            assert!(!part.is_empty() && part.len() <= PART_BYTES);
            joined.push_str(part);
            rest = &rest[part.len()..];
        }
        assert!(joined == text);
    }
}
