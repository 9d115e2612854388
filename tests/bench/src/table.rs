//! The table, in Markdown, so that docs/performance.md can take it as it is.

use crate::load::Outcome;

/// The middle one.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints the head.
pub(crate) fn head() {
    println!("| measured | who | req/s | p50 us | p99 us | CPU us/req | p50 ratio | CPU ratio |");
    println!("| --- | --- | --: | --: | --: | --: | --: | --: |");
}

/// Prints single figures.
pub(crate) fn line(what: &str, figures: &[(&str, f64)]) {
    for (who, figure) in figures {
        println!("| {what} | {who}: {figure:.1} | | | | | | |");
    }
}

/// Names a peer that is not there.
pub(crate) fn missing(who: &str, why: &str) {
    println!("| peer {who} | missing: {why} | | | | | | |");
}

/// Prints the first server and each other one; ratios are the first over the other, medians of rounds taken in turns.
pub(crate) fn compare(what: &str, servers: &[(&'static str, &Vec<Outcome>)]) {
    let column = |outcomes: &[Outcome], of: fn(&Outcome) -> f64| {
        median(&mut outcomes.iter().map(of).collect::<Vec<_>>())
    };
    // Of rounds that follow each other, so that what the machine did meanwhile cancels out.
    let ratio = |ours: &[Outcome], theirs: &[Outcome], of: fn(&Outcome) -> f64| {
        median(
            &mut ours
                .iter()
                .zip(theirs)
                .map(|(our, their)| of(our) / of(their))
                .collect::<Vec<_>>(),
        )
    };
    let ours = servers[0].1;
    for (at, (who, outcomes)) in servers.iter().enumerate() {
        let ratios = match at {
            0 => " | ".to_owned(),
            _ => format!(
                "{:.2} | {:.2}",
                ratio(ours, outcomes, |o| o.p50),
                ratio(ours, outcomes, |o| o.cpu)
            ),
        };
        println!(
            "| {what} | {who} | {:.0} | {:.0} | {:.0} | {:.1} | {ratios} |",
            column(outcomes, |o| o.rate),
            column(outcomes, |o| o.p50),
            column(outcomes, |o| o.p99),
            column(outcomes, |o| o.cpu),
        );
    }
}

/// Prints the head of what a soak prints.
pub(crate) fn soak_head() {
    println!("| requests | resident MB |");
    println!("| --: | --: |");
}

/// Prints the memory after so many requests.
pub(crate) fn soak(requests: usize, resident: f64) {
    println!("| {requests} | {resident:.1} |");
}

/// Prints how far the memory went from where it had settled.
pub(crate) fn drift(settled: f64, last: f64) {
    println!("\ndrift from {settled:.1} to {last:.1} MB: {:+.1} %", (last / settled - 1.0) * 100.0);
}
