//! Work for a core that is left idle by other work.

use std::thread;
use std::time::{Duration, Instant};

/// What is added to the nice value of the work beside.
const LOWEST_PRIORITY: i32 = 19;

/// Runs `work` to its end, and `beside` meanwhile, in the gaps that it leaves; gives what both give.
pub fn run<B: Send, T>(beside: impl FnOnce() -> B + Send, work: impl FnOnce() -> T) -> (B, T) {
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            // Linux has a priority for each thread, which the programs that it starts inherit.
            let _ = rustix::process::nice(LOWEST_PRIORITY);
            beside()
        });
        let result = work();
        let mut shown = Instant::now();
        while !other.is_finished() {
            if shown.elapsed() > Duration::from_secs(10) {
                println!("      the notebooks' crates and programs are still being built");
                shown = Instant::now();
            }
            thread::sleep(Duration::from_millis(100));
        }
        let beside = match other.join() {
            Ok(beside) => beside,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        (beside, result)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn both_run_at_the_same_time_and_both_give_what_they_have() {
        let (to_work, from_beside) = mpsc::channel();
        let (to_beside, from_work) = mpsc::channel();
        let beside = move || {
            to_work.send(1).unwrap();
            from_work.recv().unwrap()
        };
        let work = || {
            to_beside.send(2).unwrap();
            from_beside.recv().unwrap()
        };
        assert_eq!(run(beside, work), (2, 1));
    }
}
