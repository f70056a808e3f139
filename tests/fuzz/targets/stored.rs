#![no_main]

speedup_fuzz::target!(speedup_cache::fuzz::results(), speedup_cache::fuzz::stored);
