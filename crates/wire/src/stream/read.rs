//! Reads events one by one: hands pieces of text to whoever shows them, and writes each event with what came back.
//!
//! Only literals of texts that changed are written anew. A field whose text was held back to its end is emptied before
//! the event that ends it, within that event where it has a piece of the field itself, or else by an event of ours.

use super::form::{self, Form, Model};
use super::site::{Site, Sites, sites};
use super::{Field, Show, StreamOptions};
use crate::answer::{counted, nothing};
use crate::json::{High, decode, decoded, end, literal};
use crate::scan::scan;
use crate::table::event;
use crate::texts::{Splice, spliced};
use crate::{Dialect, Error, ErrorBody, Usage};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The most fields at once: each keeps the form of its events, for which its first event is gone over again. An answer has
/// 128 choices at most, and few tool calls.
const FIELDS_MAX: usize = 256;

/// An event as it came.
pub(super) struct Event<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) range: Range<usize>,
    /// Its lines of data.
    pub(super) data: &'b [Range<usize>],
}

impl<'b> Event<'b> {
    fn data(&self) -> Result<Cow<'b, str>, Error> {
        let text = |range: &Range<usize>| {
            std::str::from_utf8(&self.bytes[range.clone()]).map_err(|_| Error::NotUtf8)
        };
        if let [line] = self.data {
            return text(line).map(Cow::Borrowed);
        }
        let lines = self.data.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        Ok(Cow::Owned(lines.join("\n")))
    }

    fn first(&self) -> &Range<usize> {
        &self.data[0]
    }

    /// What comes before the first line of data, its name included.
    fn before(&self) -> &'b [u8] {
        &self.bytes[self.range.start..self.first().start]
    }

    /// How its lines end.
    fn line_end(&self) -> &'static str {
        match &self.bytes[self.first().end..self.range.end] {
            [b'\r', b'\n', ..] => "\r\n",
            [b'\r', ..] => "\r",
            _ => "\n",
        }
    }

    /// Writes it with other data. Where that is several lines, they stand where the first one stood.
    fn put(&self, json: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.before());
        let name = self.before().rsplit(|byte| matches!(byte, b'\n' | b'\r')).next();
        for (index, line) in json.split(|byte| *byte == b'\n').enumerate() {
            if index > 0 {
                out.extend_from_slice(self.line_end().as_bytes());
                out.extend_from_slice(name.unwrap_or_default());
            }
            out.extend_from_slice(line);
        }
        let mut written = self.first().end;
        for line in &self.data[1..] {
            // What stands between: the end of the line before, perhaps other lines, and the name of this one.
            let between = &self.bytes[written..line.start];
            let name = between.rsplit(|byte| matches!(byte, b'\n' | b'\r')).next();
            let kept = between.len() - name.map_or(0, <[u8]>::len);
            let end = self.line_end().len().min(kept);
            out.extend_from_slice(&between[..kept - end]);
            written = line.end;
        }
        out.extend_from_slice(&self.bytes[written..self.range.end]);
    }
}

/// A field that began and has not ended.
struct Live {
    high: High,
    form: Form,
}

pub(super) struct Reader {
    dialect: Dialect,
    options: StreamOptions,
    live: BTreeMap<Field, Live>,
    input: Option<u64>,
    output: Option<u64>,
    id: Option<String>,
    is_done: bool,
    has_failed: bool,
    /// The choice that spoke last has ended.
    has_ended: bool,
    output_bytes: u64,
    /// The number of the event before, and how many events of ours were put in.
    number: u64,
    added: u64,
}

impl Reader {
    pub(super) fn new(dialect: Dialect, options: StreamOptions) -> Self {
        Self {
            dialect,
            options,
            live: BTreeMap::new(),
            input: None,
            output: None,
            id: None,
            is_done: false,
            has_failed: false,
            has_ended: false,
            output_bytes: 0,
            number: 0,
            added: 0,
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// What was read last does not go out, so nobody has seen the end.
    pub(super) fn reopen(&mut self) {
        self.is_done = false;
        self.has_ended = false;
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn output_bytes(&self) -> u64 {
        self.output_bytes
    }

    pub(super) fn usage(&self) -> Option<Usage> {
        let (input, output) = (self.input, self.output);
        input.or(output)?;
        Some(Usage { input: input.unwrap_or(0), output: output.unwrap_or(0) })
    }

    /// The upstream ended. Some leave out the mark of the end; an answer whose choices ended is complete all the same.
    pub(super) fn close(&mut self) {
        self.is_done |= self.has_ended;
    }

    pub(super) fn fail(&mut self, show: &mut dyn Show, error: &ErrorBody<'_>, out: &mut Vec<u8>) {
        self.finish_all(show, out);
        if !self.is_done {
            form::put_error(self.dialect, error, self.number + self.added + 1, out);
        }
    }

    /// Reads an event and writes it; returns whether it was dropped instead.
    pub(super) fn event(
        &mut self,
        event: &Event<'_>,
        show: &mut dyn Show,
        out: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let data = event.data()?;
        let trimmed = data.trim_matches([' ', '\t', '\n', '\r']);
        if trimmed.is_empty() || trimmed == "[DONE]" {
            if !trimmed.is_empty() {
                self.finish_all(show, out);
                self.is_done = true;
            }
            out.extend_from_slice(&event.bytes[event.range.clone()]);
            return Ok(false);
        }
        let found = scan(&data, event::table(self.dialect))?;
        let sites = sites(self.dialect, &data, &found);
        let (input, output) = counted(&found, &data);
        self.input = input.or(self.input);
        self.output = output.or(self.output);
        if self.id.is_none() {
            self.id = sites.id.map(|found| decoded(&data[found.start..found.end]));
        }
        self.is_done |= sites.is_done;
        self.has_failed |= sites.has_failed;
        self.has_ended = sites.has_ended
            || self.has_ended && !sites.sites.iter().any(|site| site.says_something());
        if sites.is_usage_alone && self.options.hide_usage {
            return Ok(true);
        }
        if let Some((_, number)) = sites.sequence {
            // An event of ours that goes before takes the number of this one.
            self.number = number.saturating_sub(1);
        }
        self.finish_before(&sites, show, out);
        let splices = self.splices(event, &data, &sites, show)?;
        if splices.is_empty() {
            out.extend_from_slice(&event.bytes[event.range.clone()]);
        } else {
            event.put(&spliced(&data, splices), out);
        }
        Ok(false)
    }

    /// Ends the fields that end with an event and have no piece in it, and those after which it begins another.
    fn finish_before(&mut self, sites: &Sites, show: &mut dyn Show, out: &mut Vec<u8>) {
        let is_here = |field: &Field| sites.sites.iter().any(|site| site.field == *field);
        let part_is_here = |field: &Field| {
            sites.sites.iter().any(|site| {
                (site.field.choice, site.field.part) == (field.choice, field.part)
                    && site.says_something()
            })
        };
        let is_left = |field: &Field| {
            let others = sites.sites.iter().filter(|site| !site.is_whole());
            let mut others = others.filter(|site| site.field.choice == field.choice);
            !part_is_here(field)
                && others.any(|site| site.field.part != field.part && site.says_something())
        };
        let ends = |field: &Field| {
            if sites.ends.has(*field) { !is_here(field) } else { is_left(field) }
        };
        let ended: Vec<Field> = self.live.keys().filter(|field| ends(field)).copied().collect();
        ended.into_iter().for_each(|field| self.finish(field, show, out));
    }

    /// Ends every field.
    pub(super) fn finish_all(&mut self, show: &mut dyn Show, out: &mut Vec<u8>) {
        while let Some(field) = self.live.keys().next().copied() {
            self.finish(field, show, out);
        }
    }

    /// Ends a field, by an event of ours where something was held back.
    fn finish(&mut self, field: Field, show: &mut dyn Show, out: &mut Vec<u8>) {
        let Some(mut live) = self.live.remove(&field) else { return };
        let mut text = String::new();
        finish(field, &mut live.high, show, &mut text);
        if !text.is_empty() {
            if live.form.is_numbered {
                self.added += 1;
            }
            live.form.put(&text, Some(self.number + self.added), out);
        }
    }

    /// What changes in an event.
    fn splices(
        &mut self,
        event: &Event<'_>,
        data: &str,
        sites: &Sites,
        show: &mut dyn Show,
    ) -> Result<Vec<Splice>, Error> {
        let mut splices = Vec::new();
        let mut changed = BTreeSet::new();
        let pieces = sites.sites.iter().enumerate().filter(|(_, site)| !site.is_whole());
        let last: BTreeMap<Field, usize> = pieces.map(|(at, site)| (site.field, at)).collect();
        for (at, site) in sites.sites.iter().enumerate() {
            let ends = last.get(&site.field) == Some(&at) && sites.ends.has(site.field);
            let said = &data[site.start..site.end];
            let shown = self.shown(event, data, site, (show, ends))?;
            if let Some(shown) = shown.filter(|shown| *shown != decoded(said)) {
                splices.push(Splice { start: site.start, end: site.end, text: literal(&shown) });
                changed.insert(site.field.choice);
            }
        }
        for (choice, logprobs) in &sites.logprobs {
            if changed.contains(choice) {
                let text = nothing(logprobs).to_owned();
                splices.push(Splice { start: logprobs.start, end: logprobs.end, text });
            }
        }
        if let Some(model) = &self.options.model {
            splices.extend(sites.models.iter().map(|found| Splice {
                start: found.start,
                end: found.end,
                text: literal(model),
            }));
        }
        if let Some((found, number)) = sites.sequence {
            self.number = number;
            if self.added > 0 {
                let text = number.saturating_add(self.added).to_string();
                splices.push(Splice { start: found.start, end: found.end, text });
            }
        }
        Ok(splices)
    }

    /// What is shown in the place of a literal; nothing where there is nothing to show.
    fn shown(
        &mut self,
        event: &Event<'_>,
        data: &str,
        site: &Site,
        (show, ends): (&mut dyn Show, bool),
    ) -> Result<Option<String>, Error> {
        let said = &data[site.start..site.end];
        let (mut piece, mut shown) = (String::new(), String::new());
        if site.is_whole() {
            if !site.says_something() {
                return Ok(None);
            }
            let mut high = None;
            decode(said, &mut high, &mut piece);
            end(&mut high, &mut piece);
            if self.dialect.is_ollama() {
                self.output_bytes += piece.len() as u64;
            }
            show.push(site.field, &piece, &mut shown);
            show.finish(site.field, &mut shown);
            return Ok(Some(shown));
        }
        if site.says_something() && !self.live.contains_key(&site.field) {
            if self.live.len() == FIELDS_MAX {
                return Err(Error::Wrong("the answer has too many parts at once"));
            }
            let form = self.form(event, data, site);
            self.live.insert(site.field, Live { high: None, form });
        }
        let Some(live) = self.live.get_mut(&site.field) else { return Ok(None) };
        decode(said, &mut live.high, &mut piece);
        self.output_bytes += piece.len() as u64;
        if !piece.is_empty() {
            show.push(site.field, &piece, &mut shown);
        }
        if ends {
            finish(site.field, &mut live.high, show, &mut shown);
            self.live.remove(&site.field);
        }
        Ok(Some(shown))
    }

    fn form(&self, event: &Event<'_>, data: &str, site: &Site) -> Form {
        let lines = String::from_utf8_lossy(event.before());
        let model = Model {
            dialect: self.dialect,
            field: site.field,
            lines: &lines,
            line_end: event.line_end(),
            name: self.options.model.as_deref(),
            json: data,
            literal: site.start,
        };
        Form::of(&model)
    }
}

/// Lets what shows the text end a field. Half a pair that stayed alone is its last piece.
fn finish(field: Field, high: &mut High, show: &mut dyn Show, out: &mut String) {
    let mut piece = String::new();
    end(high, &mut piece);
    if !piece.is_empty() {
        show.push(field, &piece, out);
    }
    show.finish(field, out);
}
