//! Prints random matrices and their eigenvalues as JSON, one matrix a line.
//!
//! A test in `tests/` lets NumPy, which calls LAPACK, compute the same eigenvalues from
//! the same entries. Numbers are printed with all their digits.
//!
//! ```text
//! cargo run -p speedup-linalg --example eigenvalues
//! ```

use speedup::{Error, Streams};
use speedup_linalg::{eigenvalues, random_matrix};

/// The last one is of the sizes for which `eigenvalues` has settings of its own.
const SIZES: [usize; 4] = [3, 10, 100, 600];
const MATRICES_OF_A_SIZE: u64 = 4;

fn main() -> Result<(), Error> {
    let streams = Streams::new(13);
    for size in SIZES {
        for number in 0..MATRICES_OF_A_SIZE {
            let matrix = random_matrix(size, streams, number)?;
            let row = |i| (0..size).map(|j| matrix[(i, j)]).collect();
            let rows: Vec<Vec<f64>> = (0..size).map(row).collect();
            let values = eigenvalues(&matrix)?;
            let re: Vec<f64> = values.iter().map(|z| z.re).collect();
            let im: Vec<f64> = values.iter().map(|z| z.im).collect();
            println!(r#"{{"rows": {rows:?}, "re": {re:?}, "im": {im:?}}}"#);
        }
    }
    Ok(())
}
