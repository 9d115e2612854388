//! Reads a request's body: not too large, not too slowly, not too many at once.

use super::answer::Refusal;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use kit::serve::Peer;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

const KIB: usize = 1024;

/// A slow client gets a second more for each so many bytes it brings, so that only one that hardly moves is cut off.
const BYTES_PER_SECOND_MIN: usize = KIB;

/// What a body may be.
#[derive(Debug, Clone)]
pub(crate) struct BodyLimits {
    /// The largest.
    pub(crate) bytes_max: usize,
    /// From the end of the head to the end of a small body.
    pub(crate) timeout: Duration,
    /// What all bodies together may take, in KiB.
    pub(crate) memory: Arc<Semaphore>,
}

/// A body, and the memory it was allowed.
pub(super) struct Collected {
    pub(super) bytes: Vec<u8>,
    pub(super) memory: Option<OwnedSemaphorePermit>,
}

/// Whether the request says that its body is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || essence.len() > 5 && essence[essence.len() - 5..].eq_ignore_ascii_case("+json")
}

/// Reads a JSON body.
///
/// # Errors
/// 415, 413, 408, 503, or 400 when the client goes away in the middle.
pub(super) async fn collect(
    parts: &Parts,
    body: Incoming,
    limits: &BodyLimits,
) -> Result<Collected, Refusal> {
    let refused = read(parts, body, limits).await;
    if let (Err(_), Some(peer)) = (&refused, parts.extensions.get::<Peer>()) {
        peer.linger();
    }
    refused
}

async fn read(
    parts: &Parts,
    mut body: Incoming,
    limits: &BodyLimits,
) -> Result<Collected, Refusal> {
    if !is_json(&parts.headers) {
        let message = "send JSON, with `content-type: application/json`";
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            message,
        ));
    }
    let announced = body.size_hint().lower() as usize;
    let declared = parts.headers.get(CONTENT_LENGTH).is_some();
    if announced > limits.bytes_max {
        return Err(too_large(limits));
    }
    let started = Instant::now();
    let mut collected = Collected { bytes: Vec::new(), memory: None };
    if declared {
        reserve(&mut collected, announced, limits)?;
        collected.bytes.reserve_exact(announced);
    }
    loop {
        let grace = Duration::from_secs((collected.bytes.len() / BYTES_PER_SECOND_MIN) as u64);
        let deadline = started + limits.timeout + grace;
        let frame = match tokio::time::timeout_at(deadline, body.frame()).await {
            Err(_) => {
                let message = "the body did not arrive in time";
                return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "timeout", message));
            }
            Ok(None) => return Ok(collected),
            Ok(Some(Err(_))) => {
                return Err(Refusal::bad_request("incomplete", "the body ended early"));
            }
            Ok(Some(Ok(frame))) => frame,
        };
        let Some(data) = frame.data_ref() else { continue };
        if collected.bytes.len() + data.len() > limits.bytes_max {
            return Err(too_large(limits));
        }
        if !declared {
            reserve(&mut collected, data.len(), limits)?;
        }
        collected.bytes.extend_from_slice(data);
    }
}

fn too_large(limits: &BodyLimits) -> Refusal {
    let message = format!("the body is larger than {} bytes (MAX_JSON_MB)", limits.bytes_max);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

fn reserve(collected: &mut Collected, bytes: usize, limits: &BodyLimits) -> Result<(), Refusal> {
    let kib = u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX);
    let permit = Arc::clone(&limits.memory).try_acquire_many_owned(kib);
    let permit =
        permit.map_err(|_| Refusal::later("saturated", "too many large bodies at once"))?;
    match &mut collected.memory {
        Some(memory) => memory.merge(permit),
        none => *none = Some(permit),
    }
    Ok(())
}
