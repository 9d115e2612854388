//! The fields of a request in Presidio's shapes. Fields that are unknown are ignored, as Presidio does; what is wrong with
//! the others is told by their place and without a word of what they hold.

use super::super::answer::Refusal;
use serde_json::error::Category;
use serde_json::{Map, Value};

/// The longest name of a type, recognizer or pattern, in bytes: answers repeat them with every find.
const NAME_MAX: usize = 256;

/// An object, and where it stands in the request: nothing for the request itself, `patterns[0].` for one within.
#[derive(Debug)]
pub(super) struct Fields {
    place: String,
    found: Map<String, Value>,
}

impl Fields {
    /// Reads a body.
    ///
    /// # Errors
    /// 400 where it is no JSON, 422 where it is other JSON than an object.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let body = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
            Category::Data => Refusal::unprocessable("the request must be a JSON object"),
            _ => Refusal::bad_request("bad_json", "Invalid request json"),
        })?;
        match body {
            Value::Object(found) => Ok(Self { place: String::new(), found }),
            _ => Err(Refusal::unprocessable("the request must be a JSON object")),
        }
    }

    /// Says what is wrong with a field.
    pub(super) fn wrong(&self, name: &str, why: &str) -> Refusal {
        Refusal::unprocessable(format!("Invalid input, {}{name} {why}", self.place))
    }

    /// Takes a field; `null` counts as absent.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.found.remove(name).filter(|value| !value.is_null())
    }

    /// Takes a string.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "must be a string")),
        }
    }

    /// Takes a string that answers may repeat.
    pub(super) fn name(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.text(name)? {
            Some(text) if !(1..=NAME_MAX).contains(&text.len()) => {
                Err(self.wrong(name, &format!("must have 1 to {NAME_MAX} bytes")))
            }
            text => Ok(text),
        }
    }

    /// Takes a number from 0 to 1.
    pub(super) fn share(&mut self, name: &str) -> Result<Option<f32>, Refusal> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value.as_f64().filter(|share| (0.0..=1.0).contains(share)) {
            Some(share) => Ok(Some(share as f32)),
            None => Err(self.wrong(name, "must be a number from 0 to 1")),
        }
    }

    /// Takes a whole number.
    pub(super) fn integer(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match value.as_i64() {
            Some(number) => Ok(Some(number)),
            None => Err(self.wrong(name, "must be an integer")),
        }
    }

    /// Takes a choice; absent is no.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Refusal> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(choice)) => Ok(choice),
            Some(_) => Err(self.wrong(name, "must be true or false")),
        }
    }

    /// Takes a list of up to `max` entries.
    pub(super) fn list(&mut self, name: &str, max: usize) -> Result<Option<Vec<Value>>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(entries)) if entries.len() <= max => Ok(Some(entries)),
            Some(Value::Array(_)) => Err(self.wrong(name, &format!("has more than {max} entries"))),
            Some(_) => Err(self.wrong(name, "must be a list")),
        }
    }

    /// Takes a list of strings; absent is an empty one.
    pub(super) fn words(&mut self, name: &str, max: usize) -> Result<Vec<String>, Refusal> {
        let entries = self.list(name, max)?.unwrap_or_default().into_iter();
        let words = entries.map(|entry| match entry {
            Value::String(word) => Some(word),
            _ => None,
        });
        words.collect::<Option<_>>().ok_or_else(|| self.wrong(name, "must hold strings only"))
    }

    /// Takes a list of objects.
    pub(super) fn objects(
        &mut self,
        name: &'static str,
        max: usize,
    ) -> Result<Option<Vec<Self>>, Refusal> {
        let Some(entries) = self.list(name, max)? else { return Ok(None) };
        let entries = entries.into_iter().enumerate();
        let objects = entries.map(|(at, entry)| match entry {
            Value::Object(found) => {
                Ok(Self { place: format!("{}{name}[{at}].", self.place), found })
            }
            _ => Err(self.wrong(name, "must hold objects only")),
        });
        objects.collect::<Result<_, _>>().map(Some)
    }

    /// Takes an object of objects, as pairs. What the caller named them is none of a message's business.
    pub(super) fn named(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Vec<(String, Self)>>, Refusal> {
        let entries = match self.take(name) {
            None => return Ok(None),
            Some(Value::Object(entries)) => entries,
            Some(_) => return Err(self.wrong(name, "must be an object")),
        };
        let pairs = entries.into_iter().map(|(key, entry)| match entry {
            Value::Object(found) => Ok((key, Self { place: format!("{name}: "), found })),
            _ => Err(self.wrong(name, "must hold objects only")),
        });
        pairs.collect::<Result<_, _>>().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Fields {
        Fields::read(body.as_bytes()).unwrap()
    }

    #[test]
    fn a_body_that_is_no_object_is_refused_in_presidios_words() {
        for body in ["", "{", "{\"a\":\"\\ud800\"}", "nonsense"] {
            let refusal = Fields::read(body.as_bytes()).expect_err(body);
            assert_eq!((refusal.status.as_u16(), &*refusal.message), (400, "Invalid request json"));
        }
        for body in ["[]", "\"canary\"", "null"] {
            let refusal = Fields::read(body.as_bytes()).expect_err(body);
            assert_eq!(refusal.status.as_u16(), 422);
            assert!(!refusal.message.contains("canary"));
        }
    }

    #[test]
    fn a_wrong_field_is_told_by_its_place() {
        let body = r#"{"list":[{"score":2},7],"good":[{"score":2}],"named":{"canary":{"key":1}}}"#;
        let mut fields = read(body);
        let wrong = fields.objects("list", 10).expect_err("a number").message;
        assert_eq!(wrong, "Invalid input, list must hold objects only");
        let mut good = fields.objects("good", 10).unwrap().unwrap();
        let wrong = good[0].share("score").expect_err("2").message;
        assert_eq!(wrong, "Invalid input, good[0].score must be a number from 0 to 1");
        let mut named = fields.named("named").unwrap().unwrap();
        let wrong = named[0].1.text("key").expect_err("1").message;
        assert_eq!(wrong, "Invalid input, named: key must be a string");
        let wrong = read(r#"{"good":[1,2]}"#).list("good", 1).expect_err("two").message;
        assert_eq!(wrong, "Invalid input, good has more than 1 entries");
    }
}
