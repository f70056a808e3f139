//! The normals of random matrices against the exact distribution. See the same test of the crate `speedup`.

#[path = "../../speedup/tests/support/draws.rs"]
mod draws;

use draws::{Normals, count};
use speedup::Streams;
use speedup_linalg::random_matrix;

#[test]
fn normals_of_random_matrices() {
    const SIZE: usize = 20;
    let lags = [
        (1, "neighbours in a column"),
        (SIZE, "neighbours in a row"),
        (SIZE * SIZE, "neighbouring matrices"),
    ];
    let (mut normals, streams) = (Normals::new(&lags), Streams::new(36));
    for number in (0..).step_by(100) {
        if normals.draws() >= count(1 << 20) {
            break;
        }
        let matrices = (number..number + 100).map(|k| random_matrix(SIZE, streams, k).unwrap());
        let place = |k: usize| (k % SIZE, k / SIZE);
        let columns = matrices.flat_map(|m| (0..SIZE * SIZE).map(move |k| m[place(k)]));
        normals.add(&columns.collect::<Vec<_>>());
    }
    let found = normals.check().unwrap();
    println!("normals of matrices: {}", found.join("; "));
}
