//! Tables of the settings file that are no sections: as many as somebody writes (`[[upstream]]`), or with keys of their
//! own choice. They are handed over with their places, and whoever reads them tells faults in the same words.

use super::resolve::clipped;
use super::{Fault, Value};
use std::fmt;
use toml::de::{DeTable, DeValue};

/// Which of them there are.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// `[[name]]`, any number of times.
    Many(&'static str),
    /// `[name]`, with any keys.
    One(&'static str),
}

impl Shape {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Many(name) | Self::One(name) => name,
        }
    }
}

/// One such table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name in the file.
    pub name: String,
    /// Where it begins: `tacit.toml:3:1`.
    pub place: String,
    /// What it says, in the order in which it stands there.
    pub entries: Vec<Entry>,
}

/// A key and what stands behind it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where it stands.
    pub place: String,
    /// What stands behind it.
    pub item: Item,
}

/// A value of the file. It may be a secret, so it cannot be printed.
#[derive(Clone)]
pub enum Item {
    /// A text, a number or a truth, spelled as the environment would.
    Plain(String),
    /// A list.
    List(Vec<Item>),
    /// A table.
    Table(Vec<Entry>),
    /// What no setting can be.
    Other(&'static str),
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl Item {
    /// What it is.
    fn kind(&self) -> &'static str {
        match self {
            Self::Plain(_) => "value",
            Self::List(_) => "list",
            Self::Table(_) => "table",
            Self::Other(kind) => kind,
        }
    }

    pub(super) fn read(value: &DeValue<'_>, place: &dyn Fn(usize) -> String) -> Self {
        match value {
            DeValue::Array(items) => {
                Self::List(items.iter().map(|item| Self::read(item.get_ref(), place)).collect())
            }
            DeValue::Table(table) => Self::Table(entries(table, place)),
            plain => super::file::scalar(plain).map_or(Self::Other(plain.type_str()), Self::Plain),
        }
    }
}

/// The keys of a table, in the order in which they stand in the file.
pub(super) fn entries(table: &DeTable<'_>, place: &dyn Fn(usize) -> String) -> Vec<Entry> {
    let mut keys: Vec<_> = table.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    let entry = |(key, value): &(&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| Entry {
        key: AsRef::<str>::as_ref(key.get_ref()).to_owned(),
        place: place(key.span().start),
        item: Item::read(value.get_ref(), place),
    };
    keys.iter().map(entry).collect()
}

impl Table {
    /// Where a key stands; where the table begins, if it does not.
    pub fn place(&self, key: &str) -> &str {
        self.entry(key).map_or(&self.place, |entry| &entry.place)
    }

    /// What stands behind a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Reads a value, if there is one.
    ///
    /// # Errors
    /// When it is another kind of thing. A secret is not quoted.
    pub fn value<T: Value>(&self, key: &str) -> Result<Option<T>, Fault> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        let name = format!("{}.{key}", self.name);
        let Item::Plain(text) = &entry.item else {
            let what = format!("`{name}` is a {}, not {}", entry.item.kind(), T::expects());
            return Err(Fault::new(&entry.place, what));
        };
        T::parse(text).map(Some).map_err(|why| {
            let shown = T::shown(text).map(|text| format!("`{}` ", clipped(&text)));
            Fault::new(&entry.place, format!("`{name}`: {}{why}", shown.unwrap_or_default()))
        })
    }

    /// Reads a list of texts; one text stands for a list of it.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Fault> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        let texts = match &entry.item {
            Item::Plain(text) => Some(vec![text.clone()]),
            Item::List(items) => items
                .iter()
                .map(|item| match item {
                    Item::Plain(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        texts.map(Some).ok_or_else(|| {
            Fault::new(&entry.place, format!("`{}.{key}` is no list of texts", self.name))
        })
    }

    /// Takes a table within this one, if there is one.
    ///
    /// # Errors
    /// When it is something else.
    pub fn table(&self, key: &str) -> Result<Option<Self>, Fault> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        let name = format!("{}.{key}", self.name);
        match &entry.item {
            Item::Table(entries) => {
                Ok(Some(Self { name, place: entry.place.clone(), entries: entries.clone() }))
            }
            other => {
                let what = format!("`{name}` is a {}, not a table", other.kind());
                Err(Fault::new(&entry.place, what))
            }
        }
    }

    /// Tells of keys that are none of `known`.
    pub fn unknown(&self, known: &[&str]) -> Vec<Fault> {
        let strange = self.entries.iter().filter(|entry| !known.contains(&entry.key.as_str()));
        let fault = |entry: &Entry| {
            let what = format!("unknown key `{}.{}`", self.name, clipped(&entry.key));
            let fault = Fault::new(&entry.place, what);
            match super::nearest(&entry.key, known.iter().copied()) {
                Some(near) => fault.hint(format!("the nearest known key is `{near}`")),
                None => fault.hint(format!("there are {}", known.join(", "))),
            }
        };
        strange.map(fault).collect()
    }
}
