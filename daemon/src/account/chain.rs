//! The chain of the audit: each record's hash is SHA-256 of the hash before and the record's own bytes, so that nobody
//! changes, adds or takes away one in the middle without changing every hash after it. Pure.
//!
//! Who can write the whole table can compute the whole chain anew; against that helps only a head kept elsewhere.

use ring::digest::{Context, SHA256};
use serde::Deserialize;

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// The end of a chain: how many records it has had, and the hash of the last. It begins with no record and zeros.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// The number of the last record.
    pub(crate) number: i64,
    /// Its hash.
    pub(crate) hash: Hash,
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// Records are not there.
    #[error("records are missing before it")]
    Missing,
    /// It is not what was written, or what came before is not.
    #[error("its hash does not follow from the record and the hash before")]
    Changed,
    /// Its place in the table is not that in the record.
    #[error("it says another number or time than its row")]
    Misplaced,
}

/// A record as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its number.
    pub(crate) number: i64,
    /// When its request came, in milliseconds since 1970.
    pub(crate) at: i64,
    /// The record: one line of JSON.
    pub(crate) record: String,
    /// Its hash.
    pub(crate) hash: Vec<u8>,
}

impl Kept {
    /// The record with its hash as the last member: what is exported.
    pub(crate) fn line(&self) -> String {
        let body = self.record.strip_suffix('}').unwrap_or(&self.record);
        format!("{body},\"hash\":\"{}\"}}", data_encoding::HEXLOWER.encode(&self.hash))
    }
}

impl Link {
    /// Adds a record, of which `rest` is everything but its number: it gets the next one.
    pub(crate) fn add(&mut self, at: i64, rest: &str) -> Kept {
        let number = self.number + 1;
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let record = format!("{{\"n\":{number},{rest}");
        *self = Self { number, hash: hash(&self.hash, &record) };
        Kept { number, at, record, hash: self.hash.to_vec() }
    }

    /// Goes on to a record, if it follows.
    pub(crate) fn follow(&mut self, kept: &Kept) -> Result<(), Broken> {
        #[derive(Deserialize)]
        struct Place {
            n: i64,
            at: String,
        }
        if kept.number != self.number + 1 {
            return Err(Broken::Missing);
        }
        let expected = hash(&self.hash, &kept.record);
        if kept.hash != expected {
            return Err(Broken::Changed);
        }
        let place: Option<Place> = serde_json::from_str(&kept.record).ok();
        let time = |place: &Place| place.at.parse::<jiff::Timestamp>().ok();
        let right = |place: &Place| {
            let at = time(place).map(jiff::Timestamp::as_millisecond);
            place.n == kept.number && at == Some(kept.at)
        };
        if !place.as_ref().is_some_and(right) {
            return Err(Broken::Misplaced);
        }
        *self = Self { number: kept.number, hash: expected };
        Ok(())
    }
}

impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.number, data_encoding::HEXLOWER.encode(&self.hash))
    }
}

impl std::str::FromStr for Link {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "is not a head such as `tacitd audit head` prints: NUMBER:HASH";
        let (number, hash) = text.trim().split_once(':').ok_or(wrong)?;
        let hash = data_encoding::HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).map_err(|_| wrong)?;
        let number = number.parse().ok().filter(|number| *number >= 0).ok_or(wrong)?;
        Ok(Self { number, hash: hash.try_into().map_err(|_| wrong)? })
    }
}

fn hash(before: &Hash, record: &str) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(record.as_bytes());
    context.finish().as_ref().try_into().expect("a SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Kept> {
        let mut link = Link::default();
        let add = |at: i64| link.add(at, &format!(r#"{{"at":"1970-01-01T00:00:0{at}.000Z"}}"#));
        let mut kept: Vec<_> = (1..=5).map(add).collect();
        kept.iter_mut().for_each(|kept| kept.at *= 1_000);
        kept
    }

    fn verify(kept: &[Kept]) -> Result<Link, (i64, Broken)> {
        let mut link = Link::default();
        for kept in kept {
            link.follow(kept).map_err(|broken| (kept.number, broken))?;
        }
        Ok(link)
    }

    #[test]
    fn a_chain_follows_itself() {
        let kept = chain();
        let head = verify(&kept).unwrap();
        assert_eq!(head.number, 5);
        assert_eq!(head.to_string().parse(), Ok(head));
        for wrong in ["", "5", "5:ab", &format!("-1:{}", "ab".repeat(32)), "x:y"] {
            assert!(wrong.parse::<Link>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn whatever_is_done_to_a_record_is_found_there() {
        let changed = |change: fn(&mut Vec<Kept>)| {
            let mut kept = chain();
            change(&mut kept);
            verify(&kept).unwrap_err()
        };
        assert_eq!(changed(|kept| kept[2].record.push(' ')), (3, Broken::Changed));
        assert_eq!(changed(|kept| kept[2].hash[0] ^= 1), (3, Broken::Changed));
        assert_eq!(changed(|kept| drop(kept.remove(1))), (3, Broken::Missing));
        assert_eq!(changed(|kept| kept[4].at = 0), (5, Broken::Misplaced));
        assert_eq!(changed(|kept| kept.swap(1, 2)), (3, Broken::Missing));
        // Whoever computes the hash of a changed record anew breaks the next.
        let anew = |kept: &mut Vec<Kept>| {
            let mut link = Link { number: 1, hash: kept[0].hash.clone().try_into().unwrap() };
            kept[1] =
                Kept { at: 2_000, ..link.add(2, r#"{"at":"1970-01-01T00:00:02.000Z","x":1}"#) };
        };
        assert_eq!(changed(anew), (3, Broken::Changed));
    }

    #[test]
    fn the_hash_is_what_others_compute() {
        // printf '%064d%s' 0 ... | xxd -r -p: SHA-256 of 32 zero bytes and the record.
        let kept = Link::default().add(0, r#"{"at":"1970-01-01T00:00:00Z"}"#);
        assert_eq!(kept.record, r#"{"n":1,"at":"1970-01-01T00:00:00Z"}"#);
        let mut bytes = vec![0; 32];
        bytes.extend(kept.record.as_bytes());
        let digest = ring::digest::digest(&SHA256, &bytes);
        assert_eq!(kept.hash, digest.as_ref());
        let line = kept.line();
        assert!(line.starts_with(r#"{"n":1,"at":"1970-01-01T00:00:00Z","hash":""#), "{line}");
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
    }
}
