//! `tacitd usage`: what keys used by day and model, while tacitd runs or not.

use super::filter::open_store;
use crate::account::report::{self, Edge, Used};
use crate::args::Output;
use crate::auth::money;
use crate::failure::{Failure, exit};
use crate::settings::Settings;
use crate::ui;
use serde_json::json;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The first day.
    pub(crate) from: Option<String>,
    /// The last day.
    pub(crate) to: Option<String>,
    /// Of this key alone.
    pub(crate) key: Option<String>,
    /// The form of the answer.
    pub(crate) output: Output,
}

/// Runs the command.
///
/// # Errors
/// When the store cannot be used, or a day is none.
pub(crate) async fn run(settings: &Settings, asked: Asked) -> Result<(), Failure> {
    let month = report::this_month();
    let read = |flag: &str, text: Option<&str>, edge| {
        let wrong = || {
            let message = format!("report the usage: --{flag} is no day");
            Failure { code: exit::USAGE, ..Failure::new(message) }.hint("such as 2026-11-20")
        };
        text.map(|text| report::day(text, edge).ok_or_else(wrong)).transpose()
    };
    let from = read("from", asked.from.as_deref(), Edge::From)?.unwrap_or(month.0);
    let to = read("to", asked.to.as_deref(), Edge::To)?.unwrap_or(month.1);
    let store = open_store(settings)?;
    let used = store
        .usage((from, to), asked.key)
        .await
        .map_err(|error| Failure::because("report the usage", &error).maybe_hint(error.hint()))?;
    store.close().await;
    let used: Vec<_> = used.into_iter().map(Used::from).collect();
    match asked.output {
        Output::Table => ui::raw(&table(&used)),
        Output::Json => {
            let (from, to) = (report::day_name(from), report::day_name(to - 1));
            ui::line(&json!({ "from": from, "to": to, "usage": used }).to_string());
        }
    }
    Ok(())
}

fn table(used: &[Used]) -> String {
    let head = ["DAY", "KEY", "MODEL", "REQUESTS", "INPUT", "OUTPUT", "ESTIMATED", "COST"];
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let row = |used: &Used| {
        let (key, model) = (or_none(&used.key), or_none(&used.model));
        let counts = [used.requests, used.input, used.output, used.estimated];
        let [requests, input, output, estimated] = counts.map(|count| count.to_string());
        let cost = money::show(used.cost_micros);
        [used.day.clone(), key, model, requests, input, output, estimated, cost]
    };
    let rows: Vec<_> =
        std::iter::once(head.map(str::to_owned)).chain(used.iter().map(row)).collect();
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let cell = |(column, (cell, width)): (usize, (&String, &usize))| match column {
        0..3 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    };
    let line = |row: &[String; 8]| {
        let cells: Vec<_> = row.iter().zip(&widths).enumerate().map(cell).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up() {
        let used = Used {
            day: "2026-11-20".to_owned(),
            tenant: 1,
            key: None,
            model: Some("small".to_owned()),
            requests: 12,
            input: 3_400,
            output: 560,
            estimated: 1,
            cost_micros: 1_050_000,
        };
        assert_eq!(
            table(&[used]),
            "DAY         KEY  MODEL  REQUESTS  INPUT  OUTPUT  ESTIMATED  COST\n\
             2026-11-20  -    small        12   3400     560          1  1.05\n"
        );
    }
}
