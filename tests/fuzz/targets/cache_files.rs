#![no_main]

speedup_fuzz::target!(speedup_cache::fuzz::contents(), speedup_cache::fuzz::files);
