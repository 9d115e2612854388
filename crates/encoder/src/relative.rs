//! DeBERTa's distances: what a query says to a distance, and what a distance says to a key.
//!
//! The projections of the distances are the same for every text and are made once, when the model is opened.

use crate::OpenError;
use crate::config::Relative;
use crate::fused::between;
use crate::network::{Linear, Loader};
use candle_core::{Result, Tensor};

/// The embeddings of all distances, which all layers share; None where distances are not attended to.
pub(crate) fn table(loader: &mut Loader<'_>) -> std::result::Result<Option<Tensor>, OpenError> {
    let Some(relative) = loader.config.relative else { return Ok(None) };
    let shape = [2 * relative.span(), loader.config.hidden];
    let table = loader.tensor("encoder.rel_embeddings.weight", &shape)?;
    if !relative.norm {
        return Ok(Some(table));
    }
    let norm = loader.norm("encoder.LayerNorm")?;
    loader.prepared(norm.of_sum(table, None, None)).map(Some)
}

/// What one layer makes of the distances, `[heads, distances, width of a head]` each.
pub(crate) struct Positions {
    keys: Option<Tensor>,
    queries: Option<Tensor>,
}

impl Positions {
    /// Takes the table, the layer's queries (scaled) and keys, and the scale.
    pub(crate) fn load(
        loader: &mut Loader<'_>,
        own: &str,
        relative: Relative,
        (table, query, key, scale): (&Tensor, &Linear, &Linear, f32),
    ) -> std::result::Result<Self, OpenError> {
        let (hidden, heads) = (loader.config.hidden, loader.config.heads);
        let split = |linear: &Linear| {
            let found = linear.forward(table, None)?;
            let (distances, _) = found.dims2()?;
            found.reshape((distances, heads, hidden / heads))?.transpose(0, 1)?.contiguous()
        };
        let mut projection =
            |name: &str, by| loader.linear_scaled(&format!("{own}.{name}"), (hidden, hidden), by);
        let keys = match (relative.content_to_position, relative.shared_keys) {
            (false, _) => None,
            (true, true) => Some(key.clone()),
            (true, false) => Some(projection("pos_key_proj", 1.0)?),
        };
        let queries = match (relative.position_to_content, relative.shared_keys) {
            (false, _) => None,
            (true, true) => Some(query.clone()),
            (true, false) => Some(projection("pos_query_proj", scale)?),
        };
        Ok(Self {
            keys: loader.prepared(keys.as_ref().map(split).transpose())?,
            queries: loader.prepared(queries.as_ref().map(split).transpose())?,
        })
    }

    /// Adds to the scores, `[rows, heads, length, length]`, what the distances say.
    pub(crate) fn add(
        &self,
        scores: Tensor,
        (query, key): (&Tensor, &Tensor),
        distances: &Distances,
    ) -> Result<Tensor> {
        let shape = scores.dims4()?;
        let (rows, heads, length, _) = shape;
        // A product for every row of the batch with the same table.
        let with = |part: &Tensor, table: &Tensor| {
            part.flatten(0, 1)?.matmul(&table.repeat((rows, 1, 1))?.t()?)
        };
        let mut scores = scores.reshape((rows * heads, length, length))?;
        if let Some(keys) = &self.keys {
            scores = between(scores, &with(query, keys)?, distances, false)?;
        }
        if let Some(queries) = &self.queries {
            scores = between(scores, &with(key, queries)?, distances, true)?;
        }
        scores.reshape(shape)
    }
}

/// Which embedding belongs to which distance.
pub(crate) struct Distances {
    /// By distance from query to key, from `-(length - 1)` to `length - 1`.
    columns: Vec<u32>,
    length: usize,
}

impl Distances {
    pub(crate) fn new(relative: Relative, length: usize) -> Self {
        let span = relative.span() as i64;
        let reach = length as i64 - 1;
        let column = |distance: i64| {
            let place = bucket(distance, relative.buckets, relative.longest) + span;
            u32::try_from(place.clamp(0, 2 * span - 1)).unwrap_or(0)
        };
        Self { columns: (-reach..=reach).map(column).collect(), length }
    }

    /// The columns for a query and each of `length` keys.
    pub(crate) fn columns(&self, query: usize, length: usize) -> impl Iterator<Item = u32> {
        let nearest = self.length - 1 + query;
        self.columns[nearest + 1 - length..=nearest].iter().rev().copied()
    }
}

/// Short distances keep their own place, longer ones share one, the more the longer they are.
fn bucket(distance: i64, buckets: usize, longest: usize) -> i64 {
    let middle = (buckets / 2) as i64;
    let far = distance.abs();
    if buckets == 0 || far <= middle {
        return distance;
    }
    // In f32, as the tables were made when the model was taught: a place may lie on the edge between two.
    let middle_float = middle as f32;
    let share = (far as f32 / middle_float).ln() / ((longest as f32 - 1.0) / middle_float).ln();
    let place = (share * (middle_float - 1.0)).ceil() as i64 + middle;
    place * distance.signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_fall_into_the_buckets_that_pytorch_puts_them_in() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/deberta-v2/expected.json");
        let found: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let wanted: Vec<i64> = serde_json::from_value(found["buckets"].clone()).unwrap();
        let ours: Vec<i64> = (-511..=511).map(|distance| bucket(distance, 256, 512)).collect();
        assert_eq!(ours, wanted);
    }

    #[test]
    fn without_buckets_every_distance_has_its_own_place() {
        assert!((-600..600).all(|distance| bucket(distance, 0, 512) == distance));
    }
}
