#!/bin/sh
# docker/collect.sh BINARY DIRECTORY: the binary and all that it needs at run time, as the root of an image: the libraries it
# really loads, the loader, CA certificates, zones, a user. No shell, no package manager. Runs in Debian, in the build.
set -eu
binary=$1 root=$2

mkdir -p "$root/usr/local/bin" "$root/etc/ssl/certs" "$root/usr/share/doc/salesreg" "$root/usr/share" "$root/tmp" "$root/run"
chmod 1777 "$root/tmp"
# not to be read by the user it runs as: so the kernel shows nothing of its processes to that user from the first moment on
install -m 711 "$binary" "$root/usr/local/bin/salesreg"
strip "$root/usr/local/bin/salesreg"

# "libuv.so.1 => /lib/x86_64-linux-gnu/libuv.so.1 (0x…)" and "/lib64/ld-linux-x86-64.so.2 (0x…)"
ldd "$binary" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | sort -u >/tmp/libraries
while read -r library; do
	# under the name the loader looks for, which the usual search path finds
	install -D -m 755 "$(readlink -f "$library")" "$root$library"
done </tmp/libraries

install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
# and by hash, so that a connection reads the one it needs
for hashed in /etc/ssl/certs/????????.[0-9]*; do
	install -m 644 "$(readlink -f "$hashed")" "$root/etc/ssl/certs/${hashed##*/}"
done
# the same rules with leap seconds and without, and a tool's table, are not read by any program
mkdir -p "$root/usr/share/zoneinfo"
(cd /usr/share/zoneinfo && tar -c --exclude=right --exclude=posix --exclude=tzdata.zi --exclude=leapseconds .) |
	tar -x -C "$root/usr/share/zoneinfo"

# what iconv needs for imported files; UTF-8 is in the library itself
gconv=$(dirname "$(find /usr/lib /lib -path '*/gconv/gconv-modules' | head -n 1)")
for module in gconv-modules UTF-16.so CP1251.so; do
	install -D -m 644 "$gconv/$module" "$root$gconv/$module"
done
if [ -f "$gconv/gconv-modules.d/gconv-modules-extra.conf" ]; then
	install -D -m 644 "$gconv/gconv-modules.d/gconv-modules-extra.conf" "$root$gconv/gconv-modules.d/gconv-modules-extra.conf"
fi

# the widths of letters, for tables
install -D -m 644 /usr/lib/locale/C.utf8/LC_CTYPE "$root/usr/lib/locale/C.utf8/LC_CTYPE"

echo 'salesreg:x:65532:65532::/:/sbin/nologin' >"$root/etc/passwd"
echo 'salesreg:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
install -d -m 700 -o 65532 -g 65532 "$root/run/salesreg"

# whose files these are
{
	printf '%s\n' ca-certificates libc-bin tzdata
	while read -r library; do
		real=$(readlink -f "$library")
		dpkg-query -S "$real" 2>/dev/null || dpkg-query -S "${real#/usr}" 2>/dev/null || dpkg-query -S "$library"
	done </tmp/libraries | sed 's/:.*//'
} | sort -u | xargs dpkg-query -W -f '${Package}=${Version}\n' | sort -u >"$root/usr/share/doc/salesreg/packages"
du -sk "$root" | awk '{ printf "image: %.1f MB\n", $1 / 1024 }'
