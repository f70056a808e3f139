#![no_main]

speedup_fuzz::target!(speedup_mpirun::fuzz::reports(), speedup_mpirun::fuzz::report);
