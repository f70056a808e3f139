//! Real worker processes: results, failures, time limits, and that none is left behind.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use speedup_process::jobs::{Crash, Cubic, Hang};
use speedup_process::{Job, WorkerError, Workers};

const PROGRAM: &str = env!("CARGO_BIN_EXE_speedup-worker");

fn workers(n: usize) -> Workers {
    Workers::start_program(PROGRAM, n).unwrap()
}

fn cubics(count: usize) -> Vec<Cubic> {
    let job = |k: usize| Cubic {
        coefficients: [0.1, 0.7, -0.3, k as f64 / 7.0],
        x: (0..50).map(|i| f64::from(i) * 0.083 - 2.0).collect(),
    };
    (0..count).map(job).collect()
}

fn is_alive(id: u32) -> bool {
    let mut kill = Command::new("kill");
    kill.args(["-0", &id.to_string()]).stderr(Stdio::null());
    kill.status().unwrap().success()
}

/// Whether the processes are gone before long.
fn all_end(ids: &[u32]) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if !ids.iter().any(|&id| is_alive(id)) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn results_are_those_of_this_process_in_order() {
    let jobs = cubics(101);
    let here: Vec<Vec<f64>> = jobs.iter().map(|job| job.run().unwrap()).collect();
    for n in [1, 2, 3, 8] {
        let mut workers = workers(n);
        for chunk in [1, 7, 101, 1_000] {
            let before = workers.traffic();
            let there: Result<Vec<_>, _> = workers.map(&jobs, chunk).unwrap().into_iter().collect();
            assert_eq!(there.unwrap(), here);
            let messages = (workers.traffic() - before).messages;
            assert_eq!(messages, 101_u64.div_ceil(chunk as u64));
        }
        assert_eq!(workers.replaced(), 0);
    }
}

#[test]
fn bytes_are_counted() {
    let mut workers = workers(1);
    let job = &cubics(1)[0];
    workers.apply(job).unwrap();
    let traffic = workers.traffic();
    // 8 length + 1 + 5 name + 1 count + 32 coefficients + 1 count + 400 points
    assert_eq!(traffic.bytes_sent, 448);
    // 8 length + 1 mark + 1 count + 1 Ok + 1 count + 400 values
    assert_eq!(traffic.bytes_received, 412);
}

#[test]
fn messages_larger_than_a_pipe_get_through() {
    let x: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    let coefficients = [0.0, 0.0, 1.0, 0.0];
    let job = Cubic {
        coefficients,
        x: x.clone(),
    };
    assert_eq!(workers(1).apply(&job).unwrap(), x);
}

#[test]
fn no_jobs_and_bad_counts() {
    let mut workers = workers(2);
    assert_eq!(workers.map::<Cubic>(&[], 1).unwrap(), []);
    let error = workers.map(&cubics(1), 0).unwrap_err().to_string();
    assert!(error.starts_with("jobs in a message: 0"), "{error}");
    for n in [0, 257, usize::MAX] {
        let error = Workers::start_program(PROGRAM, n).unwrap_err().to_string();
        assert!(error.contains(&n.to_string()) && error.contains("1 to 256"));
    }
}

#[test]
fn only_the_culprits_are_lost() {
    let mut jobs = vec![Crash::no(); 40];
    jobs[3] = Crash::exit(3);
    jobs[17] = Crash::abort();
    jobs[18] = Crash::panic();
    jobs[39] = Crash::fail();
    for (n, chunk) in [(1, 1), (2, 5), (3, 40)] {
        let mut workers = workers(n);
        let results = workers.map(&jobs, chunk).unwrap();
        for (k, result) in results.iter().enumerate() {
            match (k, result) {
                (3, Err(WorkerError::Died { status })) => assert!(status.contains('3')),
                (17, Err(WorkerError::Died { status })) => assert!(status.contains("signal")),
                (18, Err(WorkerError::Failed { problem })) => {
                    assert_eq!(problem, "panic: told to panic");
                }
                (39, Err(WorkerError::Failed { problem })) => assert_eq!(problem, "told to fail"),
                (_, result) => assert_eq!(result.as_deref(), Ok("fine"), "job {k}"),
            }
        }
        assert_eq!(workers.apply(&Crash::no()).as_deref(), Ok("fine"));
    }
}

#[test]
fn all_jobs_of_a_lost_message_are_sent_once_more() {
    let mut workers = workers(1);
    let jobs = [Crash::no(), Crash::exit(3), Crash::no()];
    workers.map(&jobs, 3).unwrap();
    // One message of three jobs, then each job alone.
    assert_eq!(workers.traffic().messages, 4);
    // Only one is lost and sent no more.
    assert!(workers.apply(&jobs[1]).is_err() && workers.ids().is_empty());
    assert_eq!(workers.traffic().messages, 5);
}

#[test]
fn a_worker_that_hangs_is_killed_and_replaced() {
    let mut workers = workers(2);
    let before = workers.ids();
    let limit = Duration::from_secs(2);
    workers.set_time_limit(limit);
    let mut jobs = vec![Hang::seconds(0.0); 12];
    jobs[5] = Hang::for_ever();
    let results = workers.map(&jobs, 4).unwrap();
    for (k, result) in results.into_iter().enumerate() {
        let expected = if k == 5 {
            Err(WorkerError::TimedOut { limit })
        } else {
            Ok(())
        };
        assert_eq!(result, expected, "job {k}");
    }
    assert_eq!(workers.apply(&Hang::seconds(0.0)), Ok(()));
    assert_eq!(workers.apply(&Hang::seconds(0.0)), Ok(()));
    let lost: Vec<u32> = before
        .into_iter()
        .filter(|id| !workers.ids().contains(id))
        .collect();
    assert_eq!(lost.len(), 1);
    assert!(all_end(&lost));
}

#[test]
fn the_time_limit_holds_for_each_job_of_a_message() {
    let mut workers = workers(1);
    workers.set_time_limit(Duration::from_secs(3));
    let results = workers.map(&vec![Hang::seconds(0.2); 17], 17).unwrap();
    assert_eq!(results, vec![Ok(()); 17]);
    // Not killed, and not sent again.
    assert_eq!((workers.replaced(), workers.traffic().messages), (0, 1));
    // The heartbeats are not counted: 8 length + 1 mark + 1 count + 17 results.
    assert_eq!(workers.traffic().bytes_received, 27);
}

#[test]
fn a_job_that_hangs_after_others_is_found_and_alone_lost() {
    let mut workers = workers(1);
    let limit = Duration::from_secs(2);
    workers.set_time_limit(limit);
    let mut jobs = vec![Hang::seconds(0.02); 6];
    jobs[3] = Hang::for_ever();
    let mut expected = vec![Ok(()); 6];
    expected[3] = Err(WorkerError::TimedOut { limit });
    assert_eq!(workers.map(&jobs, 6).unwrap(), expected);
}

#[test]
fn a_worker_killed_while_idle_is_replaced_and_nothing_is_lost() {
    let mut workers = workers(1);
    let id = workers.ids()[0];
    let killed = Command::new("kill").args(["-9", &id.to_string()]).status();
    assert!(killed.unwrap().success());
    // The signal takes a moment; a job sent meanwhile would be lost with the worker.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(workers.ids(), [id]);
    assert_eq!(workers.apply(&Crash::no()).as_deref(), Ok("fine"));
    assert_ne!(workers.ids(), [id]);
    assert_eq!(workers.replaced(), 1);
}

#[test]
fn dropping_the_pool_ends_its_processes() {
    let workers = workers(4);
    let ids = workers.ids();
    assert!(ids.len() == 4 && ids.iter().all(|&id| is_alive(id)));
    drop(workers);
    // At once: the pool waits for its processes, so there are no zombies either.
    assert!(!ids.iter().any(|&id| is_alive(id)));
}

/// This test program, started once more, is the parent that is killed in the midst of its work.
#[test]
fn no_orphans_are_left_when_the_parent_is_killed() {
    if std::env::var_os("PARENT_TO_BE_KILLED").is_some() {
        let mut workers = workers(3);
        let ids: Vec<String> = workers.ids().iter().map(u32::to_string).collect();
        println!("\nids {}", ids.join(" "));
        let _ = workers.map(&[Hang::for_ever(), Hang::for_ever()], 1);
        return;
    }
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "no_orphans_are_left_when_the_parent_is_killed",
            "--nocapture",
        ])
        .env("PARENT_TO_BE_KILLED", "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    let ids: Vec<u32> = lines
        .map_while(Result::ok)
        .find_map(|line| {
            let ids = line.strip_prefix("ids ")?;
            Some(ids.split(' ').map(|id| id.parse().unwrap()).collect())
        })
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(ids.len() == 3 && ids.iter().all(|&id| is_alive(id)));
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(all_end(&ids));
}

/// A program of another build, and one that is no worker at all.
#[test]
fn other_programs_are_refused() {
    let file = std::env::temp_dir().join(format!("stale-worker-{}", std::process::id()));
    let frame = r"\011\000\000\000\000\000\000\000worker  0";
    std::fs::write(
        &file,
        format!("#!/bin/sh\nprintf '{frame}'\ncat >/dev/null\n"),
    )
    .unwrap();
    let make_it_run = Command::new("chmod").arg("+x").arg(&file).status();
    assert!(make_it_run.unwrap().success());
    let stale = Workers::start_program(&file, 1).unwrap_err().to_string();
    std::fs::remove_file(&file).unwrap();
    assert!(stale.contains("build it again"), "{stale}");
    let other = Workers::start_program("/bin/echo", 1)
        .unwrap_err()
        .to_string();
    let ended = "echo is not the worker program of this build: ";
    assert!(other.contains(ended), "{other}");
    let none = Workers::start_program(PathBuf::from("/no/such"), 1).unwrap_err();
    assert!(none.to_string().contains("No such file"), "{none}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_is_replaced_in_a_pinned_thread_may_use_all_cores() {
    let cores = |process: &str| {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("Cpus_allowed_list"));
        line.unwrap().to_owned()
    };
    let work = || {
        let mut workers = workers(1);
        workers.map(&[Crash::exit(1)], 1).unwrap();
        workers.map(&[Crash::no()], 1).unwrap();
        let id = workers.ids()[0].to_string();
        assert_eq!(cores(&id), cores("self"));
    };
    speedup::Threads::all().install(work).unwrap();
}
