//! The result as text, or as one line of JSON.

use std::fmt::Write;

use serde::Serialize;
use speedup::Threads;
use speedup_mpi::job::{Outcome, RankReport};
use speedup_mpi::network::{Network, Transfer};

/// The line of JSON. Times are in seconds.
#[derive(Serialize)]
struct Line<'a> {
    kernel: &'a str,
    value: f64,
    ranks: usize,
    /// Of each rank; those of rank 0, if they differ.
    threads: usize,
    seconds: f64,
    /// The largest of all ranks.
    peak_rss_bytes: u64,
    blocks: u64,
    blocks_from_checkpoint: u64,
    selection: Option<Selection>,
    per_rank: &'a [RankReport],
}

#[derive(Serialize)]
struct Selection {
    rounds: u32,
    /// That each rank handed to all-reduces.
    bytes: u64,
}

/// The report of a job.
pub fn job(kernel: &str, threads: Threads, outcome: &Outcome, json: bool) -> String {
    let ranks = &outcome.ranks;
    let line = Line {
        kernel,
        value: outcome.reduced.value,
        ranks: ranks.len(),
        threads: threads.count(),
        seconds: outcome.seconds,
        peak_rss_bytes: ranks
            .iter()
            .map(|rank| rank.peak_rss_bytes)
            .max()
            .unwrap_or(0),
        blocks: outcome.blocks,
        blocks_from_checkpoint: outcome.restored,
        selection: outcome.reduced.selection.map(|cost| Selection {
            rounds: cost.rounds,
            bytes: cost.bytes,
        }),
        per_rank: ranks,
    };
    match json {
        true => in_one_line(&line),
        false => in_words(&line, threads),
    }
}

/// The report of the network.
pub fn network(network: &Network, json: bool) -> String {
    if json {
        return in_one_line(network);
    }
    let mut text = format!(
        "latency {:.2} µs, bandwidth {:.0} MB/s (ranks 0 and 1 of {})",
        network.latency_us, network.bandwidth_mb_s, network.ranks
    );
    let mut table = |what: &str, rows: &[Transfer]| {
        for Transfer { bytes, seconds } in rows {
            let _ = write!(
                text,
                "\n{what:>10} {bytes:>8} bytes {:>12.2} µs",
                seconds * 1e6
            );
        }
    };
    table("message", &network.ping_pong);
    table("all-reduce", &network.all_reduce);
    text
}

fn in_one_line(line: &impl Serialize) -> String {
    // Only maps with keys that are no text cannot be written.
    serde_json::to_string(line).unwrap_or_default()
}

fn in_words(line: &Line, threads: Threads) -> String {
    let mut text = format!("{} = {:?}", line.kernel, line.value);
    let ranks = if line.ranks == 1 { "rank" } else { "ranks" };
    let _ = write!(
        text,
        "\n{} {ranks} with {threads} each, {:.3} s",
        line.ranks, line.seconds
    );
    if line.blocks_from_checkpoint > 0 {
        let (found, all) = (line.blocks_from_checkpoint, line.blocks);
        let _ = write!(text, "\n{found} of {all} blocks were in the checkpoint");
    }
    if let Some(Selection { rounds, bytes }) = line.selection {
        let _ = write!(
            text,
            "\nmedian selected in {rounds} rounds, {bytes} bytes from each rank"
        );
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let _ = write!(
        text,
        "\npeak memory of a rank {:.1} MiB",
        mib(line.peak_rss_bytes)
    );
    for rank in line.per_rank.iter().take(64) {
        let _ = write!(
            text,
            "\nrank {:>3} on {}: {} blocks, busy {:.3} s of {:.3} to {:.3} s, {:.1} MiB",
            rank.rank,
            rank.host,
            rank.blocks,
            rank.busy,
            rank.start,
            rank.end,
            mib(rank.peak_rss_bytes)
        );
    }
    text
}
