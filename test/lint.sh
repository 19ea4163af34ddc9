#!/bin/sh
# test/lint.sh [BUILD_DIR]: everything about the source that a tool can judge. BUILD_DIR (build/dev) has the
# compile_commands.json. One line a tool, "ok" or "FAIL", its findings above it; exit code 1 if one failed.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build/dev}
jobs=$(nproc)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0

# verdict NAME: the findings are in $out/NAME, none if all is well
verdict() {
	if [ -s "$out/$1" ]; then
		cat "$out/$1"
		echo "FAIL $1: $(wc -l <"$out/$1") lines above"
		failed=1
	else
		echo "ok   $1"
	fi
}

sources() { find src test -name node_modules -prune -o -name "$1" -print | sort; }
all() { sources '*.[ch]'; find include -name '*.h' | sort; }

# clang-format ---------------------------------------------------------------------------------------------------------
all | xargs -P "$jobs" -n 8 clang-format --dry-run -Werror >"$out/clang-format" 2>&1
verdict clang-format

# clang-tidy -----------------------------------------------------------------------------------------------------------
# A file at a time: what it prints while all is well ("12 warnings generated", suppressed ones) is not a finding.
if [ -f "$build/compile_commands.json" ]; then
	# clang does not know gcc's sanitizer options by the same names in every version; it only needs to parse
	sources '*.c' | while read -r file; do
		grep -q "\"file\": .*/$file\"" "$build/compile_commands.json" && echo "$file"
	done >"$out/files"
	xargs -P "$jobs" -n 1 sh -c 'found=$(clang-tidy -p "$0" --quiet "$1" 2>/dev/null) || printf "%s\n" "${found:-$1: clang-tidy failed}"' \
		"$build" <"$out/files" >"$out/clang-tidy"
	[ -s "$out/files" ] || echo "no file of ours is in $build/compile_commands.json" >"$out/clang-tidy"
else
	echo "$build/compile_commands.json is not there: cmake --preset dev" >"$out/clang-tidy"
fi
verdict clang-tidy

# cppcheck -------------------------------------------------------------------------------------------------------------
# sys/queue.h by name: cppcheck looks into no system header, and these are macros
cppcheck -j "$jobs" --quiet --std=c11 --platform=unix64 --enable=warning,performance,portability --inline-suppr \
	--suppressions-list=test/cppcheck-suppressions.txt --error-exitcode=1 \
	--include="/usr/include/$(gcc -print-multiarch)/sys/queue.h" -D_GNU_SOURCE '-DSALESREG_VERSION=""' \
	-I include -I "$build/generated" --template='{file}:{line}: {severity}: {message} [{id}]' src test/unit test/fuzz \
	>"$out/cppcheck" 2>&1
verdict cppcheck

# banned ---------------------------------------------------------------------------------------------------------------
# What has a bounded or checked twin; comments do not count.
code() { sed -E -e 's:/\*.*\*/::' -e 's:^[[:space:]]*/\*.*::' -e 's:^[[:space:]]*\*([[:space:]/].*)?$::' "$1"; }
ban() { # ban PATTERN WHY FILES…
	pattern=$1 why=$2
	shift 2
	for file in "$@"; do
		code "$file" | grep -nE "(^|[^A-Za-z0-9_.>])($pattern)" | sed "s|^|$file: $why: |"
	done
}
# shellcheck disable=SC2046 # our file names have no spaces
{
	ban '(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|strtok_r|scanf|sscanf|alloca|tmpnam|mktemp)[[:space:]]*\(' \
		'unbounded or unchecked' $(all)
	ban 'typedef[[:space:]]+(struct|union|enum)' 'write struct x, not a typedef' $(all)
	ban '(PQexec|PQexecParams|PQsendQuery)[[:space:]]*\(' 'libpq belongs to src/db' $(all | grep '^src/' | grep -v '^src/db/')
	ban 'json_dumps[[:space:]]*\(' 'its text is none for free(): json_text(), json_text_dup()' $(find src -name '*.[ch]' | sort)
	ban '(SELECT|INSERT INTO|UPDATE|DELETE FROM)[[:space:]]' 'SQL text belongs to sql/' $(find src include -name '*.[ch]' | sort)
} >"$out/banned"
verdict banned

# machine --------------------------------------------------------------------------------------------------------------
# Nothing in the tree may name the place it was written in.
{
	git ls-files -z --cached --others --exclude-standard 2>/dev/null || find . -type f -not -path './build/*' -print0
} | xargs -0 grep -nIE "(^|[^A-Za-z0-9_.])/(work|home/[a-z]+|root)/" 2>/dev/null |
	grep -v '^test/lint.sh:' >"$out/machine"
verdict machine

exit "$failed"
