#!/bin/sh
# Fuzzes with libFuzzer under the address and undefined-behaviour sanitizers, as many targets at a time as there are processors.
#
#   test/fuzz/run.sh HOURS [TARGET…]         all targets, or these, for so many hours altogether (0.5 will do)
#   test/fuzz/run.sh --seconds N [TARGET…]   each of them for N seconds
#
# One line a target: runs, runs a second, coverage; "ok" or "FAIL". What ends a target is kept in build/fuzz/found: run it again
# with build/fuzz/test/fuzz/fuzz_TARGET FILE, fix the kind, write a unit test, and add the file to test/fuzz/corpus/TARGET.
# Inputs that reached new code are kept in build/fuzz/inputs and are the start of the next run. FUZZ_JOBS: how many at a time.
# FUZZ_BUILT=yes: the preset is built already.
set -u
here=$(cd "$(dirname "$0")" && pwd) && cd "$here/../.." || exit 1
exec </dev/null
export LC_ALL=C.UTF-8
unset SALESREG_ROLE
jobs=${FUZZ_JOBS:-$(nproc)}

usage() {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
	exit 64
}

# one TARGET for SECONDS; the last line of libFuzzer's log says how many runs, and what they covered
one() {
	name=$1 seconds=$2
	corpus=test/fuzz/corpus/$name log=build/fuzz/logs/$name.log dictionary=test/fuzz/dictionaries/$name
	[ -d "$corpus" ] || corpus=
	[ -f "$dictionary" ] && dictionary=-dict=$dictionary || dictionary=
	mkdir -p "build/fuzz/found" "build/fuzz/inputs/$name" build/fuzz/logs
	# shellcheck disable=SC2086 # the corpus and the dictionary may be none
	timeout -k 10 $((seconds + 120)) "build/fuzz/test/fuzz/fuzz_$name" $dictionary -max_total_time="$seconds" -timeout=20 \
		-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/inputs/$name" $corpus \
		>"$log" 2>&1
	code=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
	speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log" | tail -n 1)
	covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	if [ $code = 0 ]; then
		printf 'ok   %-13s %10s runs %7s a second, coverage %s\n' "$name" "${runs:-0}" "${speed:-0}" "${covered:-0}"
		return 0
	fi
	tail -n 40 "$log"
	printf 'FAIL %-13s %10s runs; inputs: build/fuzz/found/%s-*, log: %s\n' "$name" "${runs:-0}" "$name" "$log"
	return 1
}
if [ "${1:-}" = --one ]; then
	one "$2" "$3"
	exit
fi

seconds=
hours=
if [ "${1:-}" = --seconds ] && [ $# -ge 2 ]; then
	seconds=$2
	shift 2
elif [ $# -ge 1 ]; then
	hours=$1
	shift
fi
case "$seconds$hours" in '' | *[!0-9.]*) usage ;; esac
targets=$*
[ -n "$targets" ] || targets=$(for source in test/fuzz/fuzz_*.c; do basename "$source" .c | sed 's/^fuzz_//'; done)
count=$(echo "$targets" | wc -w)
for name in $targets; do
	[ -f "test/fuzz/fuzz_$name.c" ] || usage
done
if [ -z "$seconds" ]; then
	# all processors share the hours, and so do the targets
	seconds=$(awk -v h="$hours" -v j="$jobs" -v n="$count" 'BEGIN { if (j > n) j = n; s = h * 3600 * j / n; print s < 1 ? 1 : int(s) }')
fi
if [ "${FUZZ_BUILT:-}" != yes ]; then
	cmake --preset fuzz >/dev/null && cmake --build --preset fuzz || exit 1
fi
echo "$count targets, $seconds s each, $jobs at a time"
# shellcheck disable=SC2086 # a list
printf '%s\n' $targets | xargs -P "$jobs" -I '{}' "$here/run.sh" --one '{}' "$seconds" &
trap 'kill $! 2>/dev/null; exit 130' INT TERM # no further target is begun; those under way end by themselves
wait $!
