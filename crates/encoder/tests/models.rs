//! Whole models from folders: the vectors of `vectors/make.py`, damaged copies of them, and texts of every sort.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "models/damage.rs"]
mod damage;
#[path = "models/support.rs"]
mod support;
#[path = "models/texts.rs"]
mod texts;
#[path = "models/vectors.rs"]
mod vectors;
