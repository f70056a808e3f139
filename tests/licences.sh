#!/usr/bin/env bash
# Checks licences, sources and second versions of all crates with cargo-deny, under .cargo/deny.toml; for what the kernel's
# program is built from, licences and sources. Builds cargo-deny once, in target.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.20.2
deny=target/cargo-deny-$version/bin/cargo-deny
[ -x "$deny" ] || cargo install --quiet --locked --root "target/cargo-deny-$version" "cargo-deny@$version"

"$deny" --locked check licenses bans sources
kernel=target/cargo-deny-$version/kernel
mkdir -p "$kernel"
# The package that only names the others has no licence of its own, and is not published.
sed 's/^version = .*/&\npublish = false/' crates/kernel/evcxr-*/download.toml >"$kernel/Cargo.toml"
cp crates/kernel/evcxr-*/download.lock "$kernel/Cargo.lock"
touch "$kernel/lib.rs"
"$deny" --locked --manifest-path "$kernel/Cargo.toml" --config .cargo/deny.toml \
    check --allow license-not-encountered licenses sources
count() { grep -c '^\[\[package\]\]' "$1"; }
echo "$(count Cargo.lock) crates of the checkout and $(count "$kernel/Cargo.lock") of the kernel: licences and sources are allowed"
