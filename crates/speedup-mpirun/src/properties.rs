//! Reports, names and numbers of ranks at random: they are read, or refused with an error. See the test `properties` of
//! the crate `speedup`. It stands here because it needs an MPI that the set-up has not made.

#[path = "../../speedup/tests/support/mod.rs"]
pub mod support;

use std::time::Duration;

use proptest::prelude::*;
use speedup::Error;

use crate::mpi::tests::Fake;
use crate::report::{Network, Report, parse};
use crate::run::End;
use support::{CASES, holds, number, too_large};

const JOB: &str = r#"{"kernel":"pi","value":3.25,"ranks":2,"threads":1,"seconds":0.5,"peak_rss_bytes":9000000,"blocks":16,"blocks_from_checkpoint":0,"selection":{"rounds":6,"bytes":98336},"per_rank":[{"rank":0,"host":"ä","threads":1,"blocks":8,"start":0.0,"end":0.4,"busy":0.39,"reduce_start":0.45,"reduce_end":0.5,"peak_rss_bytes":9000000}]}"#;

fn read(bytes: &[u8]) -> Result<Report, Error> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    parse(&lines)
}

#[test]
fn a_report_that_is_cut_is_refused_and_a_flipped_bit_does_no_harm() {
    assert!(read(JOB.as_bytes()).is_ok());
    for length in 0..JOB.len() {
        let message = read(&JOB.as_bytes()[..length]).unwrap_err().to_string();
        assert!(message.starts_with("report of speedup-mpi: "), "{message}");
    }
    holds(CASES, (0..JOB.len(), 0..8_u8), |(at, bit)| {
        let mut bytes = JOB.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        match read(&bytes) {
            Ok(report) => assert!(report.value.is_finite()),
            Err(error) => assert!(error.to_string().starts_with("report of speedup-mpi: ")),
        }
    });
}

#[test]
fn numbers_in_a_report_keep_their_bits_or_are_refused() {
    holds(CASES, (number(), any::<u64>()), |(x, blocks)| {
        let with = |x: String| {
            JOB.replace("3.25", &x)
                .replace(":16", &format!(":{blocks}"))
        };
        match read(with(format!("{x:e}")).as_bytes()) {
            Ok(report) => assert_eq!(
                (report.value.to_bits(), report.blocks),
                (x.to_bits(), blocks)
            ),
            refused => assert!(!x.is_finite() && refused.is_err()),
        }
        assert!(read(with("1e999".to_owned()).as_bytes()).is_err());
    });
}

#[test]
fn any_text_is_no_report() {
    holds(CASES, "\\PC*|[\\{\\[\":,0-9a-z]*", |text| {
        assert!(
            parse::<Network>(std::slice::from_ref(&text)).is_err(),
            "{text}"
        );
        assert!(parse::<Report>(&["{}".to_owned(), text]).is_err());
    });
}

#[test]
fn names_of_programs_are_checked() {
    let fake = Fake::new("names", "MPICH 5.0.2", "");
    // Only names that are not allowed: others would be compiled.
    holds(CASES, "\\PC*[^a-z0-9-]\\PC*|[a-z]{41,50}|", |name| {
        let error = fake.mpi().program(&name, "").unwrap_err().to_string();
        assert!(error.starts_with(&format!("name of a program: `{name}` is not allowed, use ")));
    });
}

#[test]
fn numbers_of_ranks_that_are_not_allowed_are_refused() {
    let fake = Fake::new("ranks", "MPICH 5.0.2", "");
    holds(
        CASES,
        prop_oneof![Just(0), 1025..9999_usize, too_large()],
        |ranks| {
            let expected = format!("ranks: {ranks} is not allowed, use 1 to 1024");
            assert_eq!(
                fake.mpi().run(ranks, "pi").unwrap_err().to_string(),
                expected
            );
            assert_eq!(fake.mpi().network(ranks).unwrap_err().to_string(), expected);
        },
    );
}

/// 30 cases: each starts a program.
#[test]
fn any_time_limit_is_kept() {
    let fake = Fake::new("limits", "MPICH 5.0.2", "echo a");
    let limit = prop_oneof![Just(Duration::ZERO), Just(Duration::MAX), any::<Duration>()];
    holds(30, limit, |limit| {
        let mpi = fake.mpi().time_limit(limit);
        let run = mpi.start(2, "program".as_ref(), &[]).unwrap();
        match run.end {
            End::Finished => assert_eq!(run.lines, ["a"]),
            end => assert_eq!(end, End::TimedOut { limit }),
        }
    });
}
