//! The language of a text, where the caller knows it: a closed list, those of the countries that rules know. It says
//! where telephone numbers are written as people there write them, and is handed to the tagger. Nothing else depends on
//! it: identifiers of any country stand in texts of any language.

use crate::phone::Region;
use std::fmt;

/// A language, and the countries whose telephone numbers its speakers write.
#[derive(Debug)]
struct Spoken {
    code: &'static str,
    /// Other codes for it.
    also: &'static [&'static str],
    regions: &'static [&'static str],
}

const fn spoken(code: &'static str, regions: &'static [&'static str]) -> Spoken {
    Spoken { code, also: &[], regions }
}

/// Every language that is known.
static SPOKEN: [Spoken; 38] = [
    spoken("en", &["US", "GB", "IE", "CA", "AU", "NZ", "ZA", "NG", "IN", "SG"]),
    spoken(
        "es",
        &["ES", "MX", "AR", "CL", "CO", "PE", "UY", "EC", "VE", "BO", "PY", "CR", "GT", "DO"],
    ),
    spoken("fr", &["FR", "BE", "CH", "LU", "CA"]),
    spoken("de", &["DE", "AT", "CH", "LU"]),
    spoken("it", &["IT", "CH"]),
    spoken("pt", &["PT", "BR"]),
    spoken("nl", &["NL", "BE"]),
    spoken("da", &["DK"]),
    spoken("sv", &["SE", "FI"]),
    Spoken { code: "no", also: &["nb", "nn"], regions: &["NO"] },
    spoken("fi", &["FI"]),
    spoken("is", &["IS"]),
    spoken("pl", &["PL"]),
    spoken("cs", &["CZ"]),
    spoken("sk", &["SK"]),
    spoken("sl", &["SI"]),
    spoken("hu", &["HU"]),
    spoken("hr", &["HR", "BA"]),
    spoken("sr", &["RS", "BA", "ME"]),
    spoken("bg", &["BG"]),
    spoken("ro", &["RO", "MD"]),
    spoken("el", &["GR", "CY"]),
    spoken("tr", &["TR", "CY"]),
    spoken("et", &["EE"]),
    spoken("lv", &["LV"]),
    spoken("lt", &["LT"]),
    spoken("ru", &["RU", "KZ"]),
    spoken("uk", &["UA"]),
    spoken("kk", &["KZ"]),
    Spoken { code: "he", also: &["iw"], regions: &["IL"] },
    spoken("ur", &["PK"]),
    spoken("ar", &["AE"]),
    spoken("hi", &["IN"]),
    spoken("zh", &["CN", "TW", "HK", "SG"]),
    spoken("ja", &["JP"]),
    spoken("ko", &["KR"]),
    spoken("th", &["TH"]),
    Spoken { code: "ms", also: &["id", "in"], regions: &["MY", "SG", "ID"] },
];

/// The language of a text, and the region where it is spoken if the tag says one.
#[derive(Clone, Copy)]
pub struct Language {
    spoken: &'static Spoken,
    region: Option<[u8; 2]>,
}

impl Language {
    /// Reads a tag of BCP 47, such as `es`, `es-MX` or `zh-Hant-TW`; none for a language that is not on the list.
    pub fn parse(tag: &str) -> Option<Self> {
        let mut parts = tag.split('-');
        let code = parts.next()?.to_ascii_lowercase();
        let is_named =
            |spoken: &&Spoken| spoken.code == code || spoken.also.contains(&code.as_str());
        let spoken = SPOKEN.iter().find(is_named)?;
        let mut region = None;
        for (at, part) in parts.enumerate() {
            if !(1..=8).contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return None;
            }
            // What stands for the region comes first, or after the script.
            if at < 2
                && let [one, other] = *part.as_bytes()
            {
                region = region.or(Some([one.to_ascii_uppercase(), other.to_ascii_uppercase()]));
            }
        }
        Some(Self { spoken, region })
    }

    /// Its code of two letters.
    pub fn code(self) -> &'static str {
        self.spoken.code
    }

    /// The codes of all that are known.
    pub fn all() -> impl Iterator<Item = &'static str> {
        SPOKEN.iter().map(|spoken| spoken.code)
    }

    /// The telephone regions where it is spoken; one, when the tag names it.
    pub(crate) fn regions(self) -> impl Iterator<Item = Region> {
        let named =
            self.region.and_then(|region| Region::parse(std::str::from_utf8(&region).ok()?));
        let spoken = if named.is_some() { &[] } else { self.spoken.regions };
        named.into_iter().chain(spoken.iter().filter_map(|region| Region::parse(region)))
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        (self.code(), self.region) == (other.code(), other.region)
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.region.map(|region| String::from_utf8_lossy(&region).into_owned());
        f.debug_tuple("Language").field(&self.code()).field(&region).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_a_language_of_the_list() {
        let code = |tag| Language::parse(tag).map(Language::code);
        assert_eq!(code("es"), Some("es"));
        assert_eq!(code("ES-mx"), Some("es"));
        assert_eq!(code("zh-Hant-TW"), Some("zh"));
        assert_eq!(code("nb-NO"), Some("no"));
        assert_eq!(code("de-CH-1996-x-a"), Some("de"));
        for wrong in ["", "xx", "e", "spanish", "es-", "es_MX", "es--MX", "es-ñ", "es-123456789"] {
            assert_eq!(code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_region_of_a_language_has_telephones() {
        for spoken in &SPOKEN {
            for region in spoken.regions {
                assert!(Region::parse(region).is_some(), "{} {region}", spoken.code);
            }
            assert!(!spoken.regions.is_empty(), "{}", spoken.code);
        }
        let count = |tag| Language::parse(tag).map_or(0, |language| language.regions().count());
        assert_eq!((count("es-MX"), count("zh-Hant-TW")), (1, 1));
        assert_eq!(count("es-XX"), count("es"), "a region without telephones says nothing");
        assert!(count("es") > 10);
    }

    #[test]
    fn no_code_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for spoken in &SPOKEN {
            assert!(seen.insert(spoken.code), "{}", spoken.code);
            assert!(spoken.also.iter().all(|code| seen.insert(code)), "{}", spoken.code);
        }
    }
}
