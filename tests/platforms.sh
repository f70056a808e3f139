#!/usr/bin/env bash
# Checks that the crates compile, without a warning, for systems that are not this one. Needs Rust's standard library for
# each: rustup target add TARGET
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTFLAGS="-D warnings" CARGO_TARGET_DIR=target/platforms

# The crates that programs can use, and with macOS and Linux also the front door and the kernel's launcher.
everywhere=(speedup speedup-notebook speedup-process speedup-optim speedup-linalg speedup-cache)
unix=("${everywhere[@]}" speedup-mpirun kernel xtask)
check() {
    local target=$1
    shift
    echo "$target: $*"
    cargo check --quiet --locked --all-features --target "$target" "${@/#/--package=}"
}
check x86_64-pc-windows-gnu "${everywhere[@]}"
check aarch64-apple-darwin "${unix[@]}"
check aarch64-unknown-linux-gnu "${unix[@]}"
echo "3 platforms: ${#everywhere[@]} crates compile for Windows, ${#unix[@]} for macOS and for Linux on Arm, without a warning"
