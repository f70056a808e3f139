#![no_main]
#![allow(dead_code)]

// A program has no library, so its modules are compiled here once more.
#[path = "../../../crates/xtask/src/commands/mod.rs"]
mod commands;
#[path = "../../../crates/xtask/src/handouts/mod.rs"]
mod handouts;
#[path = "../../../crates/xtask/src/setup/mod.rs"]
mod setup;
#[path = "../../../crates/xtask/src/tidy/mod.rs"]
mod tidy;
#[path = "../../../crates/xtask/src/tools/mod.rs"]
mod tools;

use kernel::{files, lock, run_folders};

speedup_fuzz::target!(tidy::fuzz::notebooks(), tidy::fuzz::notebook);
