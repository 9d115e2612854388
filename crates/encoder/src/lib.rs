//! Runs a token classifier that the user has: a folder with `config.json`, `tokenizer.json` and safetensors, as Hugging Face
//! lays them out. It reads these files and nothing else; it never downloads, and it never makes up weights.
//!
//! ```no_run
//! let model = encoder::Model::open("/models/ner".as_ref(), encoder::Options::default())?;
//! for found in &model.tag(&["Anna Müller lives in Berlin."])?[0] {
//!     println!("{}..{} {} {:.2}", found.start, found.end, found.label, found.score);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - `model`: opens a folder, tags texts
//! - `config`, `label`, `token`, `weights`: what the folder says
//! - `network`, `attention`, `relative`, `fused`: the forward pass
//! - `window`, `word`, `span`: from long texts to windows, and from tokens back to words

mod attention;
mod config;
mod error;
mod fused;
mod label;
mod model;
mod network;
mod relative;
mod span;
mod token;
mod weights;
mod window;
mod word;

pub use error::{OpenError, TagError};
pub use model::{Description, Device, Logits, Model, Options};
pub use span::{Pieces, Tagged};
pub use token::Token;
