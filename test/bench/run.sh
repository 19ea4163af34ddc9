#!/usr/bin/env bash
# Measures salesreg (release build) beside a grammY bot, pgbench and the emulator's own ceiling, in one run on one machine,
# and prints the table that stands in the README. Figures, never assertions: machines differ and are shared.
#   test/bench/run.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/../.."
test/packages.sh build run test bench
cmake --preset release >/dev/null
cmake --build --preset release --target salesreg sandbox_with_load slots_bench
(cd test/bench/peers && npm ci --no-audit --no-fund --loglevel=error)
SALESREG_BIN="$PWD/build/release/salesreg" \
    exec /usr/bin/python3 -B test/bench/bench.py "$@"
