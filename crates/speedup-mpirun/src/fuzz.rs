//! Targets of fuzzing: what MPI programs and cargo print. `tests/fuzz` gives them inputs without end; here are some.

use serde_json::{Value, json};

use crate::report::{Network, Rank, Report, Transfer, parse};

/// A report: refused, or read so that it comes back when it is written again.
pub fn report(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    match parse::<Report>(&lines) {
        Ok(report) => {
            assert!(report.value.is_finite());
            let again = parse(&[of_report(&report).to_string()]);
            assert_eq!(again.as_ref(), Ok(&report));
            let line = lines.iter().rev().find(|line| line.starts_with('{'));
            // A number that is out of range may stand where nobody looks.
            if let Ok(line) = serde_json::from_str::<Value>(line.unwrap()) {
                assert_eq!(line["value"].as_f64(), Some(report.value));
                assert_eq!(line["blocks"].as_u64(), Some(report.blocks));
                let ranks = line["per_rank"].as_array().map(Vec::len);
                assert_eq!(ranks, Some(report.per_rank.len()));
            }
        }
        Err(error) => assert!(error.to_string().starts_with("report of speedup-mpi: ")),
    }
    if let Ok(network) = parse::<Network>(&lines) {
        let again = parse(&[of_network(&network).to_string()]);
        assert_eq!(again.as_ref(), Ok(&network));
    }
    if let Some(file) = crate::program::executable(&text) {
        let line = json!({ "executable": file }).to_string();
        assert_eq!(crate::program::executable(&line), Some(file));
    }
}

fn of_report(report: &Report) -> Value {
    let rank = |rank: &Rank| {
        json!({
            "rank": rank.rank, "host": rank.host, "blocks": rank.blocks, "start": rank.start, "end": rank.end,
            "reduce_start": rank.reduce_start, "reduce_end": rank.reduce_end,
            "peak_rss_bytes": rank.peak_rss_bytes,
        })
    };
    let selection = report
        .selection
        .map(|taken| json!({"rounds": taken.rounds, "bytes": taken.bytes}));
    json!({
        "value": report.value, "ranks": report.ranks, "threads": report.threads, "seconds": report.seconds,
        "peak_rss_bytes": report.peak_rss_bytes, "blocks": report.blocks,
        "blocks_from_checkpoint": report.blocks_from_checkpoint, "selection": selection,
        "per_rank": report.per_rank.iter().map(rank).collect::<Vec<_>>(),
    })
}

fn of_network(network: &Network) -> Value {
    let transfers = |transfers: &[Transfer]| -> Vec<Value> {
        let one = |t: &Transfer| json!({"bytes": t.bytes, "seconds": t.seconds});
        transfers.iter().map(one).collect()
    };
    json!({
        "ranks": network.ranks, "latency_us": network.latency_us, "bandwidth_mb_s": network.bandwidth_mb_s,
        "ping_pong": transfers(&network.ping_pong), "all_reduce": transfers(&network.all_reduce),
    })
}

/// Right outputs to begin with.
pub fn reports() -> Vec<Vec<u8>> {
    let rank = Rank {
        rank: 1,
        host: "ä".to_owned(),
        blocks: 8,
        start: 0.0,
        end: 0.4,
        reduce_start: 0.45,
        reduce_end: 0.5,
        peak_rss_bytes: 9_000_000,
    };
    let report = json!({
        "kernel": "pi", "value": 1.831_284_046_921_060_2, "ranks": 2, "threads": 1, "seconds": 0.5,
        "peak_rss_bytes": 9_000_000, "blocks": 16, "blocks_from_checkpoint": 0,
        "selection": {"rounds": 6, "bytes": 98_336}, "per_rank": [],
    });
    let mut report: Report = serde_json::from_value(report).unwrap();
    report.per_rank = vec![rank.clone(), rank];
    let sent = Transfer {
        bytes: 8,
        seconds: 5e-7,
    };
    let network = Network {
        ranks: 2,
        latency_us: 0.5,
        bandwidth_mb_s: 9_000.0,
        ping_pong: vec![sent, sent],
        all_reduce: vec![sent],
    };
    let cargo = json!({"reason": "compiler-artifact", "executable": "/a/b"});
    let report = of_report(&report);
    [report, of_network(&network), cargo]
        .map(|line| format!("progress\n{line}\n").into_bytes())
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_near_right_ones() {
        crate::properties::support::survives(2_000, reports(), report);
    }
}
