#![no_main]

speedup_fuzz::target!(speedup_notebook::fuzz::courses(), speedup_notebook::fuzz::course);
