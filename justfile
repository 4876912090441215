# List the recipes.
default:
    @just --list

# Everything that must hold before a change lands.
ci:
    .ci/run

# Format, lints and structure.
check:
    cargo fmt --all -- --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    cargo test -p nomad-bin --test structure

# All tests.
test:
    cargo test --workspace

# The seeded simulator.
sim:
    cargo test -p nomad-bin --test simulation -- --nocapture

# Benchmarks.
bench:
    cargo bench -p benches
