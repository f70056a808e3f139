//! The commands and their options.

use super::bench::{self, BenchArgs};
use super::{lab, long_tests, test_suite};
use crate::handouts::edition::Edition;
use crate::handouts::{self, Request, Run, chromium};
use crate::tools::paths::Paths;
use crate::tools::step::Steps;
use crate::tools::{interrupts, notebook};
use crate::{setup, tidy};
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Sets up, executes, renders and tests the Rust notebooks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Execute the notebooks in fresh kernels and render them as HTML pages
    Handouts(HandoutsArgs),
    /// Run every check: format, lints, Rust tests, notebooks, Python tests
    Test(TestArgs),
    /// Open the notebooks in JupyterLab
    Lab {
        /// Options for `jupyter lab`, after `--`
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Put notebooks in canonical form, format their Rust, lint it
    Tidy {
        /// Notebooks to tidy [default: all of notebooks/]
        notebooks: Vec<PathBuf>,
        /// Change no file; fail when one would change or has outputs of another run
        #[arg(long)]
        check: bool,
    },
    /// Measure the kernels; write target/bench/results.jsonl
    Bench(BenchArgs),
    /// Only set up: Python environment, kernel, crates built ahead
    Setup {
        /// Redo every step, also the kernel's build in the user's cache (5 minutes)
        #[arg(long)]
        force: bool,
    },
}

#[derive(Args)]
struct HandoutsArgs {
    /// Notebooks to execute [default: all of notebooks/]
    ///
    /// When some are named, the other handouts in the output folder are kept.
    notebooks: Vec<PathBuf>,
    /// Where the results go [default: target/handouts]
    ///
    /// Each notebook and its page are put there as soon as they are ready; one that fails leaves
    /// its earlier page. Only files that this command wrote are replaced or deleted: others stay,
    /// and when one of its files was changed it says so and does not begin.
    #[arg(long, value_name = "DIR", default_value = None)]
    out: Option<PathBuf>,
    /// Also write the executed notebooks, with their outputs, back to their files
    ///
    /// A cell whose output contradicts the text (.github/EDITING.md) is run again, up to 6 times. A
    /// file whose outputs still contradict it, or that was edited meanwhile, stays as it is, and the
    /// command fails.
    #[arg(long, conflicts_with = "edition")]
    in_place: bool,
    /// A folder that runs on its own, in target/student, target/lecturer or target/spine
    #[arg(long, value_enum)]
    edition: Option<Edition>,
    /// Also print each page as a PDF file, with Chromium
    #[arg(long)]
    pdf: bool,
    /// Print the blocks of Going further too
    #[arg(long, requires = "pdf")]
    further: bool,
    /// Longest time for one cell
    #[arg(long, value_name = "SECONDS", default_value_t = handouts::CELL_TIMEOUT, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,
    /// Redo every set-up step first, also the kernel's build in the user's cache
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
struct TestArgs {
    /// Redo every set-up step first, also the kernel's build in the user's cache
    #[arg(long, conflicts_with = "long")]
    force: bool,
    /// Run long tests in place of the checks: the named ones of tests/long.toml, or all, which takes hours
    #[arg(long, value_name = "NAME", num_args = 0.., conflicts_with = "pytest_args")]
    long: Option<Vec<String>>,
    /// Options for pytest, after `--`
    #[arg(last = true)]
    pytest_args: Vec<String>,
}

/// Reads the command line and does what it says.
pub fn run() -> Result<()> {
    let command = Cli::parse().command;
    let paths = Paths::find()?;
    // JupyterLab and the benchmark answer interrupts themselves.
    if !matches!(command, Command::Lab { .. } | Command::Bench(_)) {
        interrupts::watch()?;
    }
    match command {
        Command::Handouts(args) => {
            let printer = args.pdf.then(|| chromium::find(&paths)).transpose()?;
            let printing = usize::from(args.pdf);
            let mut steps = Steps::new(setup::STEPS + handouts::STEPS + printing);
            let request = Request {
                notebooks: args.notebooks,
                out: args.out.unwrap_or_else(|| {
                    let name = args.edition.map_or("handouts", Edition::name);
                    paths.target.join(name)
                }),
                in_place: args.in_place,
                edition: args.edition,
                timeout: args.timeout,
                printer,
                further: args.further,
            };
            let notebooks = notebook::find(&request.notebooks, &paths)?;
            let run = Run::begin(&paths, &request, &notebooks)?;
            let needs = handouts::needs(args.pdf);
            let python = setup::run(&paths, &mut steps, args.force, &needs)?;
            run.finish(&mut steps, &python)
        }
        Command::Test(args) => match &args.long {
            Some(names) => long_tests::run(&paths, names),
            None => test_suite::run(&paths, args.force, &args.pytest_args),
        },
        Command::Lab { args } => lab::run(&paths, &args),
        Command::Tidy { notebooks, check } => {
            let mut steps = Steps::new(1 + tidy::STEPS);
            let notebooks = notebook::find(&notebooks, &paths)?;
            let python = setup::python(&paths, &mut steps, &tidy::NEEDS)?;
            tidy::run(&paths, &mut steps, &python, &notebooks, check)
        }
        Command::Bench(args) => bench::run(&paths, &args),
        Command::Setup { force } => {
            let mut steps = Steps::new(setup::STEPS);
            setup::run(&paths, &mut steps, force, &handouts::needs(false)).map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn going_further_is_printed_only_where_there_is_a_print() {
        let parse = |args: &[&str]| Cli::try_parse_from(["xtask", "handouts"].iter().chain(args));
        assert!(parse(&["--edition", "spine", "--pdf", "--further"]).is_ok());
        assert!(parse(&["--further"]).is_err());
    }

    #[test]
    fn only_known_workloads_are_measured() {
        assert!(Cli::try_parse_from(["xtask", "bench", "--only", "pi", "--quick"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "bench", "--only", "luck"]).is_err());
        let two = ["xtask", "bench", "--level", "avx2", "--level", "baseline"];
        assert!(Cli::try_parse_from(two).is_ok());
    }

    #[test]
    fn long_forms_are_named_or_all() {
        let long = |args: &[&str]| {
            let args = ["xtask", "test", "--long"].iter().chain(args);
            match Cli::try_parse_from(args).map(|cli| cli.command) {
                Ok(Command::Test(args)) => args.long,
                _ => None,
            }
        };
        assert_eq!(long(&[]), Some(vec![]));
        assert_eq!(
            long(&["a", "b"]),
            Some(vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(long(&["--", "-k", "name"]), None);
    }

    #[test]
    fn pytest_options_follow_two_dashes() {
        let cli = Cli::parse_from(["xtask", "test", "--force", "--", "-k", "name"]);
        let Command::Test(args) = cli.command else {
            panic!("not the test command")
        };
        assert!(args.force);
        assert_eq!(args.pytest_args, ["-k", "name"]);
    }
}
