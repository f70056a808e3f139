//! Setting up the programs that take turns: ours, those in C, and those in Python.

use super::builds::Build;
use super::turns::{Entry, Expected};
use crate::files;
use crate::setup::python_env;
use crate::tools::child::{self, Show};
use crate::tools::jupyter_env;
use crate::tools::paths::Paths;
use crate::tools::step::Outcome;
use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The C programs: workload, source, and the variants of each, `""` for the only one.
const C: [(&str, &str, &[&str]); 9] = [
    ("nelder_mead", "nelder_mead", &[""]),
    ("nelder_mead", "nelder_mead_scalar", &["scalar"]),
    ("grid_max", "grid_max", &[""]),
    ("wealth", "wealth", &[""]),
    ("pi", "pi", &[""]),
    ("int_matmul", "int_matmul", &["int8", "int16", "int32"]),
    ("poly_grid", "poly_grid", &[""]),
    ("map_double", "map_double", &[""]),
    ("fill_squares", "fill_squares", &["new", "old"]),
];

/// As fast as gcc makes it on this machine.
const FLAGS: [&str; 4] = ["-O3", "-march=native", "-ffast-math", "-fopenmp"];

/// Our runner, and the measures of the machine by its release build.
pub fn ours(builds: &[(Build, PathBuf)]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (build, program) in builds {
        for listed in list(Command::new(program).arg("list"))? {
            let (workload, implementation) = (listed.workload, listed.implementation);
            let machine = workload == "machine";
            if machine && build.name != "release" {
                continue;
            }
            let build = if machine { "machine" } else { build.name };
            let arguments = [workload.clone(), implementation.clone()];
            let program = program.clone();
            entries.push(Entry {
                workload,
                implementation,
                build: build.to_owned(),
                expected: listed.expected,
                command: Box::new(move |threads| {
                    let mut command = Command::new(&program);
                    command.args(&arguments).arg(threads.to_string());
                    command
                }),
            });
        }
    }
    Ok(entries)
}

/// Compiles the C programs, and tells in which folder they are.
pub fn c(paths: &Paths, folder: &Path) -> Result<PathBuf> {
    let out = folder.join("c");
    files::make_folder(&out)?;
    let compiler = env::var_os("CC").unwrap_or_else(|| "gcc".into());
    for (_, name, _) in C {
        let source = sources(paths).join("c").join(format!("{name}.c"));
        let mut command = Command::new(&compiler);
        command.args(FLAGS).arg(&source).arg("-o");
        command.arg(out.join(name)).arg("-lm");
        child::run(&mut command, &paths.log("c"), Show::Nothing)
            .with_context(|| format!("cannot compile {name}.c (gcc with OpenMP is needed)"))?;
    }
    Ok(out)
}

/// The C programs that were compiled into `folder`.
pub fn of_c(folder: &Path) -> Vec<Entry> {
    let variants = C.iter().flat_map(|(workload, source, variants)| {
        let program = folder.join(source);
        let each = variants.iter();
        each.map(move |variant| (program.clone(), *workload, *variant))
    });
    variants
        .map(|(program, workload, variant)| Entry {
            workload: workload.to_owned(),
            implementation: match variant {
                "" => "c".to_owned(),
                variant => format!("c-{variant}"),
            },
            build: "c".to_owned(),
            expected: None,
            command: Box::new(move |threads| {
                let mut command = Command::new(&program);
                command.args([&threads.to_string(), variant]);
                command
            }),
        })
        .collect()
}

/// Makes the Python environment of the peers, unless it is there.
pub fn python(paths: &Paths, folder: &Path) -> Result<Outcome<PathBuf>> {
    let venv = folder.join("venv");
    let python = venv.join("bin/python");
    let requirements = sources(paths).join("requirements.txt");
    let wanted = fs::read(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let stamp = venv.join("xtask-stamp");
    if fs::read(&stamp).is_ok_and(|old| old == wanted) {
        return Ok(Outcome::UpToDate(python));
    }
    files::remove(&venv)?;
    let mut make = Command::new(python_env::base_python()?);
    make.args(["-m", "venv"]).arg(&venv);
    child::run(&mut make, &paths.log("bench-venv"), Show::Nothing)?;
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--no-input"])
        .args(["--disable-pip-version-check", "--requirement"])
        .arg(&requirements);
    child::run(&mut install, &paths.log("bench-pip"), Show::Nothing)
        .context("cannot install the packages of the peers")?;
    files::write(&stamp, &wanted)?;
    Ok(Outcome::Done(python))
}

/// All that the Python program offers.
pub fn of_python(paths: &Paths, python: &Path) -> Result<Vec<Entry>> {
    let folder = sources(paths).join("python");
    let command = {
        let (python, root) = (python.to_owned(), paths.root.clone());
        move || {
            let mut command = Command::new(&python);
            jupyter_env::without_cargo(&mut command, &Paths::of(&root));
            command
                .arg(folder.join("peer.py"))
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .env("PYTHONWARNINGS", "ignore")
                .env_remove("PYTHONPATH")
                .env_remove("PYTHONHOME");
            command
        }
    };
    let entry = |listed: Listed| {
        let (workload, implementation) = (listed.workload, listed.implementation);
        let (command, arguments) = (command.clone(), [workload.clone(), implementation.clone()]);
        Entry {
            workload,
            implementation,
            build: "python".to_owned(),
            expected: None,
            command: Box::new(move |threads| {
                let mut command = command();
                command.args(&arguments).arg(threads.to_string());
                command
            }),
        }
    };
    Ok(list(&mut command())?.into_iter().map(entry).collect())
}

/// One line of what a program prints of itself.
struct Listed {
    workload: String,
    implementation: String,
    expected: Option<Expected>,
}

/// The lines `WORKLOAD IMPLEMENTATION [VALUE TOLERANCE]` that a program prints.
fn list(command: &mut Command) -> Result<Vec<Listed>> {
    let text = child::output(command)?;
    text.lines()
        .map(|line| listed(line).with_context(|| format!("unexpected line `{line}` of a list")))
        .collect()
}

fn listed(line: &str) -> Option<Listed> {
    let fields: Vec<&str> = line.split(' ').collect();
    let (workload, implementation, expected) = match fields[..] {
        [workload, implementation] => (workload, implementation, None),
        [workload, implementation, value, tolerance] => {
            let (value, tolerance) = (value.parse().ok()?, tolerance.parse().ok()?);
            (
                workload,
                implementation,
                Some(Expected { value, tolerance }),
            )
        }
        _ => return None,
    };
    Some(Listed {
        workload: workload.to_owned(),
        implementation: implementation.to_owned(),
        expected,
    })
}

/// Peers must give what our own implementation of the same workload must give.
pub fn expect_the_same(entries: &mut [Entry]) {
    let known: Vec<(String, Expected)> = entries
        .iter()
        .filter_map(|entry| Some((entry.workload.clone(), entry.expected?)))
        .collect();
    for entry in entries.iter_mut().filter(|entry| entry.expected.is_none()) {
        let same = known
            .iter()
            .find(|(workload, _)| *workload == entry.workload);
        entry.expected = same.map(|(_, expected)| *expected);
    }
}

fn sources(paths: &Paths) -> PathBuf {
    paths.root.join("crates/speedup-bench/peers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::WORKLOADS;

    #[test]
    fn every_c_program_has_its_source_and_is_of_a_workload() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for (workload, name, _) in C {
            assert!(WORKLOADS.contains(&workload));
            assert!(
                sources(&Paths::of(&root))
                    .join("c")
                    .join(format!("{name}.c"))
                    .is_file()
            );
        }
    }

    #[test]
    fn variants_are_part_of_the_name() {
        let entries = of_c(Path::new("/x"));
        let names: Vec<&str> = entries.iter().map(|e| e.implementation.as_str()).collect();
        assert!(names.contains(&"c") && names.contains(&"c-old"));
        let last = (entries[entries.len() - 1].command)(3);
        assert_eq!(format!("{last:?}"), r#""/x/fill_squares" "3" "old""#);
    }

    #[test]
    fn peers_must_give_what_ours_must_give() {
        let ours = listed("pi speedup 3.14 0.5").unwrap();
        assert!(listed("pi").is_none() && listed("pi speedup x 1").is_none());
        let mut entries = of_c(Path::new("/x"));
        let place = entries.iter().position(|e| e.workload == "pi").unwrap();
        entries[place].expected = ours.expected;
        let python = listed("pi numba").unwrap();
        entries.push(Entry {
            workload: python.workload,
            implementation: python.implementation,
            build: "python".to_owned(),
            expected: python.expected,
            command: Box::new(|_| Command::new("true")),
        });
        expect_the_same(&mut entries);
        assert_eq!(entries[entries.len() - 1].expected, ours.expected);
        assert_eq!(entries[0].expected, None);
    }

    #[test]
    fn every_requirement_is_pinned() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = sources(&Paths::of(&root)).join("requirements.txt");
        let text = fs::read_to_string(file).unwrap();
        assert!(text.lines().all(|line| line.contains("==")), "{text}");
    }
}
