#![no_main]

speedup_fuzz::target!(speedup_process::fuzz::streams(), speedup_process::fuzz::frames);
