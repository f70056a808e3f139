#![no_main]

speedup_fuzz::target!(speedup_process::fuzz::messages(), speedup_process::fuzz::message);
