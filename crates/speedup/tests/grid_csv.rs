//! Test: a parameter grid that is written to CSV and read back has the same bits.

use speedup::kernels::grid::linspace;
use speedup::kernels::polynomial::parameter_grid;

fn csv_text(rows: &[[f64; 4]]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["a", "b", "c", "d"]).unwrap();
    rows.iter().for_each(|row| writer.serialize(row).unwrap());
    writer.into_inner().unwrap()
}

fn read(text: &[u8]) -> Result<Vec<[f64; 4]>, csv::Error> {
    csv::Reader::from_reader(text).deserialize().collect()
}

#[test]
fn every_number_comes_back_in_every_bit() {
    let grid = parameter_grid(&linspace(0.0, 1.0, 10).unwrap()).unwrap();
    let awkward = [[f64::MIN_POSITIVE, 5e-324, f64::MAX, -0.1 - 0.2]];
    for rows in [grid.as_slice(), &awkward] {
        let back = read(&csv_text(rows)).unwrap();
        let bits = |rows: &[[f64; 4]]| -> Vec<u64> {
            rows.iter().flatten().map(|v| v.to_bits()).collect()
        };
        assert_eq!(bits(&back), bits(rows));
    }
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
