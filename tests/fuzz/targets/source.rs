#![no_main]

speedup_fuzz::target!(kernel::fuzz::sources(), kernel::fuzz::source);
