//! Brings the store's form up to date. Forms only go forward; each step is taken whole or not at all.

use super::StoreError;
use sqlx::{Connection, SqliteConnection};
use std::path::Path;

/// The steps, the first being form 1. A step that was released is never changed.
const STEPS: &[&str] = &[include_str!("form_1.sql")];

/// Runs the steps that are missing, under the write lock, so that of two daemons that start at once one waits and then
/// finds nothing to do.
pub(super) async fn run(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    run_steps(path, connection, STEPS).await
}

async fn run_steps(
    path: &Path,
    connection: &mut SqliteConnection,
    steps: &'static [&'static str],
) -> Result<(), StoreError> {
    let failed = |source| StoreError::new(path, "bring up to date", source);
    let known = steps.len() as i64;
    if form(connection).await.map_err(failed)? == known {
        return Ok(());
    }
    let mut locked = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let found = form(&mut locked).await.map_err(failed)?;
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    for step in &steps[found as usize..] {
        sqlx::raw_sql(*step).execute(&mut *locked).await.map_err(failed)?;
    }
    let note = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {known}"));
    sqlx::raw_sql(note).execute(&mut *locked).await.map_err(failed)?;
    locked.commit().await.map_err(failed)
}

async fn form(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::ConnectOptions;
    use sqlx::sqlite::SqliteConnectOptions;

    #[tokio::test]
    async fn a_step_that_fails_leaves_nothing() {
        let mut connection = SqliteConnectOptions::new().connect().await.unwrap();
        let path = Path::new("x.db");
        let broken: &[&str] = &["CREATE TABLE a (b)", "CREATE TABLE c (d); CREATE TABLE c (d)"];
        run_steps(path, &mut connection, broken).await.unwrap_err();
        let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!((tables, form(&mut connection).await.unwrap()), (0, 0));
    }

    #[tokio::test]
    async fn only_missing_steps_run_and_a_later_form_is_refused() {
        let mut connection = SqliteConnectOptions::new().connect().await.unwrap();
        let path = Path::new("x.db");
        run_steps(path, &mut connection, &["CREATE TABLE a (b)"]).await.unwrap();
        run_steps(path, &mut connection, &["CREATE TABLE a (b)", "CREATE TABLE c (d)"])
            .await
            .unwrap();
        assert_eq!(form(&mut connection).await.unwrap(), 2);
        let refused = run_steps(path, &mut connection, &["CREATE TABLE a (b)"]).await.unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 2, known: 1, .. }), "{refused}");
    }
}
