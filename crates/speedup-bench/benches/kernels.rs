//! All workloads under criterion: `cargo xtask bench` runs this for both builds.
//!
//! `SPEEDUP_BENCH_THREADS` (as "1 2"), `SPEEDUP_BENCH_QUICK` and `SPEEDUP_BENCH_VALUES` (a
//! file for a line `WORKLOAD IMPLEMENTATION THREADS VALUE` of each) are set by xtask.

use std::fs::File;
use std::io::Write;
use std::time::Duration;
use std::{env, fs};

use criterion::{BenchmarkId, Criterion, SamplingMode};
use speedup::Threads;
use speedup_bench::table::WORKLOADS;
use speedup_bench::target;
use speedup_bench::workload::{Failure, Scale, Workload};

fn main() -> Result<(), Failure> {
    let threads = env::var("SPEEDUP_BENCH_THREADS").unwrap_or_else(|_| "1".to_owned());
    let quick = env::var_os("SPEEDUP_BENCH_QUICK").is_some();
    let only = env::var("SPEEDUP_BENCH_ONLY").ok();
    let mut values = match env::var_os("SPEEDUP_BENCH_VALUES") {
        Some(path) => Some(fs::File::create(path)?),
        None => None,
    };
    let mut criterion = Criterion::default().configure_from_args();
    for workload in &WORKLOADS {
        if only.as_ref().is_some_and(|only| only != workload.name) {
            continue;
        }
        for count in threads.split_whitespace() {
            measure(&mut criterion, workload, count, quick, values.as_mut())?;
        }
    }
    Ok(())
}

fn measure(
    criterion: &mut Criterion,
    workload: &Workload,
    threads: &str,
    quick: bool,
    values: Option<&mut File>,
) -> Result<(), Failure> {
    let (scale, warm_up, time) = if quick {
        (Scale::Quick, 50, 400)
    } else {
        (Scale::Full, 500, 2_000)
    };
    let mut run = (workload.prepare)(Threads::new(threads.parse()?)?, scale)?;
    let value = run()?.value;
    let whole = scale == Scale::Full || workload.quick.is_none();
    if whole && let Some(target) = target::of(workload.name, workload.implementation) {
        target.check(value)?;
    }
    if let Some(values) = values {
        let (name, implementation) = (workload.name, workload.implementation);
        writeln!(values, "{name} {implementation} {threads} {value:?}")?;
    }
    let mut group = criterion.benchmark_group(workload.name);
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(warm_up))
        .measurement_time(Duration::from_millis(time));
    let id = BenchmarkId::new(workload.implementation, threads);
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|times| {
            let seconds: f64 = (0..times)
                .map(|_| run().map_or(f64::NAN, |sample| sample.seconds))
                .sum();
            Duration::from_secs_f64(seconds)
        });
    });
    group.finish();
    Ok(())
}
