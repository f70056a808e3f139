//! The list of workloads, at the sizes of the handouts.
//!
//! `workloads.txt` has the names for `cargo xtask bench --help`, which must not build the kernels;
//! a test compares the two.

use crate::roofline::Roofline;
use crate::workload::{CProgram, Expected, Prepare, Wanted, Workload};
use crate::{prepare, prepare_around};

/// What a row has unless it says otherwise.
const KERNEL: Workload = Workload {
    name: "",
    implementation: "speedup",
    label: "",
    work: "",
    handout: "",
    way: "",
    is_long: false,
    prepare: prepare::pi_points,
    always_widest: false,
    expected: Expected::new(0.0, 0.0),
    wanted: Wanted::of(None, None),
    roofline: Roofline {
        elements: 0.0,
        element: "",
        operations: &[],
        traffic: &[],
    },
    c: &[],
};

/// Programs in Rust that are not ours: workload, name, preparation.
pub const RUST: [(&str, &str, Prepare); 1] =
    [("eigenvalues", "nalgebra", prepare::eigenvalues_of_nalgebra)];

/// All workloads, in the order in which they are shown.
///
/// The operations of a roofline are counted in the disassembly of the kernels' loops at each level, without loads, stores
/// and copies of registers. A square root counts as a division, which takes no longer.
pub static WORKLOADS: [Workload; 15] = [
    Workload {
        name: "nelder_mead",
        label: "optimizer",
        work: "1000 problems of 3 variables",
        handout: "03-optimizers",
        way: "SciPy in processes of joblib",
        prepare: prepare::nelder_mead_batch,
        // SciPy 1.17's result. Solvers that stop by another rule end elsewhere.
        expected: Expected::new(1475.97214, 0.01),
        wanted: Wanted::of(Some(0.25), Some(1.2)),
        roofline: Roofline {
            elements: 126_350.0,
            element: "iterations",
            operations: &[("operations", [143.0, 111.0, 111.0])],
            traffic: &[],
        },
        c: &[
            CProgram::of("nelder_mead"),
            CProgram::variant("nelder_mead_scalar", "scalar", "c-scalar"),
        ],
        ..KERNEL
    },
    Workload {
        name: "eigenvalues",
        label: "eigenvalues",
        work: "20 matrices 1000 × 1000",
        handout: "04-wealth",
        way: "NumPy, which uses the threads of its library",
        is_long: true,
        prepare: prepare::eigenvalues,
        always_widest: true,
        expected: Expected::new(prepare::EIGENVALUES, 1e-3),
        wanted: Wanted::of(Some(0.9), None),
        // 10 n³ operations (Golub and Van Loan, "Matrix Computations", 7.5.6), half of them products.
        roofline: Roofline {
            elements: 20.0 * 5e9,
            element: "products, 5 n³ for each matrix",
            operations: &[("products", [1.0; 3])],
            traffic: &[],
        },
        ..KERNEL
    },
    Workload {
        name: "grid_max",
        label: "grid",
        work: "25,000,000 points",
        handout: "04-wealth",
        way: "Numba's `vectorize` with the target `parallel`",
        prepare: prepare::grid_max,
        expected: Expected::new(0.999_999_279_712_172_8, 1e-12),
        wanted: Wanted::of(Some(1.0 / 15.0), Some(1.0)),
        roofline: Roofline {
            elements: 25e6,
            element: "points",
            operations: &[
                ("products", [13.0; 3]),
                ("divisions", [1.0; 3]),
                ("operations", [33.0, 22.0, 22.0]),
            ],
            traffic: &[],
        },
        c: &[CProgram::of("grid_max")],
        ..KERNEL
    },
    Workload {
        name: "wealth",
        label: "wealth",
        work: "50,000 households × 1,000 periods",
        handout: "04-wealth",
        way: "Numba's `prange`",
        prepare: prepare::wealth_median,
        // The value is computed on a grid, without draws. The medians of runs have a standard
        // deviation of 0.007.
        expected: Expected::new(1.835_24, 0.04),
        wanted: Wanted {
            handout: Some(1.0 / 30.0),
            ..Wanted::of(Some(1.0 / 12.0), Some(1.05))
        },
        roofline: Roofline {
            elements: 50e6,
            element: "steps of a household",
            operations: &[
                ("products", [55.0; 3]),
                ("divisions", [2.0; 3]),
                ("operations", [161.0, 113.0, 99.0]),
            ],
            traffic: &[],
        },
        c: &[CProgram::of("wealth")],
        ..KERNEL
    },
    Workload {
        name: "pi",
        label: "π",
        work: "100,000,000 points",
        handout: "04-wealth",
        way: "Numba's `prange`",
        prepare: prepare::pi_points,
        // The estimates have a standard deviation of 1.64·10⁻⁴.
        expected: Expected::new(std::f64::consts::PI, 1e-3),
        wanted: Wanted::of(Some(1.0 / 20.0), Some(1.0)),
        roofline: Roofline {
            elements: 100e6,
            element: "points",
            operations: &[("operations", [18.0, 16.0, 13.0])],
            traffic: &[],
        },
        c: &[CProgram::of("pi")],
        ..KERNEL
    },
    Workload {
        name: "int_matmul",
        label: "integers",
        work: "1000 × 1000 times 1000 × 1000",
        handout: "02-lists-matrices-grids",
        way: "NumPy in processes of joblib",
        prepare: prepare::int_matmul,
        expected: Expected::new(658_021_070_307.0, 0.0),
        wanted: Wanted::of(None, Some(1.0)),
        roofline: Roofline {
            elements: 1e9 / 8.0,
            element: "8 products of two entries, one byte each",
            operations: &[
                ("short-products", [2.0, 1.0, 1.0]),
                ("operations", [4.0, 2.0, 1.0]),
            ],
            traffic: &[],
        },
        c: &[
            CProgram::variant("int_matmul", "int8", "c-int8"),
            CProgram::variant("int_matmul", "int16", "c-int16"),
            CProgram::variant("int_matmul", "int32", "c-int32"),
        ],
        ..KERNEL
    },
    Workload {
        name: "poly_grid",
        label: "cubic",
        work: "10,000 × 50 values",
        handout: "02-lists-matrices-grids",
        way: "`apply` of a pool of processes",
        prepare: prepare::poly_grid,
        expected: Expected::new(3_741_496.598_639_45, 1e-4),
        wanted: Wanted::of(Some(1.0), Some(1.2)),
        roofline: Roofline {
            elements: 500e3,
            element: "values, where cubics that differ in d alone share the rest",
            operations: &[("operations", [1.0; 3])],
            traffic: &[(4e6, "write-4MB")],
        },
        c: &[CProgram::of("poly_grid")],
        ..KERNEL
    },
    Workload {
        name: "map_double",
        label: "double",
        work: "2,000,000 integers",
        handout: "02-lists-matrices-grids",
        way: "`map` of a pool of processes",
        prepare: prepare::map_double,
        expected: Expected::new(3_999_998_000_000.0, 0.0),
        wanted: Wanted::of(Some(1.0), None),
        roofline: Roofline {
            elements: 2e6,
            element: "integers",
            operations: &[("operations", [1.0; 3])],
            traffic: &[(32e6, "copy-16MB")],
        },
        c: &[CProgram::of("map_double")],
        ..KERNEL
    },
    Workload {
        name: "silly_sums",
        label: "sums",
        work: "10,000 sums of the numbers below i",
        handout: "01-first-steps",
        way: "a Python loop in processes of joblib",
        prepare: prepare::silly_sums,
        expected: Expected::new(166_616_670_000.0, 0.0),
        roofline: Roofline {
            elements: 10e3,
            element: "sums, each by a formula that the compiler finds",
            operations: &[("operations", [1.0; 3])],
            traffic: &[],
        },
        c: &[CProgram::of("silly_sums")],
        ..KERNEL
    },
    Workload {
        name: "fill_squares",
        implementation: "speedup-new",
        label: "fill new",
        work: "5000 × 5000 doubles, new memory",
        handout: "01-first-steps",
        way: "a Python loop in processes of joblib",
        prepare: prepare::fill_new,
        expected: Expected::new(416_566_665_290_000.0, 0.0),
        wanted: Wanted::of(Some(1.0), Some(1.0)),
        // What the system has just cleared is still in the cache when it is written.
        roofline: Roofline {
            elements: 25e6,
            element: "doubles",
            operations: &[("products", [1.0; 3])],
            traffic: &[(200e6, "write-4MB"), (200e6, "new-200MB")],
        },
        c: &[CProgram::variant("fill_squares", "new", "c-new")],
        ..KERNEL
    },
    Workload {
        name: "fill_squares",
        implementation: "speedup-old",
        label: "fill old",
        work: "5000 × 5000 doubles, old memory",
        handout: "01-first-steps",
        way: "a Python loop in processes of joblib",
        prepare: prepare::fill_old,
        expected: Expected::new(416_566_665_290_000.0, 0.0),
        wanted: Wanted::of(Some(1.0), Some(1.0)),
        roofline: Roofline {
            elements: 25e6,
            element: "doubles",
            operations: &[("products", [1.0; 3])],
            traffic: &[(200e6, "write-200MB")],
        },
        c: &[CProgram::variant("fill_squares", "old", "c-old")],
        ..KERNEL
    },
    Workload {
        name: "cache_read",
        label: "cache read",
        work: "100,000 doubles, kept on disk, read again",
        prepare: prepare_around::cache_read,
        expected: prepare_around::SQUARES,
        always_widest: true,
        roofline: Roofline {
            elements: 100e3,
            element: "doubles",
            ..KERNEL.roofline
        },
        c: &[CProgram::variant("plain_file", "read", "c")],
        ..KERNEL
    },
    Workload {
        name: "cache_write",
        label: "cache write",
        work: "100,000 doubles, computed and kept on disk",
        prepare: prepare_around::cache_write,
        expected: prepare_around::SQUARES,
        always_widest: true,
        roofline: Roofline {
            elements: 100e3,
            element: "doubles",
            ..KERNEL.roofline
        },
        c: &[CProgram::variant("plain_file", "write", "c")],
        ..KERNEL
    },
    Workload {
        name: "messages",
        label: "messages",
        work: "1,000 jobs of one double to processes and back",
        prepare: prepare_around::messages,
        expected: Expected::new(499_500.0, 0.0),
        always_widest: true,
        roofline: Roofline {
            elements: 1e3,
            element: "jobs",
            ..KERNEL.roofline
        },
        c: &[CProgram::variant("pipes", "messages", "c")],
        ..KERNEL
    },
    Workload {
        name: "message_bytes",
        label: "8 MB",
        work: "8 jobs of 125,000 doubles to processes and back",
        prepare: prepare_around::message_bytes,
        expected: Expected::new(499_999_500_000.0, 0.0),
        always_widest: true,
        roofline: Roofline {
            elements: 1e6,
            element: "doubles",
            ..KERNEL.roofline
        },
        c: &[CProgram::variant("pipes", "bytes", "c")],
        ..KERNEL
    },
];

/// The names of the workloads, each once.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = WORKLOADS.iter().map(|w| w.name).collect();
    names.dedup();
    names
}

/// Whether a workload takes the processor's widest level whatever the others are measured at.
pub fn always_widest(name: &str) -> bool {
    WORKLOADS.iter().any(|w| w.name == name && w.always_widest)
}

/// Makes the inputs of one of our implementations or of another in Rust; `None` if there is none of these names.
pub fn preparation(name: &str, implementation: &str) -> Option<Prepare> {
    let ours = WORKLOADS
        .iter()
        .map(|w| (w.name, w.implementation, w.prepare));
    let mut all = ours.chain(RUST);
    let found = all.find(|(workload, of, _)| (*workload, *of) == (name, implementation));
    found.map(|(_, _, prepare)| prepare)
}

/// The row of an implementation, ours or a peer's; `None` if there is none.
///
/// # Examples
///
/// ```
/// use speedup_bench::workloads::find;
///
/// assert_eq!(find("fill_squares", "numpy-old").unwrap().label, "fill old");
/// assert!(find("luck", "speedup").is_none());
/// ```
pub fn find(workload: &str, implementation: &str) -> Option<&'static Workload> {
    WORKLOADS.iter().find(|w| w.has(workload, implementation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine;
    use crate::workload::Scale;
    use speedup::Threads;
    use std::path::Path;

    #[test]
    fn every_workload_gives_the_value_that_is_expected() {
        for workload in &WORKLOADS {
            // In a build without optimisation only those that take no time.
            if ["nelder_mead", "map_double", "poly_grid", "silly_sums"].contains(&workload.name) {
                let mut run = (workload.prepare)(Threads::Sequential, Scale::FULL).unwrap();
                workload.expected.check(run().unwrap().value).unwrap();
            }
        }
    }

    #[test]
    fn every_row_is_found_by_its_own_implementations() {
        for workload in &WORKLOADS {
            let own = workload.c.iter().map(|c| c.implementation);
            for name in own.chain([workload.implementation]) {
                assert_eq!(find(workload.name, name).unwrap().label, workload.label);
            }
        }
    }

    #[test]
    fn every_limit_is_measured_and_every_measure_used() {
        let operations = WORKLOADS.iter().flat_map(|w| w.roofline.operations);
        let traffic = WORKLOADS.iter().flat_map(|w| w.roofline.traffic);
        let mut used: Vec<&str> = operations.map(|(measure, _)| *measure).collect();
        used.extend(traffic.map(|(_, measure)| measure));
        let measures = machine::MEASURES.map(|(measure, _)| measure);
        assert!(used.iter().all(|name| measures.contains(name)), "{used:?}");
        assert!(
            measures[1..].iter().all(|name| used.contains(name)),
            "{used:?}"
        );
    }

    #[test]
    fn others_in_rust_belong_to_a_workload() {
        assert!(preparation("eigenvalues", "nalgebra").is_some());
        assert!(preparation("pi", "speedup").is_some() && preparation("pi", "c").is_none());
        assert!(RUST.iter().all(|(name, of, _)| find(name, of).is_some()));
        assert!(always_widest("eigenvalues") && !always_widest("pi"));
    }

    #[test]
    fn the_names_are_those_of_the_command_line_and_of_the_peers() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let listed: Vec<&str> = include_str!("../workloads.txt").lines().collect();
        assert_eq!(names(), listed);
        let mut python: Vec<String> = kernel::files::list(&folder.join("peers/python"))
            .unwrap()
            .iter()
            .filter_map(|path| {
                Some(
                    path.file_stem()?
                        .to_str()?
                        .strip_prefix("work_")?
                        .to_owned(),
                )
            })
            .collect();
        python.sort();
        let mut names = names();
        names.sort_unstable();
        assert_eq!(names, python);
        let sources = WORKLOADS.iter().flat_map(|w| w.c).map(|c| c.source);
        for source in sources.chain([machine::NAME]) {
            let source = folder.join("peers/c").join(source).with_extension("c");
            assert!(source.is_file(), "{}", source.display());
        }
    }
}
