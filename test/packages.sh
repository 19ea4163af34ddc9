#!/bin/sh
# Installs what is missing of config/debian-packages.txt for the groups given, e.g. test/packages.sh build run test
# (those three if none is given). Needs root, or sudo; does nothing, and asks nothing, if nothing is missing.
# Exit codes: 0, all there; 64, no such group; 77, it cannot install here: the last line says what would; else apt's.
set -eu
list="$(dirname "$0")/../config/debian-packages.txt"
[ $# -gt 0 ] || set -- build run test
export LC_ALL=C.UTF-8

wanted=$(for group in "$@"; do
	awk -v group="$group" '!/^#/ && NF { for (i = 2; i <= NF; i++) if ($i == group) print $1 }' "$list"
done | sort -u)
[ -n "$wanted" ] || { echo "packages: no such group: $*" >&2; exit 64; }

find_missing() {
	missing=
	for package in $wanted; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$state" = installed ] || missing="$missing $package"
	done
	if [ -z "$missing" ]; then
		echo "packages: nothing is missing"
		exit 0
	fi
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	# shellcheck disable=SC2086 # a list of words
	echo "packages: there is no apt-get here, and only Debian's packages are known by name. What is needed:" $wanted >&2
	exit 77
fi
find_missing
as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "packages: you are not root, and there is no sudo. An administrator can install what is missing:" >&2
		echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
		exit 77
	fi
	as_root=sudo
fi

# One at a time on a machine: each would undo the other's setting, below. dpkg locks other files.
exec 9</var/lib/dpkg
if ! flock --nonblock 9; then
	echo "packages: another one of these installs something; waiting for it"
	flock 9
fi
find_missing
echo "packages: installing$missing"

# The tests bring up PostgreSQL themselves: the package must not start a server of its own. Where somebody already has a
# cluster, nothing is changed. Ours goes however this ends; what an earlier one left, which was killed, goes with it.
setting=/etc/postgresql-common/createcluster.d/salesreg-no-main-cluster.conf
undo() { [ ! -e "$setting" ] || $as_root rm -f "$setting"; }
trap undo EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
case $missing in
*postgresql*)
	if [ -z "$(ls /etc/postgresql/*/* 2>/dev/null)" ]; then
		$as_root mkdir -p "${setting%/*}"
		echo 'create_main_cluster = false' | $as_root tee "$setting" >/dev/null
	fi
	;;
esac

# A fresh machine updates itself in its first minutes. apt waits for dpkg's lock if told to, not for the one of its lists.
said=$(mktemp)
tries=0
until $as_root apt-get -q update </dev/null 2>"$said"; do
	cat "$said" >&2
	if ! grep -q 'Could not get lock' "$said" || [ $((tries += 1)) -gt 60 ]; then
		rm -f "$said"
		echo "packages: apt-get update failed; its lines above say why" >&2
		exit 100
	fi
	echo "packages: another apt is at work; trying again in 5 s"
	sleep 5
done
cat "$said" >&2
rm -f "$said"
# where an installation was interrupted, apt refuses the next one until this is done
if [ -n "$(ls /var/lib/dpkg/updates)" ] || [ -n "$(dpkg --audit)" ]; then
	$as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a </dev/null || true
fi
# shellcheck disable=SC2086 # a list of words
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
	$missing </dev/null; then
	echo "packages: apt-get could not install everything; its lines above say why" >&2
	exit 100
fi
