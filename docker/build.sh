#!/bin/sh
# Builds the image with complete labels: docker/build.sh [NAME[:TAG]]   (salesreg)
set -eu
cd "$(dirname "$0")/.."
name=${1:-salesreg}
export DOCKER_BUILDKIT=1

docker build -q -f docker/Dockerfile --target packages -t salesreg-packages . >/dev/null
packages=$(docker run --rm --network none salesreg-packages | tr '\n' ' ')
docker build -f docker/Dockerfile -t "$name" \
	--build-arg VERSION="$(sed -n 's/^project(salesreg VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)" \
	--build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
	--build-arg CREATED="$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
	--build-arg PACKAGES="${packages% }" .
docker image rm -f salesreg-packages >/dev/null
