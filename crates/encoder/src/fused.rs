//! Steps of the forward pass that change a tensor in place and take several of candle's at once.
//!
//! On the processor candle hands each of its own additions to threads that every user of the library in the process shares,
//! that wait for each other busily, and whose number nobody can ask for. These run on the pool of the model, touch the
//! memory once, and allocate nothing. Other devices take candle's steps; a test holds the two ways together.

use crate::config::Activation;
use crate::relative::Distances;
use candle_core::{
    CpuStorage, D, Error, InplaceOp1, InplaceOp2, InplaceOp3, Layout, Module, Result, Tensor,
};
use candle_nn::LayerNorm;
use rayon::prelude::{IndexedParallelIterator, ParallelIterator, ParallelSliceMut};

/// Added to the scores of padding: after softmax nothing is left of it.
const NEVER: f32 = -1e30;
/// A thread takes at least so many values, or handing them over costs more than it saves.
const VALUES_MIN: usize = 16 * 1024;

fn not_plain() -> Error {
    Error::Msg("a step needs plain rows of f32".to_owned())
}

fn values<'s>(storage: &'s CpuStorage, layout: &Layout) -> Result<&'s [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&values[start..end]),
        _ => Err(not_plain()),
    }
}

fn values_mut<'s>(storage: &'s mut CpuStorage, layout: &Layout) -> Result<&'s mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&mut values[start..end]),
        _ => Err(not_plain()),
    }
}

/// Calls with each row and its number, on all threads of the pool.
fn each_row(values: &mut [f32], width: usize, step: impl Fn(usize, &mut [f32]) + Sync) {
    let rows = (VALUES_MIN / width.max(1)).max(1);
    values
        .par_chunks_exact_mut(width)
        .enumerate()
        .with_min_len(rows)
        .for_each(|(at, row)| step(at, row));
}

fn activated(activation: Activation, value: f32) -> f32 {
    match activation {
        Activation::Gelu => {
            (candle_core::cpu::erf::erf_f32(value * std::f32::consts::FRAC_1_SQRT_2) + 1.0)
                * 0.5
                * value
        }
        Activation::GeluTanh => {
            let inner = value * (1.0 + 0.044_715 * value * value) * 0.797_884_6;
            0.5 * value * (1.0 + inner.tanh())
        }
        Activation::Relu => value.max(0.0),
        Activation::Silu => value / (1.0 + (-value).exp()),
        Activation::Tanh => value.tanh(),
    }
}

struct Biased(Option<Activation>);

impl InplaceOp2 for Biased {
    fn name(&self) -> &'static str {
        "biased"
    }
    fn cpu_fwd(
        &self,
        sums: &mut CpuStorage,
        at: &Layout,
        bias: &CpuStorage,
        of: &Layout,
    ) -> Result<()> {
        let bias = values(bias, of)?;
        each_row(values_mut(sums, at)?, bias.len(), |_, row| match self.0 {
            None => row.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias),
            Some(activation) => {
                row.iter_mut()
                    .zip(bias)
                    .for_each(|(value, bias)| *value = activated(activation, *value + bias));
            }
        });
        Ok(())
    }
}

/// `activation(sums + bias)`; `sums` must belong to nobody else.
pub(crate) fn biased(
    sums: Tensor,
    bias: &Tensor,
    activation: Option<Activation>,
) -> Result<Tensor> {
    if sums.device().is_cpu() {
        sums.inplace_op2(bias, &Biased(activation))?;
        return Ok(sums);
    }
    biased_by_candle(&sums, bias, activation)
}

fn biased_by_candle(
    sums: &Tensor,
    bias: &Tensor,
    activation: Option<Activation>,
) -> Result<Tensor> {
    let sums = sums.broadcast_add(bias)?;
    match activation {
        None => Ok(sums),
        Some(Activation::Gelu) => sums.gelu_erf(),
        Some(Activation::GeluTanh) => sums.gelu(),
        Some(Activation::Relu) => sums.relu(),
        Some(Activation::Silu) => sums.silu(),
        Some(Activation::Tanh) => sums.tanh(),
    }
}

/// A norm over each row of a sum.
pub(crate) struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
    by_candle: LayerNorm,
}

impl Norm {
    pub(crate) fn new(weight: Tensor, bias: Tensor, epsilon: f64) -> Result<Self> {
        Ok(Self {
            weight: weight.to_vec1()?,
            bias: bias.to_vec1()?,
            epsilon: epsilon as f32,
            by_candle: LayerNorm::new(weight, bias, epsilon),
        })
    }

    /// `norm(sums + more + bias)`; `sums` must belong to nobody else.
    pub(crate) fn of_sum(
        &self,
        sums: Tensor,
        more: Option<&Tensor>,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        if !sums.device().is_cpu() {
            return self.of_sum_by_candle(sums, more, bias);
        }
        match (more, bias) {
            (Some(more), Some(bias)) => sums.inplace_op3(more, bias, self)?,
            (Some(more), None) => sums.inplace_op2(more, self)?,
            (None, Some(bias)) => sums.inplace_op2(bias, self)?,
            (None, None) => sums.inplace_op1(self)?,
        }
        Ok(sums)
    }

    fn of_sum_by_candle(
        &self,
        sums: Tensor,
        more: Option<&Tensor>,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        let mut sums = sums;
        for part in [more, bias].into_iter().flatten() {
            sums = sums.broadcast_add(part)?;
        }
        self.by_candle.forward(&sums)
    }

    /// Each part is as long as the sums or as one row of them.
    fn normed(&self, sums: &mut [f32], parts: &[&[f32]]) {
        let width = self.weight.len();
        each_row(sums, width, |at, row| {
            for part in parts {
                let part = if part.len() == width { part } else { &part[at * width..][..width] };
                row.iter_mut().zip(part).for_each(|(value, more)| *value += more);
            }
            let mean = row.iter().sum::<f32>() / width as f32;
            row.iter_mut().for_each(|value| *value -= mean);
            let variance = row.iter().map(|value| value * value).sum::<f32>() / width as f32;
            let scale = (variance + self.epsilon).sqrt().recip();
            for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                *value = *value * scale * weight + bias;
            }
        });
    }
}

impl InplaceOp1 for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }
    fn cpu_fwd(&self, sums: &mut CpuStorage, at: &Layout) -> Result<()> {
        self.normed(values_mut(sums, at)?, &[]);
        Ok(())
    }
}

impl InplaceOp2 for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }
    fn cpu_fwd(
        &self,
        sums: &mut CpuStorage,
        at: &Layout,
        more: &CpuStorage,
        of: &Layout,
    ) -> Result<()> {
        self.normed(values_mut(sums, at)?, &[values(more, of)?]);
        Ok(())
    }
}

impl InplaceOp3 for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }
    fn cpu_fwd(
        &self,
        sums: &mut CpuStorage,
        at: &Layout,
        more: &CpuStorage,
        more_at: &Layout,
        bias: &CpuStorage,
        bias_at: &Layout,
    ) -> Result<()> {
        self.normed(values_mut(sums, at)?, &[values(more, more_at)?, values(bias, bias_at)?]);
        Ok(())
    }
}

/// Softmax over the keys that are not padding: so many for each row of the batch.
struct Shares<'l> {
    lengths: &'l [usize],
    /// How many rows of scores each has.
    each: usize,
    keys: usize,
}

impl InplaceOp1 for Shares<'_> {
    fn name(&self) -> &'static str {
        "shares"
    }
    fn cpu_fwd(&self, scores: &mut CpuStorage, at: &Layout) -> Result<()> {
        each_row(values_mut(scores, at)?, self.keys, |row, scores| {
            let (real, padding) = scores.split_at_mut(self.lengths[row / self.each]);
            padding.fill(0.0);
            let highest = real.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut total = 0.0;
            for value in real.iter_mut() {
                *value = (*value - highest).exp();
                total += *value;
            }
            let scale = total.recip();
            real.iter_mut().for_each(|value| *value *= scale);
        });
        Ok(())
    }
}

/// Scores, `[rows, heads, length, length]`, to shares of attention; `scores` must belong to nobody else.
pub(crate) fn shares(scores: Tensor, lengths: &[usize]) -> Result<Tensor> {
    let (_, heads, length, keys) = scores.dims4()?;
    if scores.device().is_cpu() {
        scores.inplace_op1(&Shares { lengths, each: heads * length, keys })?;
        return Ok(scores);
    }
    shares_by_candle(&scores, lengths)
}

fn shares_by_candle(scores: &Tensor, lengths: &[usize]) -> Result<Tensor> {
    let keys = scores.dim(D::Minus1)?;
    if lengths.iter().all(|length| *length == keys) {
        return candle_nn::ops::softmax_last_dim(scores);
    }
    let mask = lengths
        .iter()
        .flat_map(|length| (0..keys).map(move |at| if at < *length { 0.0 } else { NEVER }));
    let mask = Tensor::from_vec(mask.collect(), (lengths.len(), 1, 1, keys), scores.device())?;
    candle_nn::ops::softmax_last_dim(&scores.broadcast_add(&mask)?)
}

/// Adds to the score of each query and key what `products` has for the distance between them.
struct Between<'d> {
    distances: &'d Distances,
    length: usize,
    /// Whether the rows of `products` are those of keys, not of queries.
    by_key: bool,
}

impl InplaceOp2 for Between<'_> {
    fn name(&self) -> &'static str {
        "between"
    }
    fn cpu_fwd(
        &self,
        scores: &mut CpuStorage,
        at: &Layout,
        products: &CpuStorage,
        of: &Layout,
    ) -> Result<()> {
        let products = values(products, of)?;
        let (length, width) = (self.length, of.dims().last().copied().unwrap_or(1));
        each_row(values_mut(scores, at)?, length, |row, scores| {
            let (head, query) = (row / length, row % length);
            let columns = self.distances.columns(query, length);
            let products = &products[head * length * width..][..length * width];
            let places = scores.iter_mut().zip(columns);
            if self.by_key {
                for (key, (score, column)) in places.enumerate() {
                    *score += products[key * width + column as usize];
                }
            } else {
                let products = &products[query * width..][..width];
                places.for_each(|(score, column)| *score += products[column as usize]);
            }
        });
        Ok(())
    }
}

/// Scores with what distances say; `scores`, `[heads of all rows, length, length]`, must belong to nobody else.
pub(crate) fn between(
    scores: Tensor,
    products: &Tensor,
    distances: &Distances,
    by_key: bool,
) -> Result<Tensor> {
    if scores.device().is_cpu() {
        let length = scores.dim(D::Minus1)?;
        scores.inplace_op2(products, &Between { distances, length, by_key })?;
        return Ok(scores);
    }
    between_by_candle(&scores, products, distances, by_key)
}

fn between_by_candle(
    scores: &Tensor,
    products: &Tensor,
    distances: &Distances,
    by_key: bool,
) -> Result<Tensor> {
    let (heads, length, _) = scores.dims3()?;
    let columns: Vec<u32> =
        (0..length).flat_map(|query| distances.columns(query, length)).collect();
    let index = Tensor::from_vec(columns, (1, length, length), scores.device())?;
    let index = index.repeat((heads, 1, 1))?;
    if by_key {
        // The distance from a key to a query is that from the query to the key, turned around.
        return scores + products.gather(&index.t()?.contiguous()?, D::Minus1)?.t()?;
    }
    scores + products.gather(&index, D::Minus1)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Relative;
    use candle_core::Device;

    /// Values without a pattern, from -2 to 2.
    fn tensor(shape: &[usize], seed: u32) -> Tensor {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 4_194_304.0 - 2.0
        };
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| next()).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    #[track_caller]
    fn same(ours: &Tensor, theirs: &Tensor) {
        assert_eq!(ours.dims(), theirs.dims());
        let ours: Vec<f32> = ours.flatten_all().unwrap().to_vec1().unwrap();
        let theirs: Vec<f32> = theirs.flatten_all().unwrap().to_vec1().unwrap();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() < 2e-5, "{ours} and {theirs}");
        }
    }

    #[test]
    fn biases_and_activations_are_those_of_candle() {
        use Activation::{Gelu, GeluTanh, Relu, Silu, Tanh};
        let bias = tensor(&[48], 1);
        for activation in [None, Some(Gelu), Some(GeluTanh), Some(Relu), Some(Silu), Some(Tanh)] {
            let theirs = biased_by_candle(&tensor(&[2, 700, 48], 2), &bias, activation).unwrap();
            same(&biased(tensor(&[2, 700, 48], 2), &bias, activation).unwrap(), &theirs);
        }
    }

    #[test]
    fn norms_of_sums_are_those_of_candle() {
        let norm = Norm::new(tensor(&[48], 3), tensor(&[48], 4), 1e-7).unwrap();
        let sums = || tensor(&[2, 700, 48], 5);
        let (more, bias) = (tensor(&[2, 700, 48], 6), tensor(&[48], 7));
        for more in [None, Some(&more)] {
            for bias in [None, Some(&bias)] {
                let theirs = norm.of_sum_by_candle(sums(), more, bias).unwrap();
                same(&norm.of_sum(sums(), more, bias).unwrap(), &theirs);
            }
        }
    }

    #[test]
    fn shares_are_those_of_candle_and_leave_padding_out() {
        for lengths in [[40, 40], [40, 3]] {
            let theirs = shares_by_candle(&tensor(&[2, 3, 40, 40], 8), &lengths).unwrap();
            same(&shares(tensor(&[2, 3, 40, 40], 8), &lengths).unwrap(), &theirs);
        }
    }

    #[test]
    fn distances_are_added_as_candle_gathers_them() {
        let relative = Relative {
            buckets: 8,
            longest: 64,
            content_to_position: true,
            position_to_content: true,
            shared_keys: true,
            norm: false,
        };
        let distances = Distances::new(relative, 64);
        for length in [1, 2, 40, 64] {
            for by_key in [false, true] {
                let (scores, products) = (&[6, length, length], tensor(&[6, length, 16], 10));
                let theirs = between_by_candle(&tensor(scores, 9), &products, &distances, by_key);
                let ours = between(tensor(scores, 9), &products, &distances, by_key);
                same(&ours.unwrap(), &theirs.unwrap());
            }
        }
    }
}
