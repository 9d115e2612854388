//! The crate from outside: trees go into repositories and come back, objects break, stores die.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "repository/damage.rs"]
mod damage;
#[path = "repository/death.rs"]
mod death;
#[path = "repository/place.rs"]
mod place;
#[path = "repository/round.rs"]
mod round;
#[path = "repository/trust.rs"]
mod trust;
#[path = "repository/vector.rs"]
mod vector;
