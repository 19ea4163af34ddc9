#!/bin/sh
# Everything on this machine, to be tried in the browser: installs what is missing (Debian 12), builds, starts the demo.
#
#   ./quickstart.sh [--listen HOST:PORT] [--data DIRECTORY]      the options of `salesreg demo`
#
# A second run starts in seconds. Ctrl-C stops all of it; what you did there is kept.
set -eu
cd "$(dirname "$0")"
export LC_ALL=C.UTF-8
unset SALESREG_ROLE

case ${1-} in
-h | --help)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

echo "1/3  Debian packages"
test/packages.sh build run

echo "2/3  Building"
mkdir -p build
if ! { [ -f build/release/build.ninja ] || cmake --preset release; } >build/quickstart.log 2>&1; then
	cat build/quickstart.log >&2
	echo "quickstart: the build cannot be set up; the lines above say why" >&2
	exit 1
fi
cmake --build --preset release
# as root, the demo goes on as another user, who must be able to run it
chmod 755 build/release/salesreg

echo "3/3  Starting the demo"
exec build/release/salesreg demo "$@"
