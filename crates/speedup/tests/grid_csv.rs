//! Tests: a parameter grid that is written to CSV and read back has the same bits; other texts are refused.

#[cfg(test)]
mod support;

fn csv_text(rows: &[[f64; 4]]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["a", "b", "c", "d"]).unwrap();
    rows.iter().for_each(|row| writer.serialize(row).unwrap());
    writer.into_inner().unwrap()
}

fn read(text: &[u8]) -> Result<Vec<[f64; 4]>, csv::Error> {
    csv::Reader::from_reader(text).deserialize().collect()
}

/// A number's bits; those of NaN are not kept by a text.
fn bits(rows: &[[f64; 4]]) -> Vec<u64> {
    let bits = |x: &f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
    rows.iter().flatten().map(bits).collect()
}

/// A target of fuzzing, see `tests/fuzz`: a text is refused, or its rows come back when they are written again.
pub fn rows(text: &[u8]) {
    match read(text) {
        Ok(rows) => {
            let again = read(&csv_text(&rows)).unwrap();
            assert_eq!(bits(&again), bits(&rows));
            assert!(rows.len() <= text.len());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Right texts to begin with.
pub fn texts() -> Vec<Vec<u8>> {
    let quoted = "a,b,c,d\r\n\"1\",-0,1e-320,inf\r\n\r\n0.1,2,3,NaN";
    let awkward = [[f64::MIN_POSITIVE, 5e-324, f64::MAX, -0.1 - 0.2]];
    vec![csv_text(&awkward), quoted.as_bytes().to_vec()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use speedup::kernels::grid::linspace;
    use speedup::kernels::polynomial::parameter_grid;

    #[test]
    fn every_number_comes_back_in_every_bit() {
        let grid = parameter_grid(&linspace(0.0, 1.0, 10).unwrap()).unwrap();
        assert_eq!(bits(&read(&csv_text(&grid)).unwrap()), bits(&grid));
    }

    #[test]
    fn texts_near_right_ones() {
        support::survives(2_000, texts(), rows);
    }

    #[test]
    fn a_line_that_is_no_row_is_named() {
        for (line, word) in [
            ("1,2,3", "3 fields"),
            ("1,2,x,4", "invalid float"),
            ("1,2,,4", "float"),
        ] {
            let error = read(format!("a,b,c,d\n0,0,0,0\n{line}\n").as_bytes()).unwrap_err();
            let message = error.to_string();
            assert!(
                message.contains("line: 3") || message.contains("line 3"),
                "{message}"
            );
            assert!(message.contains(word), "{message}");
        }
    }
}
