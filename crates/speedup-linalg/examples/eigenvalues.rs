//! Prints random matrices and their eigenvalues as JSON, one matrix per line, with all digits.
//!
//! The test `tests/test_eigenvalues.py` computes the eigenvalues of the same matrices with NumPy, which calls LAPACK.
//!
//! ```text
//! cargo run -p speedup-linalg --example eigenvalues
//! ```

use speedup::Error;
use speedup::Streams;
use speedup_linalg::{eigenvalues, random_matrix};

/// For the last size, `eigenvalues` does not use faer's default parameters.
const SIZES: [usize; 4] = [3, 10, 100, 600];
const MATRICES_PER_SIZE: u64 = 4;

fn main() -> Result<(), Error> {
    let streams = Streams::new(13);
    for size in SIZES {
        for number in 0..MATRICES_PER_SIZE {
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
