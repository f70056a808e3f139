#![no_main]

speedup_fuzz::target!(speedup_bench::fuzz::texts(), speedup_bench::fuzz::results);
