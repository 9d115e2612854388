//! A new `SECRET_KEY`: what the one before wrapped is wrapped anew at the start, and what neither opens is told.

use super::vault::wrapped_about;
use super::{StoreError, Wrapper};
use rusqlite::{Connection, TransactionBehavior, params};
use std::path::Path;

/// Seals anew what the previous `SECRET_KEY` sealed, all of it or nothing.
pub(super) fn rewrap(
    path: &Path,
    connection: &mut Connection,
    previous: &Wrapper,
    current: &Wrapper,
) -> Result<(), StoreError> {
    if previous.id == current.id {
        return Ok(());
    }
    let failed = |source| StoreError::new(path, "seal anew", source);
    let locked =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let mut done = 0;
    for role in ["session", "project"] {
        let query = format!("SELECT id, tenant, name, wrapped FROM {role} WHERE wrapper = ?");
        let mut query = locked.prepare(&query).map_err(failed)?;
        let rows = query.query_map([&previous.id], |row| row.try_into());
        let rows: Vec<(i64, i64, String, Vec<u8>)> =
            rows.and_then(Iterator::collect::<Result<_, _>>).map_err(failed)?;
        let update = format!("UPDATE {role} SET wrapped = ?, wrapper = ? WHERE id = ?");
        let mut update = locked.prepare(&update).map_err(failed)?;
        for (id, tenant, name, wrapped) in rows {
            let about = wrapped_about(role, tenant, &name);
            let key = previous.sealer.open(&wrapped, about.as_bytes());
            let key = key.ok_or_else(|| StoreError::Damaged { path: path.to_owned() })?;
            let wrapped = current.sealer.seal(&key, about.as_bytes());
            update.execute(params![wrapped, current.id, id]).map_err(failed)?;
            done += 1;
        }
    }
    locked.commit().map_err(failed)?;
    if done > 0 {
        tracing::info!(done, "sessions and projects are sealed anew by the new SECRET_KEY");
    }
    Ok(())
}

/// Says at the start how many sessions this `SECRET_KEY` does not open.
pub(super) fn report_foreign_sessions(
    path: &Path,
    connection: &Connection,
    wrapper: &Wrapper,
) -> Result<(), StoreError> {
    let query = "SELECT count(*) FROM session WHERE wrapper <> ?";
    let count = connection.query_row(query, [&wrapper.id], |row| row.get::<_, i64>(0));
    let count = count.map_err(|source| StoreError::new(path, "read", source))?;
    if count > 0 {
        tracing::warn!(
            count,
            "sessions are sealed by another SECRET_KEY and cannot be restored: give it as \
             TACIT_SECRET_PREVIOUS_KEY and start again"
        );
    }
    Ok(())
}
