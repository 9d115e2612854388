//! The labels that the tagger gives, and the tags of its chain: outside, or one of the parts of a labelled span.

use std::fmt;

/// What a span is said to be. The numbers are written into weights files: append, never reorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Label {
    /// A person's name, without titles.
    Person,
    /// A place: country, town, region, postal code.
    Location,
    /// A company, authority, hospital, party, club.
    Organisation,
    /// A date or a part of one.
    Date,
    /// A street with what belongs to it.
    Address,
    /// Somebody's age.
    Age,
    /// Somebody's sex.
    Sex,
    /// A relation of somebody's: mother, brother.
    Relation,
    /// An occupation.
    Profession,
    /// A nationality, people or religion.
    Nationality,
    /// A number or code that stands for a person, a case or a policy.
    Identifier,
    /// A telephone or fax number.
    Phone,
    /// An e-mail address.
    Email,
    /// An address on the web.
    Url,
    /// A name of something else: a work, an event, a product.
    Other,
    /// A law, a regulation, a decision that is cited.
    Law,
}

impl Label {
    /// Every label, in the order of their numbers.
    pub const ALL: [Self; 16] = [
        Self::Person,
        Self::Location,
        Self::Organisation,
        Self::Date,
        Self::Address,
        Self::Age,
        Self::Sex,
        Self::Relation,
        Self::Profession,
        Self::Nationality,
        Self::Identifier,
        Self::Phone,
        Self::Email,
        Self::Url,
        Self::Other,
        Self::Law,
    ];

    /// Gives the name that reports and weights files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Location => "location",
            Self::Organisation => "organisation",
            Self::Date => "date",
            Self::Address => "address",
            Self::Age => "age",
            Self::Sex => "sex",
            Self::Relation => "relation",
            Self::Profession => "profession",
            Self::Nationality => "nationality",
            Self::Identifier => "identifier",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Url => "url",
            Self::Other => "other",
            Self::Law => "law",
        }
    }

    /// Its place in [`Label::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Label {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// How many parts a labelled span has: its first token, and the tokens after it.
pub const PARTS: usize = 2;
/// How many tags the chain has: outside, and the parts of each label.
pub const TAGS: usize = 1 + PARTS * Label::ALL.len();
/// The tag of a token that is in no span.
pub const OUTSIDE: usize = 0;

/// Gives the tag that begins a span of this label.
#[must_use]
pub const fn begin(label: Label) -> usize {
    1 + PARTS * label.index()
}

/// Gives the tag that continues a span of this label.
#[must_use]
pub const fn inside(label: Label) -> usize {
    begin(label) + 1
}

/// Gives the label of a tag, unless it is outside.
#[must_use]
pub fn label_of(tag: usize) -> Option<Label> {
    tag.checked_sub(1).and_then(|tag| Label::ALL.get(tag / PARTS)).copied()
}

/// Whether a tag continues a span.
#[must_use]
pub const fn continues(tag: usize) -> bool {
    tag > 0 && tag.is_multiple_of(2)
}

/// Whether one tag may follow another; `None` stands before the first token.
#[must_use]
pub const fn may_follow(before: Option<usize>, tag: usize) -> bool {
    if !continues(tag) {
        return true;
    }
    match before {
        Some(before) => before == tag || before + 1 == tag,
        None => false,
    }
}
