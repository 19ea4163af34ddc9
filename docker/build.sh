#!/bin/sh
# Builds the image with complete labels: docker/build.sh [NAME[:TAG]]   (salesreg)
# A tag may name another image tomorrow: so what the image is built on (BASE, debian:bookworm-slim) is looked up once, given
# to the build by digest, and kept in the label salesreg.built-on; and the database's digest is printed, for .env.
set -eu
cd "$(dirname "$0")/.."
name=${1:-salesreg}
export DOCKER_BUILDKIT=1

by_digest() { # by_digest IMAGE: IMAGE by its digest, as the registry has it now, or as it is here if there is no way there
	docker pull -q "$1" >/dev/null 2>&1 || true
	docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null | head -n 1
}
base=${BASE:-debian:bookworm-slim}
pinned=$(by_digest "$base")
[ -n "$pinned" ] || echo "build: $base has no digest (it was made on this machine): built on the tag" >&2
BASE=${pinned:-$base}
database=$(by_digest "${POSTGRES_IMAGE:-postgres:16-alpine}")

docker build -q --build-arg BASE="$BASE" -f docker/Dockerfile --target packages -t salesreg-packages . >/dev/null
packages=$(docker run --rm --network none salesreg-packages | tr '\n' ' ')
docker build -f docker/Dockerfile -t "$name" \
	--build-arg VERSION="$(sed -n 's/^project(salesreg VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)" \
	--build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
	--build-arg CREATED="$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
	--build-arg BASE="$BASE" \
	--build-arg PACKAGES="${packages% }" .
docker image rm -f salesreg-packages >/dev/null
[ -z "$database" ] || echo "build: to keep the database's image as it is now, in .env: POSTGRES_IMAGE=$database" >&2
