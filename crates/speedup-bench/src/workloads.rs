//! The list of workloads, at the sizes of the handouts.
//!
//! `workloads.txt` has the names for `cargo xtask bench --help`, which must not build the kernels;
//! a test compares the two.

use crate::prepare;
use crate::roofline::Roofline;
use crate::workload::{CProgram, Expected, Wanted, Workload};

const NONE: Wanted = Wanted {
    python: None,
    handout: None,
    c: None,
};

/// All workloads, in the order in which they are shown.
///
/// Vector instructions were counted in the kernels' loops, compiled for AVX-512 (8 doubles each).
/// Zen 4 begins one product per cycle, alone or fused with an addition, and two other operations.
pub static WORKLOADS: [Workload; 10] = [
    Workload {
        name: "nelder_mead",
        implementation: "speedup",
        label: "optimizer",
        work: "1000 problems of 3 variables",
        quick: None,
        prepare: prepare::nelder_mead_batch,
        // SciPy 1.17's result. Solvers that stop by another rule end elsewhere.
        expected: Expected::new(1475.97214, 0.01),
        wanted: Wanted {
            python: Some(0.25),
            c: Some(1.5),
            ..NONE
        },
        roofline: Roofline::arithmetic(
            126_350.0,
            109.0 / 2.0 / 8.0,
            "iterations, 109 operations for 8 of them",
        ),
        c: &[
            CProgram::of("nelder_mead"),
            CProgram::variant("nelder_mead_scalar", "scalar", "c-scalar"),
        ],
    },
    Workload {
        name: "eigenvalues",
        implementation: "speedup",
        label: "eigenvalues",
        work: "20 matrices 1000 × 1000",
        quick: Some("4 matrices 300 × 300"),
        prepare: prepare::eigenvalues,
        // LAPACK's result for the inputs of this crate.
        expected: Expected::new(421_600.592_882_5, 1e-3),
        wanted: Wanted {
            python: Some(0.9),
            ..NONE
        },
        // 10 n³ operations (Golub and Van Loan, "Matrix Computations", 7.5.6). A processor with
        // AVX-512 does 16 per cycle.
        roofline: Roofline::arithmetic(
            20.0 * 10e9,
            1.0 / 16.0,
            "floating-point operations, 10 n³ for each matrix",
        ),
        c: &[],
    },
    Workload {
        name: "grid_max",
        implementation: "speedup",
        label: "grid",
        work: "25,000,000 points",
        quick: None,
        prepare: prepare::grid_max,
        expected: Expected::new(0.999_999_279_712_172_8, 1e-12),
        wanted: Wanted {
            python: Some(1.0 / 15.0),
            c: Some(1.0),
            ..NONE
        },
        roofline: Roofline::arithmetic(25e6, 13.0 / 8.0, "points, 13 products for 8 of them"),
        c: &[CProgram::of("grid_max")],
    },
    Workload {
        name: "wealth",
        implementation: "speedup",
        label: "wealth",
        work: "50,000 households × 1,000 periods",
        quick: None,
        prepare: prepare::wealth_median,
        // The value is computed on a grid, without draws. The medians of runs have a standard
        // deviation of 0.007.
        expected: Expected::new(1.835_24, 0.04),
        wanted: Wanted {
            python: Some(1.0 / 12.0),
            handout: Some(1.0 / 30.0),
            c: Some(1.0),
        },
        roofline: Roofline::arithmetic(
            50e6,
            55.0 / 8.0,
            "steps of a household, 55 products for 8 of them",
        ),
        c: &[CProgram::of("wealth")],
    },
    Workload {
        name: "pi",
        implementation: "speedup",
        label: "π",
        work: "100,000,000 points",
        quick: None,
        prepare: prepare::pi_points,
        // The estimates have a standard deviation of 1.64·10⁻⁴.
        expected: Expected::new(std::f64::consts::PI, 1e-3),
        wanted: Wanted {
            python: Some(1.0 / 20.0),
            c: Some(1.0),
            ..NONE
        },
        roofline: Roofline::arithmetic(
            100e6,
            20.0 / 2.0 / 8.0,
            "points, 20 operations for 8 of them",
        ),
        c: &[CProgram::of("pi")],
    },
    Workload {
        name: "int_matmul",
        implementation: "speedup",
        label: "integers",
        work: "1000 × 1000 times 1000 × 1000",
        quick: None,
        prepare: prepare::int_matmul,
        expected: Expected::new(658_021_070_307.0, 0.0),
        wanted: Wanted {
            c: Some(1.0),
            ..NONE
        },
        roofline: Roofline::arithmetic(
            1e9,
            1.0 / 64.0,
            "products of two entries, 64 bytes in one instruction",
        ),
        c: &[
            CProgram::variant("int_matmul", "int8", "c-int8"),
            CProgram::variant("int_matmul", "int16", "c-int16"),
            CProgram::variant("int_matmul", "int32", "c-int32"),
        ],
    },
    Workload {
        name: "poly_grid",
        implementation: "speedup",
        label: "cubic",
        work: "10,000 × 50 values",
        quick: None,
        prepare: prepare::poly_grid,
        expected: Expected::new(3_741_496.598_639_45, 1e-4),
        wanted: Wanted {
            python: Some(1.0),
            ..NONE
        },
        roofline: Roofline::memory(4e6, "fill-4MB", "4 MB written, in the cache"),
        c: &[CProgram::of("poly_grid")],
    },
    Workload {
        name: "map_double",
        implementation: "speedup",
        label: "double",
        work: "2,000,000 integers",
        quick: None,
        prepare: prepare::map_double,
        expected: Expected::new(3_999_998_000_000.0, 0.0),
        wanted: Wanted {
            python: Some(1.0),
            ..NONE
        },
        roofline: Roofline::memory(
            32e6,
            "copy-32MB",
            "16 MB read and 16 MB written, in the last cache if it is that large",
        ),
        c: &[CProgram::of("map_double")],
    },
    Workload {
        name: "fill_squares",
        implementation: "speedup-new",
        label: "fill new",
        work: "5000 × 5000 doubles, new memory",
        quick: None,
        prepare: prepare::fill_new,
        expected: Expected::new(416_566_665_290_000.0, 0.0),
        wanted: Wanted {
            python: Some(1.0),
            c: Some(1.0),
            ..NONE
        },
        roofline: Roofline::memory(
            400e6,
            "fill-200MB",
            "200 MB cleared by the system, then written",
        ),
        c: &[CProgram::variant("fill_squares", "new", "c-new")],
    },
    Workload {
        name: "fill_squares",
        implementation: "speedup-old",
        label: "fill old",
        work: "5000 × 5000 doubles, old memory",
        quick: None,
        prepare: prepare::fill_old,
        expected: Expected::new(416_566_665_290_000.0, 0.0),
        wanted: Wanted {
            python: Some(1.0),
            c: Some(1.0),
            ..NONE
        },
        roofline: Roofline::memory(200e6, "fill-200MB", "200 MB written"),
        c: &[CProgram::variant("fill_squares", "old", "c-old")],
    },
];

/// The names of the workloads, each once.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = WORKLOADS.iter().map(|w| w.name).collect();
    names.dedup();
    names
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
            if ["nelder_mead", "map_double", "poly_grid"].contains(&workload.name) {
                let mut run = (workload.prepare)(Threads::Sequential, Scale::Quick).unwrap();
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
    fn every_bandwidth_is_measured() {
        for workload in &WORKLOADS {
            if let Roofline::Memory { measure, .. } = workload.roofline {
                assert!(machine::MEASURES.iter().any(|(name, _)| *name == measure));
            }
        }
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
        for c in WORKLOADS.iter().flat_map(|w| w.c) {
            let source = folder.join("peers/c").join(c.source).with_extension("c");
            assert!(source.is_file(), "{}", source.display());
        }
    }
}
