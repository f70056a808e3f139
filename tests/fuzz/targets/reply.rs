#![no_main]

speedup_fuzz::target!(speedup_process::fuzz::replies(), speedup_process::fuzz::reply);
