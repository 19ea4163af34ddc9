#!/bin/sh
# Installs what is missing of config/debian-packages.txt for the groups given, e.g. test/packages.sh build run test
# (those three if none is given). Needs root, or sudo; does nothing, and asks nothing, if nothing is missing.
set -eu
list="$(dirname "$0")/../config/debian-packages.txt"
[ $# -gt 0 ] || set -- build run test

wanted=$(for group in "$@"; do
	awk -v group="$group" '!/^#/ && NF { for (i = 2; i <= NF; i++) if ($i == group) print $1 }' "$list"
done | sort -u)
[ -n "$wanted" ] || { echo "packages: no such group: $*" >&2; exit 64; }

missing=
for package in $wanted; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
	echo "packages: nothing is missing"
	exit 0
fi

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo "packages: missing, and neither root nor sudo to install:$missing" >&2; exit 77; }
	as_root=sudo
fi
echo "packages: installing$missing"

# The tests bring up PostgreSQL themselves: the package must not start a server of its own. Where somebody already has a
# cluster, nothing is changed.
setting=/etc/postgresql-common/createcluster.d/salesreg-no-main-cluster.conf
case $missing in
*postgresql*)
	if [ -z "$(ls /etc/postgresql/*/* 2>/dev/null)" ]; then
		$as_root mkdir -p "${setting%/*}"
		echo 'create_main_cluster = false' | $as_root tee "$setting" >/dev/null
		trap '$as_root rm -f "$setting"' EXIT
	fi
	;;
esac

$as_root apt-get -q update </dev/null
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing </dev/null
