//! Values known by hand, and bounds that hold for every job.

use rand::RngExt;

use super::*;

const FREE: Costs = Costs {
    split: 0.0,
    steal: 0.0,
};

fn seconds(job: &Job, workers: usize) -> f64 {
    simulate_all(job, workers, 1, Streams::new(1)).unwrap()[0].seconds
}

/// Random leaves, some of which take no time, and random costs.
fn random_job(number: u64, steal: f64) -> Job {
    let mut rng = Streams::new(7).stream(number);
    let leaves = rng.random_range(1..200);
    let leaves = (0..leaves).map(|_| (rng.random::<f64>() - 0.2).max(0.0));
    let leaves = leaves.collect();
    let split = if number.is_multiple_of(2) { 0.0 } else { 0.01 };
    Job::new(leaves, Costs { split, steal }).unwrap()
}

#[test]
fn one_worker_takes_the_sum_of_all() {
    let costs = Costs {
        split: 0.25,
        steal: 9.0,
    };
    let job = Job::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], costs).unwrap();
    assert_eq!((job.work(), seconds(&job, 1)), (16.0, 16.0));
    let run = simulate_all(&job, 1, 1, Streams::new(1)).unwrap()[0];
    assert_eq!(run.steals, 0);
}

#[test]
fn one_leaf_takes_its_time_on_any_number_of_workers() {
    let job = Job::new(vec![3.0], Costs { split: 1.0, ..FREE }).unwrap();
    assert_eq!((job.work(), job.span()), (3.0, 3.0));
    for workers in [1, 2, 1_000] {
        assert_eq!(seconds(&job, workers), 3.0);
    }
}

#[test]
fn equal_leaves_are_shared_equally_by_2_4_and_8_workers() {
    let job = Job::new(vec![1.0; 64], FREE).unwrap();
    for workers in [1, 2, 4, 8, 64] {
        assert_eq!(seconds(&job, workers), 64.0 / workers as f64);
    }
    // As many workers as leaves: k splits one after the other, and the leaf.
    let job = Job::new(vec![1.0; 64], Costs { split: 0.5, ..FREE }).unwrap();
    assert_eq!((job.span(), seconds(&job, 64)), (4.0, 4.0));
}

/// Worker 1 looks at 0.3, 0.6, 0.9, …; the half is there at 0.5.
#[test]
fn a_thief_takes_the_first_look_after_the_split() {
    let costs = Costs {
        split: 0.5,
        steal: 0.3,
    };
    let job = Job::new(vec![1.0, 1.0], costs).unwrap();
    let placed = trace(&job, 2, 0, Streams::new(1)).unwrap();
    let of = |leaf: usize| *placed.iter().find(|p| p.leaf == leaf).unwrap();
    assert_eq!((of(0).worker, of(0).start, of(0).end), (0, 0.5, 1.5));
    assert_eq!((of(1).worker, of(1).start, of(1).end), (1, 0.6, 1.6));
    assert_eq!(seconds(&job, 2), 1.6);
}

#[test]
fn free_steals_keep_the_bounds_of_graham_and_brent() {
    for number in 0..200 {
        let job = random_job(number, 0.0);
        let (work, span) = (job.work(), job.span());
        for workers in [1, 2, 3, 7, 16, 250] {
            let p = workers as f64;
            let run = simulate_all(&job, workers, 1, Streams::new(number)).unwrap()[0];
            let (low, high) = ((work / p).max(span), work / p + (1.0 - 1.0 / p) * span);
            let close = 1e-12 * work;
            assert!(low - close <= run.seconds, "{number}, {workers} workers");
            assert!(run.seconds <= high + close, "{number}, {workers} workers");
        }
    }
}

#[test]
fn steals_that_take_time_keep_the_lower_bound_and_the_order_of_the_upper_one() {
    for number in 0..100 {
        let job = random_job(number, 0.01);
        for workers in [2, 5, 40] {
            let runs = simulate_all(&job, workers, 5, Streams::new(number)).unwrap();
            let p = workers as f64;
            for run in runs {
                assert!(run.seconds >= (job.work() / p).max(job.span()) - 1e-12 * job.work());
                // Each level of the tree takes some looks more.
                let levels = (job.leaves().len() as f64).log2() + 1.0;
                let high = job.work() / p + job.span() + 10.0 * levels * 0.01;
                assert!(run.seconds <= high, "{number}, {workers}: {run:?}");
            }
        }
    }
}

#[test]
fn each_leaf_runs_once_and_no_worker_runs_two_at_a_time() {
    for number in 0..50 {
        let job = random_job(number, 0.02);
        let mut placed = trace(&job, 6, 0, Streams::new(number)).unwrap();
        let end = placed.last().unwrap().end;
        assert_eq!(
            end,
            simulate_all(&job, 6, 1, Streams::new(number)).unwrap()[0].seconds
        );
        for worker in 0..6 {
            let own: Vec<_> = placed.iter().filter(|p| p.worker == worker).collect();
            assert!(
                own.windows(2)
                    .all(|pair| pair[0].end <= pair[1].start + 1e-9)
            );
        }
        placed.sort_by_key(|p| p.leaf);
        let leaves: Vec<usize> = placed.iter().map(|p| p.leaf).collect();
        assert_eq!(leaves, (0..job.leaves().len()).collect::<Vec<_>>());
    }
}

#[test]
fn looks_that_cannot_succeed_take_no_time_to_simulate() {
    // 10¹⁵ looks of each of 999 workers.
    let steal = 1e-12;
    let job = Job::new(vec![1e3; 2], Costs { split: 1.0, steal }).unwrap();
    assert_eq!(seconds(&job, 1_000).round(), 1_001.0);
    // Looks that are shorter than a time can tell, and as long as no time can be.
    for steal in [5e-324, 1e308] {
        let job = Job::new(vec![1.0; 8], Costs { split: 1.0, steal }).unwrap();
        assert!((4.0..=15.0).contains(&seconds(&job, 8)));
    }
}

#[test]
fn bad_values_are_named() {
    let words = |error: Error| error.to_string();
    let leaves = |leaves: &[f64]| Job::new(leaves.to_vec(), FREE).map_err(words);
    for (found, wanted) in [
        (leaves(&[]), "leaves: 0 is not allowed, use 1 or more"),
        (
            leaves(&[1.0, f64::NAN]),
            "time of a leaf: NaN is not allowed, use 0 or more seconds",
        ),
        (
            leaves(&[f64::MAX, f64::MAX]),
            "work of the job: the result is inf",
        ),
    ] {
        assert!(found.unwrap_err().starts_with(wanted), "{wanted}");
    }
    let job = Job::new(vec![1.0], FREE).unwrap();
    for workers in [0, MAX_WORKERS + 1] {
        let error = simulate_all(&job, workers, 1, Streams::new(1)).unwrap_err();
        assert_eq!(
            words(error),
            format!("workers: {workers} is not allowed, use 1 to 65536")
        );
    }
    assert!(simulate_all(&job, 1, 0, Streams::new(1)).is_err());
    assert!(simulate_all(&job, 1, usize::MAX, Streams::new(1)).is_err());
    assert!(trace(&job, 0, 0, Streams::new(1)).is_err());
}
