//! Faults at random: whatever happens to workers, pipes and programs, no result is lost or comes twice, each error says
//! what to do next, and no process is left.
//!
//! The variable `SPEEDUP_FAULTS` sets another number of faults than 30, and `SPEEDUP_FIRST_FAULT` the number of the first:
//! fault 17 is the same in each run. The program is its own harness, because some faults concern this whole process.

#[cfg(target_os = "linux")]
mod kinds;
#[cfg(target_os = "linux")]
mod trial;

#[cfg(target_os = "linux")]
fn main() {
    // `cargo test NAME` asks each test program for its tests of that name.
    let mut asked = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    if asked.any(|name| !"faults".contains(&name)) {
        return;
    }
    if std::env::var_os(kinds::PARENT).is_some() {
        return kinds::be_killed();
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (count, first) = (
        number("SPEEDUP_FAULTS").unwrap_or(30),
        number("SPEEDUP_FIRST_FAULT").unwrap_or(0),
    );
    let descriptors = trial::descriptors();
    let mut all = trial::Tally::default();
    for fault in first..first + count {
        let (name, run) = kinds::ALL[fault as usize % kinds::ALL.len()];
        println!("fault {fault}: {name}");
        all += run(&mut trial::Random::of(fault));
    }
    assert_eq!(
        trial::descriptors(),
        descriptors,
        "descriptors are left open"
    );
    let trial::Tally { results, errors } = all;
    println!(
        "{count} faults of {} kinds: {results} results, each right and once; {errors} errors, each with a next step; \
         no process left",
        kinds::ALL.len()
    );
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("not run: the faults are made by means of Linux");
}
