#!/bin/sh
# Everything on this machine, to be tried in the browser: installs what is missing (Debian 12), builds, starts the demo.
#
#   ./quickstart.sh [--listen HOST:PORT] [--data DIRECTORY]      the options of `salesreg demo`
#
# A second run starts in seconds. Ctrl-C stops all of it; what you did there is kept.
set -eu
from=$PWD
cd "$(dirname "$0")"
export LC_ALL=C.UTF-8
unset SALESREG_ROLE

usage() {
	echo "quickstart: $1; see ./quickstart.sh --help" >&2
	exit 64
}

listen=
data=
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)
		sed -n '2,/^set/s/^# \{0,1\}//p' "$(basename "$0")"
		exit 0
		;;
	--listen | --data)
		[ $# -gt 1 ] || usage "$1 needs a value"
		if [ "$1" = --listen ]; then listen=$2; else data=$2; fi
		shift
		;;
	--listen=*) listen=${1#*=} ;;
	--data=*) data=${1#*=} ;;
	*) usage "unknown argument $1" ;;
	esac
	shift
done
# where you stand, not where the clone is
case $data in
'' | /*) ;;
*) data=$from/$data ;;
esac

for place in build build/release build/quickstart.log build/release/build.ninja; do
	if [ -e "$place" ] && [ ! -w "$place" ]; then
		echo "quickstart: $place belongs to $(stat -c %U "$place"), so nothing can be built there. Make it yours:" >&2
		echo "  sudo chown -R $(id -un) $PWD/build" >&2
		exit 77
	fi
done

echo "1/3  Debian packages"
test/packages.sh build run

echo "2/3  Building"
mkdir -p build
# one at a time, also where two were started
exec 8<build
flock 8
if ! { [ -f build/release/build.ninja ] || cmake --preset release; } >build/quickstart.log 2>&1; then
	cat build/quickstart.log >&2
	echo "quickstart: the build cannot be set up; the lines above say why" >&2
	exit 1
fi
if ! cmake --build --preset release; then
	echo "quickstart: the build failed; the lines above say why" >&2
	exit 1
fi
exec 8<&-
# as root, the demo goes on as another user, who must be able to run it
chmod 755 build/release/salesreg

echo "3/3  Starting the demo"
set --
[ -z "$listen" ] || set -- "$@" --listen "$listen"
[ -z "$data" ] || set -- "$@" --data "$data"
exec build/release/salesreg demo "$@"
