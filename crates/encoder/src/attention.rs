//! Attention of every token to every other: by content, and in DeBERTa by distance too.

use crate::OpenError;
use crate::network::Loader;
use crate::relative::Positions;
use candle_core::{D, Module, Result, Tensor};
use candle_nn::Linear;

/// The attention of one layer.
pub(crate) struct Attention {
    /// Queries, keys and values in one product; the queries are scaled already.
    inputs: Linear,
    positions: Option<Positions>,
    output: Linear,
    pub heads: usize,
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
        let scale = 1.0 / ((loader.config.head() * terms) as f64).sqrt();
        let query = loader.linear(&names[0], hidden, hidden)?;
        let query = loader.prepared(scaled(&query, scale))?;
        let key = loader.linear(&names[1], hidden, hidden)?;
        let value = loader.linear(&names[2], hidden, hidden)?;
        let positions = match (loader.config.relative, table) {
            (Some(relative), Some(table)) => {
                Some(Positions::load(loader, own, relative, (table, &query, &key, scale))?)
            }
            _ => None,
        };
        let inputs = loader.prepared(joined(&[query, key, value]))?;
        let output = loader.linear(&names[3], hidden, hidden)?;
        Ok(Self { inputs, positions, output, heads })
    }

    /// What each token takes from the others. `index` says which distance lies between two tokens.
    pub(crate) fn forward(
        &self,
        hidden: &Tensor,
        mask: Option<&Tensor>,
        index: Option<&Tensor>,
    ) -> Result<Tensor> {
        let (rows, length, width) = hidden.dims3()?;
        let inputs = self.inputs.forward(hidden)?;
        let part = |at: usize| {
            inputs
                .narrow(D::Minus1, at * width, width)?
                .reshape((rows, length, self.heads, width / self.heads))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (query, key, value) = (part(0)?, part(1)?, part(2)?);
        let mut scores = query.matmul(&key.t()?)?;
        if let (Some(positions), Some(index)) = (&self.positions, index) {
            scores = positions.add(scores, (&query, &key), index)?;
        }
        if let Some(mask) = mask {
            scores = scores.broadcast_add(mask)?;
        }
        let shares = candle_nn::ops::softmax_last_dim(&scores)?;
        let taken = shares.matmul(&value)?.transpose(1, 2)?.contiguous()?;
        self.output.forward(&taken.reshape((rows, length, width))?)
    }
}

pub(crate) fn scaled(linear: &Linear, by: f64) -> Result<Linear> {
    let bias = linear.bias().map(|bias| bias.affine(by, 0.0)).transpose()?;
    Ok(Linear::new(linear.weight().affine(by, 0.0)?, bias))
}

fn joined(linears: &[Linear]) -> Result<Linear> {
    let weights: Vec<&Tensor> = linears.iter().map(Linear::weight).collect();
    let biases: Vec<&Tensor> = linears.iter().filter_map(Linear::bias).collect();
    Ok(Linear::new(Tensor::cat(&weights, 0)?, Some(Tensor::cat(&biases, 0)?)))
}
