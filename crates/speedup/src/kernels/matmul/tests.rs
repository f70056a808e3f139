//! Tests of the product against its definition.

use super::*;
use crate::Streams;

fn random(rows: usize, columns: usize, most: i64, number: u64) -> IntMatrix {
    IntMatrix::random(rows, columns, -most, most, Streams::new(5), number).unwrap()
}

/// The definition, entry by entry.
fn by_definition(a: &IntMatrix, b: &IntMatrix) -> Vec<i128> {
    let entry = |i: usize, j: usize| {
        let terms = (0..a.columns).map(|k| i128::from(a.row(i)[k]) * i128::from(b.row(k)[j]));
        terms.sum()
    };
    let entries = (0..a.rows).flat_map(|i| (0..b.columns).map(move |j| (i, j)));
    entries.map(|(i, j)| entry(i, j)).collect()
}

#[test]
fn any_shape_and_any_number_of_threads() {
    let sizes = [
        (1, 1, 1),
        (3, 4, 5),
        (7, 100, 1),
        (1, 33, 64),
        (50, 1, 50),
        (65, 65, 65),
    ];
    for (n, m, p) in sizes {
        for most in [9, i64::from(i32::MAX), i64::MAX / 200] {
            let (a, b) = (random(n, m, most, 0), random(m, p, 9, 1));
            let serial = product(&a, &b).unwrap();
            let wide: Vec<i128> = serial.values.iter().map(|&x| x.into()).collect();
            assert_eq!(wide, by_definition(&a, &b));
            for threads in [1, 2, 3, 8].map(|t| Threads::new(t).unwrap()) {
                assert_eq!(product_parallel(&a, &b, threads).unwrap(), serial);
            }
        }
    }
}

/// All entries of A are equal, and all of B: no other entries of that size have larger sums.
#[test]
fn exact_with_every_isa_up_to_the_edge_of_each_type() {
    let edges = [
        (255, -128),
        (255, 127),
        (255, 8),
        (255, -8),
        (127, 17),
        (16, -128),
        (i16::MAX.into(), i16::MIN.into()),
        (i16::MIN.into(), 1024),
        (1 << 15, 1),
        (-1, 9),
        (-4096, 64),
        (-4097, 64),
        (1 << 23, -(1 << 24)),
        ((1 << 23) + 1, 1 << 24),
        (1 << 31, 1 << 30),
    ];
    for isa in Isa::available() {
        for inner in [1, 5, 64, 300, 5_000, 70_001] {
            for (x, y) in edges {
                let a = IntMatrix::new(2, inner, vec![x; 2 * inner]).unwrap();
                let b = IntMatrix::new(inner, 1, vec![y; inner]).unwrap();
                let one = product_at(isa, &a, &b, Threads::Sequential).map(|m| m.values);
                match i64::try_from(i128::from(x) * i128::from(y) * inner as i128) {
                    Ok(sum) => assert_eq!(one, Ok(vec![sum; 2]), "{isa}: {x} {y} {inner}"),
                    Err(_) => assert!(one.is_err(), "{isa}: {x} {y} {inner}"),
                }
            }
        }
    }
}

#[test]
fn the_definition_with_every_isa() {
    let sizes = [
        (1, 1, 1),
        (5, 4, 64),
        (7, 100, 65),
        (33, 129, 31),
        (66, 3, 200),
    ];
    // Miri takes minutes for the others.
    let few = if cfg!(miri) { 2 } else { sizes.len() };
    for &(n, m, p) in &sizes[..few] {
        for most in [9, 127, 3_000, 5_000_000, 1 << 40] {
            for (low_a, low_b) in [(0, 0), (0, -most.min(100)), (-most, -9)] {
                let draw = |rows, columns, low, most, number| {
                    IntMatrix::random(rows, columns, low, most, Streams::new(8), number)
                };
                let a = draw(n, m, low_a, most, 0).unwrap();
                let b = draw(m, p, low_b, most.min(100), 1).unwrap();
                let expected = by_definition(&a, &b);
                for isa in Isa::available() {
                    let two = Threads::new(2).unwrap();
                    let product = product_at(isa, &a, &b, two).unwrap();
                    let entries = product.values.iter().map(|&entry| i128::from(entry));
                    assert!(
                        entries.eq(expected.iter().copied()),
                        "{isa} {n} {m} {p} {most}"
                    );
                }
            }
        }
    }
}

#[test]
fn empty_matrices_have_a_product() {
    for (n, m, p) in [(0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0)] {
        let (a, b) = (random(n, m, 9, 0), random(m, p, 9, 1));
        let zeros = product_parallel(&a, &b, Threads::new(2).unwrap()).unwrap();
        assert_eq!((zeros.rows(), zeros.columns()), (n, p));
        assert_eq!(zeros.values(), vec![0; n * p]);
    }
}

#[test]
fn exact_up_to_the_edge_and_an_error_beyond() {
    let two = Threads::new(2).unwrap();
    let times = |row: &[i64], column: &[i64]| {
        let a = IntMatrix::new(1, row.len(), row.to_vec()).unwrap();
        let b = IntMatrix::new(column.len(), 1, column.to_vec()).unwrap();
        let (serial, parallel) = (product(&a, &b), product_parallel(&a, &b, two));
        assert_eq!(serial, parallel);
        serial.map(|product| product.values[0])
    };
    assert_eq!(times(&[i64::MAX], &[1]), Ok(i64::MAX));
    assert_eq!(times(&[i64::MIN], &[1]), Ok(i64::MIN));
    // Partial sums exceed 64 bits, the result does not.
    assert_eq!(
        times(&[i64::MAX, i64::MAX, -i64::MAX], &[1, 1, 1]),
        Ok(i64::MAX)
    );
    // Partial sums exceed even 128 bits: 4 · 2¹²⁶ − 4 (2¹²⁶ − 2⁶³) − 4 · 2⁶³ + 5.
    let lowest = [[i64::MIN; 12].as_slice(), &[5]].concat();
    let column = [[i64::MIN; 4], [i64::MAX; 4], [1; 4]].concat();
    assert_eq!(times(&lowest, &[column, vec![1]].concat()), Ok(5));
    assert!(times(&[i64::MAX, 1], &[1, 1]).is_err());
    assert!(times(&[i64::MIN, -1], &[1, 1]).is_err());
    assert!(times(&[i64::MIN], &[-1]).is_err());
    assert!(times(&[i64::MAX; 9], &[i64::MAX; 9]).is_err());
}

#[test]
fn the_first_entry_that_does_not_fit_is_named() {
    let mut a = vec![0; 50];
    (a[20], a[40]) = (i64::MAX, i64::MAX);
    let a = IntMatrix::new(50, 1, a).unwrap();
    let b = IntMatrix::new(1, 3, vec![0, 1, 2]).unwrap();
    let expected = "matrix product: the entry in row 20, column 2 does not fit in 64 bits";
    assert_eq!(product(&a, &b).unwrap_err().to_string(), expected);
    let parallel = product_parallel(&a, &b, Threads::new(3).unwrap());
    assert_eq!(parallel.unwrap_err().to_string(), expected);
}

#[test]
fn the_product_of_the_blocks_is_the_product() {
    let (a, b) = (random(10, 6, 9, 0), random(6, 4, 9, 1));
    for blocks in [1, 3, 4, 12] {
        let parts: Vec<IntMatrix> = row_blocks(10, blocks)
            .unwrap()
            .into_iter()
            .map(|rows| product(&a.block(rows).unwrap(), &b).unwrap())
            .collect();
        assert_eq!(IntMatrix::stack(&parts).unwrap(), product(&a, &b).unwrap());
    }
}

#[test]
fn bad_shapes_are_named() {
    let (a, b) = (random(2, 3, 9, 0), random(4, 5, 9, 1));
    let message = product(&a, &b).unwrap_err().to_string();
    assert!(message.contains("2 × 3 times 4 × 5"), "{message}");
}
