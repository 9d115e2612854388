//! `tacit.toml`: sections of scalars and lists, each value with the line it stands on; and tables that are no sections.

use super::table::{self, Shape, Table};
use super::{Fault, Setting};
use toml::de::{DeTable, DeValue};

/// A value found in the file, as the environment would spell it.
pub(super) struct Found {
    pub(super) row: usize,
    pub(super) text: String,
    pub(super) line: usize,
    /// Where the key stands, for messages: `tacit.toml:3:1`.
    pub(super) place: String,
}

/// What the file says.
pub(super) struct Said {
    /// Values and faults, in the order in which they stand there.
    pub(super) found: Vec<Result<Found, Fault>>,
    /// Tables that are no sections.
    pub(super) tables: Vec<Table>,
}

/// Reads the file's text. `name` is how messages call it.
pub(super) fn read(table: &[Setting], shapes: &[Shape], (name, text): (&str, &str)) -> Said {
    let reader = Reader { table, shapes, name, text };
    let mut tables: Vec<(usize, Table)> = Vec::new();
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut read: Vec<(usize, Result<Found, Fault>)> = Vec::new();
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        let fault = Fault::new(reader.place(at).1, format!("not valid TOML: {}", error.message()));
        read.push((at, Err(fault)));
    }
    for (section, value) in document.get_ref() {
        let at = section.span().start;
        let name = section.get_ref().as_ref();
        if let Some(shape) = shapes.iter().find(|shape| shape.name() == name) {
            match reader.tables(*shape, value.get_ref(), at) {
                Ok(made) => tables.extend(made),
                Err(fault) => read.push((at, Err(fault))),
            }
            continue;
        }
        match reader.section(section.get_ref(), value.get_ref(), at) {
            Err(fault) => read.push((at, Err(fault))),
            Ok(keys) => read.extend(keys.iter().map(|(key, value)| {
                let at = key.span().start;
                (at, reader.key(section.get_ref(), key.get_ref(), value.get_ref(), at))
            })),
        }
    }
    read.sort_by_key(|(at, _)| *at);
    tables.sort_by_key(|(at, _)| *at);
    Said {
        found: read.into_iter().map(|(_, found)| found).collect(),
        tables: tables.into_iter().map(|(_, table)| table).collect(),
    }
}

struct Reader<'a> {
    table: &'a [Setting],
    shapes: &'a [Shape],
    name: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    /// The line of a byte, and how messages call the place.
    fn place(&self, at: usize) -> (usize, String) {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
        (line, format!("{}:{line}:{column}", self.name))
    }

    /// Tables of one name that are no sections.
    fn tables(
        &self,
        shape: Shape,
        value: &DeValue<'_>,
        at: usize,
    ) -> Result<Vec<(usize, Table)>, Fault> {
        let place = |at: usize| self.place(at).1;
        let made = |table: &DeTable<'_>, at: usize| {
            let (name, entries) = (shape.name().to_owned(), table::entries(table, &place));
            (at, Table { name, place: place(at), entries })
        };
        let wrong = |written: String| {
            let fault =
                Fault::new(place(at), format!("`{}` is written as {written}", shape.name()));
            Err(fault.hint("write the name in its brackets above its keys"))
        };
        match (shape, value) {
            (Shape::One(_), DeValue::Table(table)) => Ok(vec![made(table, at)]),
            (Shape::Many(name), DeValue::Array(items)) => {
                let tables = items.iter().map(|item| {
                    item.get_ref().as_table().map(|table| made(table, item.span().start))
                });
                match tables.collect() {
                    Some(tables) => Ok(tables),
                    None => wrong(format!("`[[{name}]]`")),
                }
            }
            (Shape::One(name), _) => wrong(format!("`[{name}]`")),
            (Shape::Many(name), _) => wrong(format!("`[[{name}]]`")),
        }
    }

    fn section<'v, 'i>(
        &self,
        section: &str,
        value: &'v DeValue<'i>,
        at: usize,
    ) -> Result<&'v DeTable<'i>, Fault> {
        let (_, place) = self.place(at);
        let is_many = value.as_array().is_some_and(|items| {
            !items.is_empty() && items.iter().all(|item| item.get_ref().is_table())
        });
        if is_many {
            let known = self.shapes.iter().map(|shape| shape.name());
            return Err(Fault::unknown(place, &format!("table `[[{section}]]`"), section, known));
        }
        let Some(keys) = value.as_table() else {
            let fault = Fault::new(place, format!("`{section}` stands outside of a section"));
            return Err(match self.table.iter().find(|row| row.key == section) {
                Some(row) => fault.hint(format!("put it under `[{}]`", row.section)),
                None => fault.hint("a setting stands under its `[section]`"),
            });
        };
        if self.table.iter().any(|row| row.section == section) {
            return Ok(keys);
        }
        let sections = self.table.iter().map(|row| row.section);
        let sections = sections.chain(self.shapes.iter().map(|shape| shape.name()));
        Err(Fault::unknown(place, &format!("section `[{section}]`"), section, sections))
    }

    fn key(
        &self,
        section: &str,
        key: &str,
        value: &DeValue<'_>,
        at: usize,
    ) -> Result<Found, Fault> {
        let (line, place) = self.place(at);
        let name = format!("{section}.{key}");
        let Some(row) = self.table.iter().position(|row| row.name() == name) else {
            let names: Vec<_> = self.table.iter().map(Setting::name).collect();
            let known = names.iter().map(String::as_str);
            return Err(Fault::unknown(place, &format!("setting `{name}`"), &name, known));
        };
        scalar(value).map(|text| Found { row, text, line, place: place.clone() }).ok_or_else(|| {
            let expected = (self.table[row].expects)();
            Fault::new(place, format!("`{name}` is a {}, not {expected}", value.type_str()))
        })
    }
}

/// Spells a scalar, or a list of scalars, as the environment would.
pub(super) fn scalar(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Integer(number) => {
            u64::from_str_radix(number.as_str(), number.radix()).ok()?.to_string()
        }
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| scalar(item.get_ref())).collect();
            items?.join(",")
        }
        DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}
