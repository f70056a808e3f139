//! Targets of fuzzing: the messages in both directions. `tests/fuzz` gives them inputs without end; here are some.

use std::io::Read;

use serde::Serialize;

use crate::job::{from_all_bytes, pack, run_one, unpack};
use crate::jobs::{Crash, Cubic, NelderMead};
use crate::protocol::{frame, read_frame, read_reply, reply as packed};
use crate::{Job, Registry};

#[cfg(test)]
#[path = "../../speedup/tests/support/mod.rs"]
mod support;

/// A stream of frames: those that are read are those that were written, and none is longer than allowed.
pub fn frames(bytes: &[u8]) {
    for most in [u64::MAX, 4096] {
        let (mut rest, mut read) = (bytes, Vec::new());
        while let Ok(content) = read_frame(most, |part| rest.read_exact(part)) {
            assert!(content.len() as u64 <= most);
            read.extend(frame(&content));
        }
        assert!(bytes.starts_with(&read));
    }
}

/// A message to a worker: refused with a reason, or answered as by the jobs in this process.
///
/// Without the jobs that are there to end the worker.
pub fn message(bytes: &[u8]) {
    let (registry, mut beats) = (registry(), 0);
    match registry.run(bytes, &mut || beats += 1) {
        Err(problem) => {
            let known = [
                "the worker cannot read it, ",
                "the worker has no job named ",
            ];
            assert!(known.iter().any(|known| problem.starts_with(known)));
        }
        Ok(answers) => {
            let (name, jobs) = postcard::take_from_bytes::<&str>(bytes).unwrap();
            let count = match name {
                Cubic::NAME => answers_are_right::<Cubic>(jobs, &answers),
                _ => answers_are_right::<NelderMead>(jobs, &answers),
            };
            assert_eq!(beats, count + 1);
        }
    }
}

fn registry() -> Registry {
    Registry::default().with::<Cubic>().with::<NelderMead>()
}

/// Whether they are; gives the number of jobs.
fn answers_are_right<J: Job>(jobs: &[u8], answers: &[u8]) -> usize {
    let jobs: Vec<J> = from_all_bytes(jobs).unwrap();
    let expected: Vec<_> = jobs.iter().map(run_one).collect();
    assert_eq!(answers, bits(&expected));
    assert_eq!(
        bits(&unpack::<J>(answers, jobs.len()).unwrap()),
        bits(&expected)
    );
    let again = registry().run(&pack(&jobs).unwrap(), &mut || ());
    assert_eq!(again.as_deref(), Ok(answers));
    jobs.len()
}

/// A reply of a worker: refused with a reason, or answers that come back when they are packed again.
pub fn reply(bytes: &[u8]) {
    for count in 0..4 {
        comes_back::<Cubic>(bytes, count);
        comes_back::<NelderMead>(bytes, count);
        comes_back::<Crash>(bytes, count);
    }
}

fn comes_back<J: Job>(bytes: &[u8], count: usize) {
    let read = |bytes: &[u8]| read_reply(bytes).and_then(|answers| unpack::<J>(answers, count));
    if let Ok(answers) = read(bytes) {
        assert_eq!(answers.len(), count);
        let again = read(&packed(Ok(bits(&answers)))).unwrap();
        assert_eq!(bits(&again), bits(&answers));
    }
}

/// Bytes by which values are compared: NaN has no equal, but its bits have.
fn bits<T: Serialize>(values: &[T]) -> Vec<u8> {
    postcard::to_stdvec(values).unwrap()
}

/// Right messages to begin with.
pub fn messages() -> Vec<Vec<u8>> {
    let cubic = |x: &[f64]| Cubic {
        coefficients: [1.0, -0.5, 0.0, 2.0],
        x: x.to_vec(),
    };
    let target = [1.0, 2.0, 3.0];
    vec![
        pack(&[cubic(&[1.0, f64::NAN]), cubic(&[])]).unwrap(),
        pack(&[NelderMead { target }]).unwrap(),
        pack::<Cubic>(&[]).unwrap(),
    ]
}

/// Right replies to begin with.
pub fn replies() -> Vec<Vec<u8>> {
    let mut replies: Vec<_> = messages()
        .iter()
        .map(|message| packed(registry().run(message, &mut || ())))
        .collect();
    replies.push(packed(Ok(bits(&[run_one(&Crash::fail()), Ok("ä".into())]))));
    replies.push(packed(Err("no".into())));
    replies
}

/// Right streams to begin with.
pub fn streams() -> Vec<Vec<u8>> {
    let whole = messages().iter().map(|message| frame(message)).collect();
    let long = [frame(&[7; 5_000]), frame(&[])].concat();
    [whole, vec![long]].concat()
}

#[cfg(test)]
mod tests {
    use super::support::survives;
    use super::*;

    #[test]
    fn frames_near_right_ones() {
        survives(300, streams(), frames);
    }

    #[test]
    fn messages_near_right_ones() {
        survives(2_000, messages(), message);
    }

    #[test]
    fn replies_near_right_ones() {
        survives(2_000, replies(), reply);
    }
}
