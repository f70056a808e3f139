//! What the program `speedup-mpi` says of a job, and of the network, in one line of JSON.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use speedup::Error;

/// The report of a job.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Report {
    /// The result. All its bits are kept.
    pub value: f64,
    /// The number of ranks.
    pub ranks: usize,
    /// The threads of each rank.
    pub threads: usize,
    /// Seconds from the common start of all ranks to the result.
    pub seconds: f64,
    /// The largest peak of a rank's memory in bytes.
    pub peak_rss_bytes: u64,
    /// The blocks into which the work was cut.
    pub blocks: u64,
    /// Those of the blocks that a checkpoint had.
    pub blocks_from_checkpoint: u64,
    /// What the exact selection took, if the result is a median.
    pub selection: Option<Selection>,
    /// What each rank did.
    pub per_rank: Vec<Rank>,
}

/// What an exact selection took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Selection {
    /// The rounds, each with one all-reduce.
    pub rounds: u32,
    /// The bytes that each rank handed to all-reduces.
    pub bytes: u64,
}

/// What one rank did. Times are in seconds since the common start.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Rank {
    /// The number of the rank, from 0.
    pub rank: usize,
    /// The name of the computer that it ran on.
    pub host: String,
    /// The blocks that it owned.
    pub blocks: u64,
    /// When it began to compute.
    pub start: f64,
    /// When it had computed all its blocks.
    pub end: f64,
    /// When all ranks had, and the collectives began.
    pub reduce_start: f64,
    /// When it had the result.
    pub reduce_end: f64,
    /// The peak of its memory in bytes.
    pub peak_rss_bytes: u64,
}

/// The measured cost of messages.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Network {
    /// The number of ranks.
    pub ranks: usize,
    /// Microseconds of a message of 8 bytes, one way.
    pub latency_us: f64,
    /// Megabytes (10⁶ bytes) a second of the largest message.
    pub bandwidth_mb_s: f64,
    /// Messages between ranks 0 and 1, one way.
    pub ping_pong: Vec<Transfer>,
    /// All-reduces over all ranks.
    pub all_reduce: Vec<Transfer>,
}

/// The time of one size of message.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Transfer {
    /// The bytes of the message, or of each rank's buffer.
    pub bytes: u64,
    /// Seconds that one took.
    pub seconds: f64,
}

/// The last line that is JSON, as a value.
pub(crate) fn parse<T: DeserializeOwned>(lines: &[String]) -> Result<T, Error> {
    let unreadable = |problem: String| Error::system("report of speedup-mpi", problem);
    let line = lines.iter().rev().find(|line| line.starts_with('{'));
    let line = line.ok_or_else(|| unreadable("there is none".to_owned()))?;
    serde_json::from_str(line).map_err(|error| {
        unreadable(format!(
            "{error}; run `cargo xtask setup`, which builds the program of these sources"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = r#"{"kernel":"wealth","value":1.8312840469210602,"ranks":2,"threads":1,
        "seconds":0.5,"peak_rss_bytes":9000000,"blocks":16,"blocks_from_checkpoint":0,
        "selection":{"rounds":6,"bytes":98336},"per_rank":[{"rank":0,"host":"a","threads":1,
        "blocks":8,"start":0.0,"end":0.4,"busy":0.39,"reduce_start":0.45,"reduce_end":0.5,
        "peak_rss_bytes":9000000}]}"#;

    #[test]
    fn a_report_keeps_every_bit_of_the_value() {
        let lines = ["progress".to_owned(), JOB.replace('\n', "")];
        let report: Report = parse(&lines).unwrap();
        assert_eq!(
            report.value.to_bits(),
            1.831_284_046_921_060_2_f64.to_bits()
        );
        let selection = Selection {
            rounds: 6,
            bytes: 98_336,
        };
        assert_eq!(
            (report.selection, report.per_rank[0].blocks),
            (Some(selection), 8)
        );
        let without = JOB.replace(r#"{"rounds":6,"bytes":98336}"#, "null");
        let report: Report = parse(&[without.replace('\n', "")]).unwrap();
        assert_eq!(report.selection, None);
    }

    #[test]
    fn a_network_has_the_times_of_each_size() {
        let line = r#"{"ranks":2,"host":"a","latency_us":0.5,"bandwidth_mb_s":9000.0,
            "ping_pong":[{"bytes":8,"seconds":5e-7}],"all_reduce":[]}"#;
        let network: Network = parse(&[line.replace('\n', "")]).unwrap();
        assert_eq!(
            (network.ping_pong[0].bytes, network.ping_pong[0].seconds),
            (8, 5e-7)
        );
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let refused = |lines: &[String]| parse::<Report>(lines).unwrap_err().to_string();
        assert_eq!(refused(&[]), "report of speedup-mpi: there is none");
        let other = refused(&[r#"{"ranks": 2}"#.to_owned()]);
        assert!(other.contains("missing field"), "{other}");
        assert!(other.contains("cargo xtask setup"), "{other}");
    }
}
