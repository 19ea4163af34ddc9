#!/bin/sh
# The tests of salesreg, whole or in part, on a bare Debian 12: installs what is missing, builds, runs, sums up.
#
#   test/run.sh                          everything
#   test/run.sh PART…                    of: lint unit fuzz integration doctor e2e fault supervise demo browser
#                                        bare docker strict release
#   test/run.sh e2e -- -k registration   what follows -- goes to pytest
#
# Ends in "N passed, N failed" (", N skipped" may follow); the exit code says the same. One cmocka test, one fuzz target,
# one linter, one pytest test count as one each; so does a build that fails. FUZZ_SECONDS (60) is the time of a target.
# strict: under the whole filter of system calls; asked for by name it is every test of e2e, fault and supervise, else those
# with the rarer calls (names, TLS, proxies, mail, control sockets, stops, crashes), and the day of a thousand calendars.
#
# Tests mostly wait, so two pytest processes run side by side: doctor, e2e, browser and then strict in one, two files of these at a time; in the
# other, one at a time, what cannot stand its like beside it (docker's container names, port 8081 of demo and bare) with the rest. Ctrl-C ends both, and all they started.
set -u
cd "$(dirname "$0")/.." || exit 1
exec </dev/null
export LC_ALL=C.UTF-8
unset SALESREG_ROLE

parts=
while [ $# -gt 0 ]; do
	case $1 in
	--) shift; break ;;
	lint | unit | fuzz | integration | doctor | e2e | fault | supervise | demo | browser | bare | docker | strict | release) parts="$parts $1" ;;
	*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
	esac
	shift
done
strict="test/e2e test/fault test/supervise"
selects=
[ $# = 0 ] || selects=yes
[ -n "$parts" ] || {
	strict="test/e2e/test_registration.py test/e2e/test_road.py test/e2e/test_email_codes.py test/doctor/test_doctor_mail.py test/e2e/test_metrics.py test/e2e/test_calendar.py
		test/fault/test_secrecy.py test/fault/test_hosts.py test/fault/test_shutdown.py test/fault/test_calendar_day.py test/supervise"
	parts="release lint unit fuzz integration doctor e2e fault supervise demo browser bare docker strict"
}
wants() { case " $parts " in *" $1 "*) true ;; *) false ;; esac; }

passed=0 failed=0 skipped=0
scratch=$(mktemp -d)
# pytest runs PostgreSQL as another user, who must be able to go through here
chmod 755 "$scratch"
lint=
fuzz=
first=
second=
# shellcheck disable=SC2317 # called by the trap
finish() {
	for process in $lint $fuzz $first $second; do
		kill "$process" 2>/dev/null && wait "$process"
	done
	rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

headline() { printf '\n=== %s\n' "$*"; }
pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
sum_up() {
	echo
	[ "$skipped" = 0 ] || echo "!!! SKIPPED: $skipped tests did not run; they are named above"
	line="$passed passed, $failed failed"
	[ "$skipped" = 0 ] || line="$line, $skipped skipped"
	echo "$line"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
	exit
}

build() { # build PRESET; only a failure counts
	headline "build $1"
	cmake --preset "$1" >"$scratch/cmake-$1.log" 2>&1 || {
		cat "$scratch/cmake-$1.log"
		fail "configure $1"
		return 1
	}
	cmake --build --preset "$1" >"$scratch/build-$1.log" 2>&1 || {
		cat "$scratch/build-$1.log"
		fail "build $1"
		return 1
	}
	echo "build $1: done"
}

headline packages
if ! test/packages.sh build run test; then
	fail "packages could not be installed"
	sum_up
fi

# A browser is large, and not every distribution or mirror has one.
browser=yes
if wants browser && ! test/packages.sh browser; then
	browser=
	skipped=$((skipped + 1))
	echo "!!! SKIPPED: test/browser: no Chromium, its packages could not be installed"
fi

build dev || sum_up
if wants release; then
	build release
fi

# The linters work while the tests mostly wait; their verdict comes at the end.
if wants lint; then
	nice test/lint.sh build/dev >"$scratch/lint" 2>&1 &
	lint=$!
fi

# A cmocka program prints TAP; one that dies without a "not ok", or runs other tests than it announced, counts as a failure.
unit() {
	name=${1##*/}
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 120 "$1" >"$scratch/$name" 2>&1
	code=$?
	ok=$(grep -cE '^ok [0-9]+ ' "$scratch/$name")
	bad=$(grep -cE '^not ok [0-9]+ ' "$scratch/$name")
	skip=$(grep -cE '^ok [0-9]+ .*# SKIP' "$scratch/$name")
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$scratch/$name" | awk '{ n += $1 } END { print n + 0 }')
	passed=$((passed + ok - skip)) skipped=$((skipped + skip))
	echo "$name: $ok of $plan"
	[ "$skip" = 0 ] || grep -E '^ok [0-9]+ .*# SKIP' "$scratch/$name" | sed 's/^/!!! SKIPPED: /'
	if [ "$bad" -gt 0 ] || [ "$code" != 0 ] || [ "$((ok + bad))" != "$plan" ] || [ "$plan" = 0 ]; then
		cat "$scratch/$name"
		[ "$bad" -gt 0 ] || bad=1
		failed=$((failed + bad))
		echo "FAILED: $name (exit code $code)"
	fi
}
if wants unit; then
	headline unit
	found=0
	for program in build/dev/test/unit/test_*; do
		[ -x "$program" ] && [ -f "test/unit/${program##*/}.c" ] || continue
		found=1
		unit "$program"
	done
	[ "$found" = 1 ] || fail "no unit test was built"
fi

# The fuzzers have a minute each, two at a time, beside whatever follows: tests mostly wait, and have the processors when they
# want them. Their verdict comes at the end, too.
if wants fuzz && build fuzz; then
	FUZZ_BUILT=yes FUZZ_JOBS=2 nice -n 19 test/fuzz/run.sh --seconds "${FUZZ_SECONDS:-60}" >"$scratch/fuzz" 2>&1 &
	fuzz=$!
fi

# Two processes' suites: move one where the times at the end say so.
one=
two=
for suite in integration doctor e2e fault supervise demo browser bare docker; do
	wants "$suite" || continue
	[ "$suite" != browser ] || [ -n "$browser" ] || continue
	if [ -z "$(find "test/$suite" -name 'test_*.py' 2>/dev/null)" ]; then
		skipped=$((skipped + 1))
		echo "!!! SKIPPED: test/$suite has no tests"
		continue
	fi
	case $suite in
	e2e | doctor | browser) one="$one test/$suite" ;;
	*) two="$two test/$suite" ;;
	esac
done
# pytests NAME BINARY SUITES ARGUMENT…, to be run in the background. The shell hides Ctrl-C from those; tests and what they start must
# hear it. A folder of its own each: pytest shuts the common one to all other users, which PostgreSQL is, whenever it starts.
pytests() {
	name=$1 binary=$2 chosen=$3
	shift 3
	headline "pytest$chosen, $binary"
	# shellcheck disable=SC2086 # a list of directories
	exec env --default-signal=INT,QUIT SALESREG_BIN="$binary" PYTHONDONTWRITEBYTECODE=1 \
		/usr/bin/python3 -m pytest -p no:cacheprovider -ra --tb=short --show-capture=no --durations=25 \
		--basetemp="$scratch/t$name" --junitxml="$scratch/$name.xml" $chosen "$@"
}
count() { # count NAME CODE
	counts=$(/usr/bin/python3 - "$scratch/$1.xml" <<-'END'
		import collections, sys, xml.etree.ElementTree as tree
		total = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
		seconds = collections.Counter()
		for suite in tree.parse(sys.argv[1]).iter("testsuite"):
		    for name in total:
		        total[name] += int(suite.get(name, 0))
		    for case in suite.iter("testcase"):
		        seconds[".".join(case.get("classname", "").split(".")[:2])] += float(case.get("time", 0))
		print(*(f"{name} {s // 60:.0f} min {s % 60:.0f} s" for name, s in seconds.most_common()), sep=", ", file=sys.stderr)
		bad = total["failures"] + total["errors"]
		# a test that passed but whose teardown complained is listed as an error besides
		print(max(0, total["tests"] - bad - total["skipped"]), bad, total["skipped"])
	END
	) || counts="0 1 0"
	code=$2
	# shellcheck disable=SC2086 # three numbers
	set -- $counts
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
	# 5: none of its tests was selected, which may be what was asked for
	if [ "$code" != 0 ] && [ "$2" = 0 ] && ! [ "$code$selects" = 5yes ]; then
		fail "pytest ended with $code"
	fi
}
# A sanitizer traces and starts programs itself: what the filter of system calls refuses besides is refused in this build.
strict_built=
if wants strict && build strict; then
	strict_built=yes
fi
binary=${SALESREG_BIN:-$PWD/build/dev/salesreg}
# Whole files side by side, as the tests of a file share what is made once.
beside="-n 2 --dist loadfile"
# Tests that wait for nobody: on their own they are divided among the processors, file by file. Not beside the others, who need those.
[ "$two" != " test/integration" ] || [ -n "$one$strict_built" ] || two="$two -n $(nproc) --dist loadfile"
if [ -n "$two" ]; then
	pytests two "$binary" "$two" "$@" >"$scratch/two" 2>&1 &
	second=$!
fi
if [ -n "$one" ]; then
	# shellcheck disable=SC2086 # two words
	pytests one "$binary" "$one" $beside "$@" &
	first=$!
	wait "$first"
	count one $?
fi
if [ -n "$strict_built" ]; then
	# shellcheck disable=SC2086 # two words
	pytests strict "$PWD/build/strict/salesreg" " $strict" $beside "$@" &
	first=$!
	wait "$first"
	count strict $?
fi
first=
if [ -n "$two" ]; then
	# shown while it goes on, now that nothing else is
	tail -n +1 -f --pid="$second" "$scratch/two" &
	first=$!
	wait "$second"
	code=$?
	second=
	wait "$first"
	first=
	count two "$code"
fi

if [ -n "$fuzz" ]; then
	headline fuzz
	wait "$fuzz"
	fuzz=
	cat "$scratch/fuzz"
	for source in test/fuzz/fuzz_*.c; do
		name=$(basename "$source" .c)
		if grep -qE "^ok +${name#fuzz_} " "$scratch/fuzz"; then
			pass
		else
			fail "$name (inputs: build/fuzz/found)"
		fi
	done
fi

if wants lint; then
	headline lint
	wait "$lint"
	lint=
	cat "$scratch/lint"
	while read -r word tool; do
		case $word in
		ok) pass ;;
		FAIL) fail "lint: $tool" ;;
		esac
	done <<-END
		$(grep -E '^(ok  |FAIL) ' "$scratch/lint")
	END
	grep -qE '^(ok  |FAIL) machine' "$scratch/lint" || fail "lint did not come to its end"
fi

sum_up
