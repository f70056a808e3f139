//! Threads: nested parallel calls, panics inside closures, many small uses, and a single core.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output};

use rayon::prelude::*;

use speedup::kernels::wealth::{Population, Rule};
use speedup::kernels::{grid, map, matmul, nelder_mead, pi, polynomial, squares, wealth};
use speedup::parallel::affinity;
use speedup::{Error, Streams, Threads};

fn threads(n: usize) -> Threads {
    Threads::new(n).unwrap()
}

/// The results of all kernels for a small input, as bits.
fn all_kernels(threads: Threads) -> Result<Vec<u64>, Error> {
    let streams = Streams::new(7);
    let points = grid::linspace(-3.0, 3.0, 20)?;
    let whole: Vec<i64> = (0..500).collect();
    let parameters = polynomial::parameter_grid(&[0.5, -0.1])?;
    let square = matmul::IntMatrix::new(20, 20, whole[..400].to_vec())?;
    let people = Population {
        households: 70,
        periods: 2,
        w0: 1.0,
    };
    let targets = [[0.5, 0.1, 0.9], [1e-3, 0.0, -2.0]];
    let minima = nelder_mead::solve_all_parallel(&targets, threads)?;
    let mut floats = vec![
        pi::estimate_parallel(pi::CHUNK + 1, streams, threads)?,
        grid::maximum_parallel(&points, threads)?,
        wealth::long_run_median_parallel(&Rule::lecture(), people, streams, threads)?,
    ];
    floats.extend(squares::fill_parallel(9, threads)?);
    floats.extend(polynomial::poly_grid_parallel(
        &parameters,
        &points,
        threads,
    )?);
    floats.extend(minima.iter().flat_map(|found| found.x));
    let integers = [
        map::double_parallel(&whole, threads)?,
        matmul::product_parallel(&square, &square, threads)?
            .values()
            .to_vec(),
    ];
    let floats = floats.into_iter().map(f64::to_bits);
    Ok(floats
        .chain(integers.concat().into_iter().map(i64::cast_unsigned))
        .collect())
}

#[test]
fn kernels_inside_parallel_loops_have_the_same_bits() {
    let alone = all_kernels(Threads::Sequential).unwrap();
    for outer in [1, 2, 3, 8] {
        for inner in [1, 2, 3, 8] {
            let work = || {
                let loops = (0..20).into_par_iter().with_max_len(1);
                loops.map(|_| all_kernels(threads(inner))).collect()
            };
            let all: Vec<_> = threads(outer).install(work).unwrap();
            assert!(
                all.into_iter().all(|bits| bits == Ok(alone.clone())),
                "{outer} {inner}"
            );
        }
    }
    // In rayon's own pool, and in pools in turns.
    let all = (0..20).into_par_iter().map(|_| all_kernels(threads(2)));
    assert!(all.all(|bits| bits == Ok(alone.clone())));
    let thrice = threads(2)
        .install(|| threads(3).install(|| threads(2).install(|| all_kernels(threads(3)))));
    assert_eq!(thrice.flatten().flatten().flatten().unwrap(), alone);
}

/// A thread that took up other tasks while it waits for another pool would fill its stack with them.
#[test]
fn many_tasks_that_each_use_a_pool_end() {
    for (outer, inner) in [(1, 2), (2, 1), (2, 2), (2, 3), (8, 2)] {
        let small = |k: u32| {
            move || {
                (0..4_u32)
                    .into_par_iter()
                    .with_max_len(1)
                    .map(|j| j * k)
                    .max()
            }
        };
        let work = || {
            let tasks = (0..10_000_u32).into_par_iter().with_max_len(1);
            tasks
                .map(|k| threads(inner).install(small(k)).unwrap())
                .max()
        };
        let most = threads(outer).install(work).unwrap();
        assert_eq!(most, Some(Some(3 * 9_999)), "{outer} {inner}");
    }
}

/// Each pool waits for the next one, also where a thread in between belongs to none, and where all threads wait.
#[test]
fn pools_that_use_each_other_in_turns_do_not_wait_for_ever() {
    fn turns(left: usize) -> usize {
        let next = || threads(1 + left % 2).install(|| turns(left - 1)).unwrap();
        match left {
            0 => 0,
            left if left % 3 == 0 => {
                let cores = affinity::allowed().unwrap();
                let elsewhere = affinity::on_cores(&cores, || affinity::with_all_cores(next));
                1 + elsewhere.unwrap()
            }
            _ => 1 + next(),
        }
    }
    let all = threads(3).install(|| (0..30).into_par_iter().map(|_| turns(9)).collect());
    let all: Vec<usize> = all.unwrap();
    assert_eq!(all, [9; 30]);
    // A pool that is not one of ours.
    let foreign = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    assert_eq!(foreign.install(|| turns(9)), 9);
}

#[test]
fn a_panic_reaches_the_caller_and_the_threads_work_on() {
    let message = |panic: Box<dyn std::any::Any + Send>| *panic.downcast::<&str>().unwrap();
    for n in [1, 2, 8] {
        for _ in 0..20 {
            let tasks = || {
                (0..100)
                    .into_par_iter()
                    .for_each(|k| assert!(k != 57, "task 57"))
            };
            let panic = catch_unwind(|| threads(n).install(tasks)).unwrap_err();
            assert_eq!(message(panic), "task 57");
            let nested = || threads(2).install(tasks);
            assert!(catch_unwind(|| threads(n).install(nested)).is_err());
            assert_eq!(
                threads(n).install(|| (0..100).into_par_iter().sum()),
                Ok(4_950)
            );
        }
    }
    let search = || nelder_mead::minimize(|_: &[f64; 2]| panic!("in f"), [0.0; 2]);
    assert_eq!(
        message(catch_unwind(AssertUnwindSafe(search)).unwrap_err()),
        "in f"
    );
    assert_eq!(all_kernels(threads(2)), all_kernels(Threads::Sequential));
}

/// Starts a test of this program once more, by itself, with a command in front.
fn again(test: &str, command: &[&str]) -> Output {
    let program = std::env::current_exe().unwrap();
    let program = program.to_str().unwrap();
    let words = [command, &[program, "--exact", test, "--nocapture"]].concat();
    let output = Command::new(words[0])
        .args(&words[1..])
        .env("AGAIN", "yes")
        .output();
    output.unwrap()
}

fn is_started_again() -> bool {
    std::env::var_os("AGAIN").is_some()
}

/// The threads of this process, and its memory in KiB.
#[cfg(target_os = "linux")]
fn threads_and_memory() -> [u64; 2] {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    ["Threads:", "VmRSS:"].map(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .unwrap()
    })
}

/// In a process of its own, without the threads of other tests.
#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_small_uses_leave_no_threads_and_no_memory_behind() {
    if !is_started_again() {
        let test = "ten_thousand_small_uses_leave_no_threads_and_no_memory_behind";
        let output = again(test, &["nice"]);
        return assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    let points = grid::linspace(-3.0, 3.0, 5).unwrap();
    let use_kernels = |times: usize| {
        for k in 0..times {
            let threads = threads(1 + k % 3);
            grid::maximum_parallel(&points, threads).unwrap();
            map::double_parallel(&[1, 2, 3], threads).unwrap();
            squares::fill_parallel(3, threads).unwrap();
            polynomial::poly_grid_parallel(&[[1.0; 4]], &points, threads).unwrap();
        }
    };
    use_kernels(1_000);
    let [threads, memory] = threads_and_memory();
    use_kernels(10_000);
    let [threads_after, memory_after] = threads_and_memory();
    assert_eq!(threads_after, threads);
    assert!(
        memory_after < memory + 2_048,
        "{memory} KiB, then {memory_after} KiB"
    );
}

/// Pools of more threads than there are cores take turns on one.
#[cfg(target_os = "linux")]
#[test]
fn one_core_is_enough() {
    let there = Command::new("taskset").arg("--version").output();
    if !there.is_ok_and(|output| output.status.success()) {
        return println!("not tested: there is no taskset");
    }
    let core = affinity::allowed().unwrap()[0].to_string();
    for test in [
        "kernels_inside_parallel_loops_have_the_same_bits",
        "many_tasks_that_each_use_a_pool_end",
        "pools_that_use_each_other_in_turns_do_not_wait_for_ever",
        "a_panic_reaches_the_caller_and_the_threads_work_on",
        "all_threads_are_one",
    ] {
        let output = again(test, &["taskset", "-c", &core]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{test}: {text}"
        );
    }
}

/// With one core: the largest number of threads of a ladder is 2, as it goes to twice the cores.
#[test]
fn all_threads_are_one() {
    if is_started_again() {
        assert_eq!((Threads::all().count(), Threads::ladder().len()), (1, 2));
    }
}
