//! The body of an answer: there as a whole, or coming piece by piece from somewhere else.
//!
//! A body that comes piece by piece carries the request's line and counts along, so that they are written when it has
//! ended, with what was really sent. Where pieces stop before their end, the body ends with an error, so that no client takes
//! it for whole.

use super::observe::Seen;
use bytes::Bytes;
use futures_util::Stream;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Pieces that come.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, CutOff>> + Send>>;

/// A body stops before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is cut off")]
pub(crate) struct CutOff;

/// See the module.
pub(crate) enum Flow {
    /// All of it.
    Whole(Full<Bytes>),
    /// As it comes.
    Pieces(Box<Coming>),
}

/// A body under way.
pub(crate) struct Coming {
    /// None once the last piece is out, so that what they came from is let go at once.
    pieces: Option<Pieces>,
    bytes: u64,
    seen: Option<Seen>,
}

impl Flow {
    /// As it comes.
    pub(crate) fn pieces(pieces: Pieces) -> Self {
        Self::Pieces(Box::new(Coming { pieces: Some(pieces), bytes: 0, seen: None }))
    }

    /// Hands over what is to be told when it has ended; gives it back where it is all there already.
    pub(super) fn watched_by(&mut self, seen: Seen) -> Option<Seen> {
        match self {
            Self::Whole(_) => Some(seen),
            Self::Pieces(coming) => {
                coming.seen = Some(seen);
                None
            }
        }
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self::Whole(Full::default())
    }
}

impl<T: Into<Bytes>> From<T> for Flow {
    fn from(body: T) -> Self {
        Self::Whole(Full::new(body.into()))
    }
}

impl Body for Flow {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let coming = match self.get_mut() {
            Self::Whole(whole) => {
                return Pin::new(whole).poll_frame(cx).map_err(|never| match never {});
            }
            Self::Pieces(coming) => coming,
        };
        let Some(pieces) = &mut coming.pieces else { return Poll::Ready(None) };
        let piece = ready!(pieces.as_mut().poll_next(cx));
        match piece {
            Some(Err(cut)) => {
                coming.pieces = None;
                if let Some(seen) = coming.seen.take() {
                    seen.abandoned(coming.bytes);
                }
                Poll::Ready(Some(Err(cut)))
            }
            Some(Ok(piece)) => {
                coming.bytes += piece.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            None => {
                coming.pieces = None;
                if let Some(seen) = coming.seen.take() {
                    seen.ended(coming.bytes);
                }
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Pieces(coming) => coming.pieces.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}

/// Dropped before its end: the client went away.
impl Drop for Coming {
    fn drop(&mut self) {
        if let Some(seen) = self.seen.take() {
            seen.abandoned(self.bytes);
        }
    }
}
