//! The chain of the audit and the usage, kept.

use super::*;
use crate::account::{Batch, Kept, Link, Month, Row, Totals};

fn record(at: i64) -> (i64, String) {
    let time = jiff::Timestamp::from_millisecond(at).unwrap();
    (at, format!(r#"{{"at":"{time:.3}","request":"x"}}"#))
}

async fn write(store: &Store, times: impl IntoIterator<Item = i64>) {
    let records = times.into_iter().map(record).collect();
    store.write_batch(Arc::new(Batch { records, ..Batch::default() })).await.unwrap();
}

async fn all(store: &Store) -> Vec<Kept> {
    store.audit(Span::ALL, 0, 10_000).await.unwrap().kept
}

/// Follows the whole chain; the number of the first record that is not good.
async fn verify(store: &Store) -> Result<Link, i64> {
    let chain = store.audit_chain().await.unwrap();
    let mut link = chain.pruned;
    for kept in all(store).await {
        link.follow(&kept).map_err(|_| kept.number)?;
    }
    assert_eq!(link, chain.head);
    Ok(link)
}

async fn sql(store: &Store, statement: &'static str) {
    let work = move |connection: &Connection, path: &Path| {
        let done = connection.execute_batch(statement);
        done.map_err(|source| StoreError::new(path, "write to", source))
    };
    store.writer.run(work).await.unwrap();
}

#[tokio::test]
async fn records_make_one_chain_across_batches_and_restarts() {
    let place = Place::new();
    let store = place.open().await;
    write(&store, [10, 20]).await;
    write(&store, [15]).await;
    store.close().await;
    let store = place.open().await;
    write(&store, [30]).await;
    let head = verify(&store).await.unwrap();
    assert_eq!(head.number, 5);
    let kept = all(&store).await;
    let id = store.audit_chain().await.unwrap().id;
    assert!(kept[0].record.contains(&format!(r#""event":"begin","chain":"{id}""#)));
    assert!(kept[4].record.starts_with(r#"{"n":5,"at":"1970-01-01T00:00:00.030Z","#));
    let numbers = |kept: Vec<Kept>| kept.iter().map(|kept| kept.number).collect::<Vec<_>>();
    let span = Span { from: 15, to: 30 };
    assert_eq!(numbers(store.audit(span, 0, 10).await.unwrap().kept), [3, 4]);
    assert_eq!(numbers(store.audit(span, 3, 10).await.unwrap().kept), [4]);
    assert_eq!(numbers(store.audit(Span::ALL, 1, 2).await.unwrap().kept), [2, 3]);
}

#[tokio::test]
async fn records_are_found_by_their_time_although_long_requests_end_late() {
    const HOUR: i64 = 3_600_000;
    let place = Place::new();
    let store = place.open().await;
    let now = jiff::Timestamp::now().as_millisecond();
    let day = |days: i64| now - (100 - days) * 24 * HOUR;
    // Ten requests a day; one began early on day 50 and ended when day 51 had begun.
    let times = (0..100).flat_map(|number| (0..10).map(move |hour| day(number) + hour * HOUR));
    let mut times: Vec<_> = times.collect();
    times.insert(511, day(50) + HOUR / 2);
    write(&store, times.iter().copied()).await;
    let span = Span { from: day(50), to: day(51) };
    let page = store.audit(span, 0, 100).await.unwrap();
    assert_eq!(page.next, None, "the end was reached");
    let found = page.kept;
    assert!(found.iter().all(|kept| (span.from..span.to).contains(&kept.at)));
    assert_eq!(found.len(), 11);
    let after = store.audit(span, found[3].number, 3).await.unwrap();
    assert_eq!((&after.kept[..], after.next), (&found[4..7], Some(found[6].number)));
    let future = Span { from: now + HOUR, to: i64::MAX };
    assert_eq!(store.audit(future, 0, 9).await.unwrap().kept, []);
}

#[tokio::test]
async fn two_that_write_at_once_make_one_chain() {
    let place = Place::new();
    let (one, two) = (place.open().await, place.open().await);
    for round in 0..20 {
        tokio::join!(write(&one, [round, round + 1]), write(&two, [round]));
    }
    assert_eq!(verify(&one).await.unwrap().number, 61);
}

#[tokio::test]
async fn whoever_edits_a_record_with_the_key_in_hand_is_found() {
    let edits = [
        ("UPDATE audit SET record = replace(record, 'x', 'y') WHERE number = 3", 3),
        ("UPDATE audit SET at = at + 1 WHERE number = 4", 4),
        ("UPDATE audit SET hash = randomblob(32) WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 3", 4),
        ("DELETE FROM audit WHERE number = 1", 2),
        (
            "UPDATE audit SET number = -1 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4; \
             UPDATE audit SET number = 4 WHERE number = -1",
            3,
        ),
    ];
    for (edit, number) in edits {
        let place = Place::new();
        let store = place.open().await;
        write(&store, 10..20).await;
        sql(&store, edit).await;
        assert_eq!(verify(&store).await, Err(number), "{edit}");
    }
}

#[tokio::test]
async fn a_pruned_chain_still_holds() {
    let place = Place::new();
    let store = place.open().await;
    // The first record, which begins the chain, has the time of its writing, however late that is.
    write(&store, []).await;
    let now = all(&store).await[0].at;
    write(&store, [now + 1, now + 2, now + 5, now + 3, now + 6]).await;
    assert_eq!(store.prune_audit(now - 10_000).await.unwrap(), 0);
    // The first record, and those up to the first that is young enough.
    assert_eq!(store.prune_audit(now + 4).await.unwrap(), 3);
    let head = verify(&store).await.unwrap();
    assert_eq!((head.number, all(&store).await[0].number), (6, 4));
    assert_eq!(store.audit_chain().await.unwrap().pruned.number, 3);
    write(&store, [now + 7]).await;
    assert_eq!(verify(&store).await.unwrap().number, 7);
    // However old everything is, the last record stays.
    assert_eq!(store.prune_audit(i64::MAX).await.unwrap(), 3);
    assert_eq!((all(&store).await.len(), verify(&store).await.unwrap().number), (1, 7));
    assert_eq!(store.prune_audit(i64::MAX).await.unwrap(), 0);
    sql(&store, "UPDATE audit_chain SET pruned_number = 5").await;
    assert_eq!(verify(&store).await, Err(7), "where it goes on is part of it");
}

#[tokio::test]
async fn usage_and_spending_add_up() {
    let place = Place::new();
    let store = place.open().await;
    let row = |day, key: &str| Row { day, tenant: 1, key: key.to_owned(), model: "m".to_owned() };
    let totals = Totals { requests: 1, input: 2, output: 3, micros: 4, estimated: 1 };
    let batch = |rows: &[Row]| Batch {
        usage: rows.iter().map(|row| (row.clone(), totals)).collect(),
        spent: [(("a".to_owned(), Month(7)), 4)].into(),
        ..Batch::default()
    };
    store.write_batch(Arc::new(batch(&[row(1, "a"), row(2, "a"), row(2, "")]))).await.unwrap();
    store.write_batch(Arc::new(batch(&[row(2, "a")]))).await.unwrap();
    let doubled = Totals { requests: 2, input: 4, output: 6, micros: 8, estimated: 2 };
    let all = store.usage((0, 3), None).await.unwrap();
    assert_eq!(all, [(row(1, "a"), totals), (row(2, ""), totals), (row(2, "a"), doubled)]);
    let one = store.usage((2, 3), Some("a".to_owned())).await.unwrap();
    assert_eq!(one, [(row(2, "a"), doubled)]);
    assert_eq!(store.spent(Month(7)).await.unwrap(), [("a".to_owned(), 8)]);
    assert_eq!(store.spent(Month(8)).await.unwrap(), []);
    let huge = Totals { input: u64::MAX, ..totals };
    let huge = Batch { usage: [(row(9, "a"), huge)].into(), ..Batch::default() };
    store.write_batch(Arc::new(huge)).await.unwrap();
    assert_eq!(store.usage((9, 10), None).await.unwrap()[0].1.input, 1 << 50);
}

#[tokio::test]
async fn a_store_of_before_the_audit_gets_its_tables() {
    let place = Place::new();
    let store = place.open().await;
    store.number(in_session("s"), &[EMAIL]).await.unwrap();
    let back = "DROP TABLE audit; DROP TABLE audit_chain; DROP TABLE usage; DROP TABLE spent; \
                PRAGMA user_version = 3";
    sql(&store, back).await;
    store.close().await;

    let store = place.open().await;
    assert_eq!(original(&store, "s", Kind::Email, 1).await.as_deref(), Some("ana@example.org"));
    write(&store, [1]).await;
    assert_eq!(verify(&store).await.unwrap().number, 2);
}
