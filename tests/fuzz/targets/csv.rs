#![no_main]
#![allow(dead_code)]

#[path = "../../../crates/speedup/tests/grid_csv.rs"]
mod grid_csv;

speedup_fuzz::target!(grid_csv::texts(), grid_csv::rows);
