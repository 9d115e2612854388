//! Attention of every token to every other: by content, and in DeBERTa by distance too.

use crate::OpenError;
use crate::fused::shares;
use crate::network::{Linear, Loader};
use crate::relative::{Distances, Positions};
use candle_core::{D, Result, Tensor};

/// The attention of one layer.
pub(crate) struct Attention {
    /// Queries, keys and values in one product; the queries are scaled already.
    inputs: Linear,
    positions: Option<Positions>,
    output: Linear,
    heads: usize,
}

impl Attention {
    /// `names` are those of queries, keys, values and output; those of DeBERTa's own projections begin with `own`.
    pub(crate) fn load(
        loader: &mut Loader<'_>,
        names: &[String; 4],
        own: &str,
        table: Option<&Tensor>,
    ) -> std::result::Result<Self, OpenError> {
        let (hidden, heads) = (loader.config.hidden, loader.config.heads);
        // The scores are sums of as many products as there are terms; each term has its share.
        let terms = loader.config.relative.map_or(1, |relative| {
            1 + usize::from(relative.content_to_position)
                + usize::from(relative.position_to_content)
        });
        let scale = 1.0 / ((loader.config.head() * terms) as f32).sqrt();
        let query = loader.linear_scaled(&names[0], (hidden, hidden), scale)?;
        let key = loader.linear(&names[1], hidden, hidden)?;
        let value = loader.linear(&names[2], hidden, hidden)?;
        let positions = match (loader.config.relative, table) {
            (Some(relative), Some(table)) => {
                Some(Positions::load(loader, own, relative, (table, &query, &key, scale))?)
            }
            _ => None,
        };
        let inputs = loader.prepared(Linear::joined(&[query, key, value]))?;
        let output = loader.linear(&names[3], hidden, hidden)?;
        Ok(Self { inputs, positions, output, heads })
    }

    /// What each token takes from the others, the bias of the output left out.
    pub(crate) fn forward(
        &self,
        hidden: &Tensor,
        lengths: &[usize],
        distances: Option<&Distances>,
    ) -> Result<Tensor> {
        let (rows, length, width) = hidden.dims3()?;
        let inputs = self.inputs.forward(hidden, None)?;
        let part = |at: usize| {
            inputs
                .narrow(D::Minus1, at * width, width)?
                .reshape((rows, length, self.heads, width / self.heads))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (query, key, value) = (part(0)?, part(1)?, part(2)?);
        let mut scores = query.matmul(&key.t()?)?;
        if let (Some(positions), Some(distances)) = (&self.positions, distances) {
            scores = positions.add(scores, (&query, &key), distances)?;
        }
        let taken = shares(scores, lengths)?.matmul(&value)?.transpose(1, 2)?.contiguous()?;
        self.output.product(&taken.reshape((rows, length, width))?)
    }

    /// The bias of the output.
    pub(crate) fn bias(&self) -> &Tensor {
        &self.output.bias
    }
}
