//! Brings the store's form up to date. Forms only go forward; each step is taken whole or not at all.

use super::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// The steps, the first being form 1. A step that was released is never changed.
const STEPS: &[&str] = &[
    include_str!("form_1.sql"),
    include_str!("form_2.sql"),
    include_str!("form_3.sql"),
    include_str!("form_4.sql"),
];

/// Runs the steps that are missing, under the write lock, so that of two daemons that start at once one waits and then
/// finds nothing to do.
pub(super) fn run(path: &Path, connection: &mut Connection) -> Result<(), StoreError> {
    run_steps(path, connection, STEPS)
}

fn run_steps(path: &Path, connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let failed = |source| StoreError::new(path, "bring up to date", source);
    let known = steps.len() as i64;
    if form(connection).map_err(failed)? == known {
        return Ok(());
    }
    let locked =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let found = form(&locked).map_err(failed)?;
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    for step in &steps[found as usize..] {
        locked.execute_batch(step).map_err(failed)?;
    }
    locked.pragma_update(None, "user_version", known).map_err(failed)?;
    locked.commit().map_err(failed)
}

fn form(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = ["CREATE TABLE a (b)", "CREATE TABLE c (d); CREATE TABLE c (d)"];
        run_steps(Path::new("x.db"), &mut connection, &broken).unwrap_err();
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
            .unwrap();
        assert_eq!((tables, form(&connection).unwrap()), (0, 0));
    }

    #[test]
    fn keys_of_form_2_get_no_terms() {
        let mut connection = Connection::open_in_memory().unwrap();
        run_steps(Path::new("x.db"), &mut connection, &STEPS[..2]).unwrap();
        let key = "INSERT INTO api_key (id, tenant, name, hash, scopes, created) \
                   VALUES ('old', 1, 'n', x'00', 'analyze', 1)";
        connection.execute_batch(key).unwrap();
        run_steps(Path::new("x.db"), &mut connection, &STEPS[..3]).unwrap();
        let query = "SELECT models FROM api_key WHERE id = 'old' AND policy IS NULL \
                     AND requests_per_minute IS NULL AND tokens_per_minute IS NULL \
                     AND budget_micros IS NULL";
        let models: String = connection.query_row(query, [], |row| row.get(0)).unwrap();
        assert_eq!((models.as_str(), form(&connection).unwrap()), ("", 3));
    }

    #[test]
    fn a_store_of_form_3_gets_an_empty_audit_with_a_name_of_its_own() {
        let chain = || {
            let mut connection = Connection::open_in_memory().unwrap();
            run_steps(Path::new("x.db"), &mut connection, &STEPS[..3]).unwrap();
            run_steps(Path::new("x.db"), &mut connection, &STEPS[..4]).unwrap();
            let query = "SELECT id FROM audit_chain WHERE pruned_number = 0 AND length(pruned_hash) = 32 \
                         AND NOT EXISTS (SELECT 1 FROM audit)";
            connection.query_row(query, [], |row| row.get::<_, String>(0)).unwrap()
        };
        let (one, other) = (chain(), chain());
        assert!(one.len() == 32 && one != other, "{one} {other}");
    }

    #[test]
    fn only_missing_steps_run_and_a_later_form_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("x.db");
        run_steps(path, &mut connection, &["CREATE TABLE a (b)"]).unwrap();
        run_steps(path, &mut connection, &["CREATE TABLE a (b)", "CREATE TABLE c (d)"]).unwrap();
        assert_eq!(form(&connection).unwrap(), 2);
        let refused = run_steps(path, &mut connection, &["CREATE TABLE a (b)"]).unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 2, known: 1, .. }), "{refused}");
    }
}
