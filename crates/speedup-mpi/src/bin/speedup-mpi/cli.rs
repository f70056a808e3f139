//! The command line, and what rank 0 says.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use speedup::Threads;
use speedup::kernels::wealth::Population;
use speedup_mpi::Error;
use speedup_mpi::checksum::checksum;
use speedup_mpi::cluster::agree::{agree, is_same};
use speedup_mpi::cluster::node::Cores;
use speedup_mpi::job::{CheckpointOptions, Job};
use speedup_mpi::kernels::{GridMax, Kernel, Pi, PolyGrid, Wealth};
use speedup_mpi::mpi::topology::SimpleCommunicator;
use speedup_mpi::mpi::traits::*;
use speedup_mpi::network;

use crate::report;

/// The kernels of the handouts over the ranks of an MPI job, with threads in each rank
///
/// Start it by mpirun or srun: mpirun -n 4 speedup-mpi wealth --households 1000000 --threads 2
#[derive(Parser)]
// mpirun gives a rank a terminal of its own, even if the output goes to a file.
#[command(name = "speedup-mpi", version, color = clap::ColorChoice::Never)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The median wealth of households in the long run, exact
    Wealth {
        #[arg(long, default_value_t = 50_000)]
        households: usize,
        #[arg(long, default_value_t = 1_000)]
        periods: usize,
        /// Initial wealth
        #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
        w0: f64,
        #[arg(long, default_value_t = 42)]
        seed: u64,
        #[command(flatten)]
        options: Options,
    },
    /// π from random points
    Pi {
        #[arg(long, default_value_t = 1_000_000_000)]
        points: u64,
        #[arg(long, default_value_t = 42)]
        seed: u64,
        #[command(flatten)]
        options: Options,
    },
    /// The maximum of cos(x² + y²) / (1 + x² + y²) over a square grid
    GridMax {
        #[arg(long, default_value_t = 5_000)]
        points_per_side: usize,
        #[arg(long, default_value_t = -3.0, allow_negative_numbers = true)]
        low: f64,
        #[arg(long, default_value_t = 3.0, allow_negative_numbers = true)]
        high: f64,
        #[command(flatten)]
        options: Options,
    },
    /// The mean of the cubics over a grid of coefficients, at points from -2 to 2
    PolyGrid {
        /// Coefficients from 0 to 1 on each of the four axes
        #[arg(long, default_value_t = 10)]
        axis: usize,
        #[arg(long, default_value_t = 50)]
        points: usize,
        #[command(flatten)]
        options: Options,
    },
    /// Measure latency and bandwidth between ranks 0 and 1, and the time of all-reduces
    Network {
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Options {
    /// Threads of each rank [default: the cores that it may use, divided by the ranks that share them]
    #[arg(long)]
    threads: Option<usize>,
    /// Keep what is done in this file and FILE.records, and go on from there
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Seconds between two checkpoints
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30.0,
        requires = "checkpoint",
        allow_negative_numbers = true
    )]
    every: f64,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// The exit status of a job that did not begin.
const REFUSED: u8 = 2;

/// Reads the command line and does what it says. A collective: every rank returns the same status.
pub fn run(world: &SimpleCommunicator) -> ExitCode {
    let is_first = world.rank() == 0;
    let arguments: Vec<u8> = std::env::args_os()
        .skip(1)
        .flat_map(|argument| [argument.as_encoded_bytes(), b"\0"].concat())
        .collect();
    if !is_same(world, checksum(&arguments)) {
        return say(
            is_first,
            REFUSED,
            "the ranks were started with different arguments",
        );
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(problem) => {
            if is_first {
                let _ = problem.print();
            }
            return ExitCode::from(problem.exit_code() as u8);
        }
    };
    let done = match cli.command {
        Command::Wealth {
            households,
            periods,
            w0,
            seed,
            options,
        } => {
            let people = Population {
                households,
                periods,
                w0,
            };
            job(world, Wealth::new(people, seed), &options)
        }
        Command::Pi {
            points,
            seed,
            options,
        } => job(world, Pi::new(points, seed), &options),
        Command::GridMax {
            points_per_side,
            low,
            high,
            options,
        } => job(world, GridMax::new(low, high, points_per_side), &options),
        Command::PolyGrid {
            axis,
            points,
            options,
        } => job(world, PolyGrid::new(axis, points), &options),
        Command::Network { json } => network::measure(world)
            .map(|network| print(is_first, &report::network(&network, json)))
            .map_err(|error| (REFUSED, error.into())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err((status, error)) => say(is_first, status, &error.to_string()),
    }
}

fn job<K: Kernel>(
    world: &SimpleCommunicator,
    kernel: Result<K, speedup::Error>,
    options: &Options,
) -> Result<(), (u8, Error)> {
    let is_first = world.rank() == 0;
    let refused = |error| (REFUSED, error);
    let node = world.split_shared(0);
    let cores = Cores::of_rank(&node);
    let checked = || -> Result<_, speedup::Error> {
        let kernel = kernel?;
        let threads = Threads::new(options.threads.unwrap_or_else(|| cores.threads()))?;
        let file = options.checkpoint.clone();
        let checkpoint = file.map(|file| CheckpointOptions::new(file, options.every));
        Ok((kernel, threads, checkpoint.transpose()?))
    };
    let checked = agree(world, checked().map_err(Error::Kernel));
    let (kernel, threads, checkpoint) = checked.map_err(refused)?;
    if let Some(warning) = cores.warning(threads.count()).filter(|_| is_first) {
        eprintln!("speedup-mpi: {warning}");
    }
    let job = Job::prepare(world, &kernel, threads, checkpoint.as_ref()).map_err(refused)?;
    let (outcome, files) = job.work().map_err(|error| (1, error))?;
    if is_first {
        print(
            true,
            &report::job(kernel.name(), threads, &outcome, options.json),
        );
    }
    // The checkpoint goes only when the result is out.
    if let Some(Err(error)) = files.map(|files| files.remove()) {
        eprintln!("speedup-mpi: it was not removed: {error}");
    }
    Ok(())
}

/// One message from rank 0, and the exit status of all ranks.
fn say(is_first: bool, status: u8, message: &str) -> ExitCode {
    if is_first {
        eprintln!("speedup-mpi: {message}");
    }
    ExitCode::from(status)
}

fn print(is_first: bool, text: &str) {
    if is_first {
        // A reader that has gone is no reason to fail.
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
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
}
