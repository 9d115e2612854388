//! `tacitd audit`: verifies and prints the record of every request, while tacitd runs or not.

use super::filter::open_store;
use crate::account::Link;
use crate::account::report::{self, Edge};
use crate::args::Audit;
use crate::failure::{Failure, exit};
use crate::settings::Settings;
use crate::store::{Page, Span, Store, StoreError};
use crate::ui;

/// Records that are read at once.
const PAGE: usize = 4_096;

fn failed(doing: &str, error: &StoreError) -> Failure {
    Failure::because(doing, error).maybe_hint(error.hint())
}

fn usage(message: String) -> Failure {
    Failure { code: exit::USAGE, ..Failure::new(message) }
}

/// Runs the command.
///
/// # Errors
/// When the store cannot be used, the chain is broken, or what is asked for makes no sense.
pub(crate) async fn run(settings: &Settings, audit: Audit) -> Result<(), Failure> {
    match audit {
        Audit::Verify { head } => {
            let head = head.map(|head| head.parse::<Link>()).transpose();
            let head = head.map_err(|why| usage(format!("verify the audit: --head {why}")))?;
            let store = open_store(settings)?;
            let verified = verify(&store, head).await;
            store.close().await;
            verified
        }
        Audit::Head => {
            let store = open_store(settings)?;
            let chain = store.audit_chain().await;
            let chain = chain.map_err(|error| failed("read the audit", &error))?;
            store.close().await;
            ui::line(&chain.head.to_string());
            Ok(())
        }
        Audit::Export { from, to } => {
            let span = span(from.as_deref(), to.as_deref())?;
            let store = open_store(settings)?;
            let exported = export(&store, span).await;
            store.close().await;
            exported
        }
    }
}

fn span(from: Option<&str>, to: Option<&str>) -> Result<Span, Failure> {
    let read = |flag: &str, text: Option<&str>, edge| {
        let wrong = || {
            usage(format!("export the audit: --{flag} is neither a day nor a moment"))
                .hint("a day is such as 2026-11-20, a moment such as 2026-11-20T12:00:00Z")
        };
        text.map(|text| report::moment(text, edge).ok_or_else(wrong)).transpose()
    };
    let from = read("from", from, Edge::From)?.unwrap_or(Span::ALL.from);
    let to = read("to", to, Edge::To)?.unwrap_or(Span::ALL.to);
    Ok(Span { from, to })
}

/// The next records after a number.
async fn page(store: &Store, span: Span, after: i64) -> Result<Page, Failure> {
    let page = store.audit(span, after, PAGE).await;
    page.map_err(|error| failed("read the audit", &error))
}

async fn export(store: &Store, span: Span) -> Result<(), Failure> {
    let mut out = ui::Output::default();
    let mut after = Some(0);
    while let Some(number) = after.filter(|_| !out.is_gone()) {
        let page = page(store, span, number).await?;
        after = page.next;
        let lines: String = page.kept.iter().map(|kept| kept.line() + "\n").collect();
        out.write(lines.as_bytes())?;
    }
    Ok(())
}

/// What a record says of the chain itself.
#[derive(serde::Deserialize)]
struct Event {
    event: Option<String>,
    chain: Option<String>,
    count: Option<u64>,
    open: Option<u64>,
}

async fn verify(store: &Store, head: Option<Link>) -> Result<(), Failure> {
    let chain = store.audit_chain().await;
    let chain = chain.map_err(|error| failed("read the audit", &error))?;
    let mut link = chain.pruned;
    let mut met = head.is_none_or(|head| head == link);
    let (mut gaps, mut running) = (Vec::new(), false);
    loop {
        let page = page(store, Span::ALL, link.number).await?;
        for kept in &page.kept {
            link.follow(kept).map_err(|why| broken(kept.number, &why.to_string()))?;
            met |= head.is_some_and(|head| head == link);
            let event: Option<Event> = serde_json::from_str(&kept.record).ok();
            let Some(Event { event: Some(event), chain: of, count, open }) = event else {
                continue;
            };
            if event == "begin" && of.is_some_and(|of| of != chain.id) {
                return Err(broken(kept.number, "it begins the chain of another store"));
            }
            let gap = match event.as_str() {
                "lost" => Some(format!("{} records could not be kept", count.unwrap_or_default())),
                "stop" => open.map(|open| format!("{open} requests were cut off without a record")),
                "start" if running => {
                    Some("tacitd did not end in order, or two ran at once".to_owned())
                }
                _ => None,
            };
            gaps.extend(gap.map(|gap| format!("before record {}: {gap}", kept.number)));
            running = event != "stop" && (running || event == "start");
        }
        if page.next.is_none() {
            break;
        }
    }
    if let Some(head) = head.filter(|_| !met) {
        return Err(not_met(head, chain.pruned));
    }
    let first = chain.pruned.number + 1;
    let told = match gaps.is_empty() {
        true => "the audit is whole",
        false => "the chain holds, but not everything that happened is in it",
    };
    ui::line(&format!("{told}: records {first} to {}", link.number));
    ui::line(&format!("head {link}"));
    gaps.iter().for_each(|gap| ui::line(gap));
    Ok(())
}

fn broken(number: i64, why: &str) -> Failure {
    Failure::new(format!("verify the audit: record {number} is not good: {why}"))
        .hint("records before it are as they were written; compare with an export or a backup")
}

fn not_met(head: Link, pruned: Link) -> Failure {
    if head.number < pruned.number {
        let message = format!(
            "verify the audit: record {} is pruned, so that its hash cannot be compared",
            head.number
        );
        return Failure::new(message).hint("keep a newer head: `tacitd audit head` prints it");
    }
    Failure::new(format!(
        "verify the audit: record {} is not the one that the head was of: the chain was made anew, or its end is gone",
        head.number
    ))
    .hint("compare with an export or a backup")
}
