//! The worker program: reads jobs from its standard input, writes results to its standard output.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--version") {
        println!("{}", speedup_process::protocol::version());
        return ExitCode::SUCCESS;
    }
    match speedup_process::serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("speedup-worker: {error}");
            ExitCode::FAILURE
        }
    }
}
