//! What any daemon of ours needs, in the order in which it is used.

pub mod dotenv;
pub mod setting;

pub mod log;
pub mod notify;
pub mod process;

pub mod ready;
pub mod shutdown;

mod connection;
pub mod listen;
pub mod serve;
pub mod tls;

pub use connection::Timeouts;
