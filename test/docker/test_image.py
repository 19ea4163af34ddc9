"""The image by itself."""
import json
import time

from engine import docker, inspect, state
from support.waiting import eventually

LIMIT_MB = 25


def test_it_is_small_and_holds_no_shell_and_no_root(image):
    size = int(inspect(image, "{{.Size}}")) / 1e6
    print(f"\nimage: {size:.1f} MB")
    assert size <= LIMIT_MB
    assert inspect(image, "{{.Config.User}}") == "65532:65532"
    for shell in ("/bin/sh", "/bin/bash", "/usr/bin/env"):
        assert docker("run", "--rm", "--entrypoint", shell, image, "-c", "true", check=False).returncode == 127


def test_its_labels_say_what_it_was_built_from(image):
    labels = json.loads(inspect(image, "{{json .Config.Labels}}"))
    packages = dict(word.split("=", 1) for word in labels["salesreg.packages"].split())
    assert {"libuv1", "libpq5", "libcurl4", "libjansson4", "libmicrohttpd12", "libsodium23", "libcsv3", "ca-certificates",
            "tzdata"} <= set(packages)
    assert all(packages.values())
    assert labels["org.opencontainers.image.version"] and labels["org.opencontainers.image.licenses"] == "MIT"
    version = docker("run", "--rm", image, "version").stdout
    assert labels["org.opencontainers.image.version"] in version


def test_it_works_read_only_without_capabilities_and_knows_zones_and_certificates(image):
    bare = ["run", "--rm", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "none"]
    assert "salesreg" in docker(*bare, image, "version").stdout
    # the zone shows in what it logs
    done = docker(*bare, "-e", "SALESREG_ROLE=outreach", image, check=False)
    assert done.returncode == 78 and "DATABASE_URL is not set" in done.stderr and "+0800" in done.stderr
    files = docker("create", image).stdout.strip()
    try:
        listing = docker("export", files, text=False).stdout
    finally:
        docker("rm", files)
    for name in (b"etc/ssl/certs/ca-certificates.crt", b"usr/share/zoneinfo/Europe/Moscow", b"usr/lib/locale/C.utf8/LC_CTYPE"):
        assert name in listing


def test_every_role_by_argv_and_by_variable(image):
    assert "usage: salesreg bot" in docker("run", "--rm", image, "bot", "--help").stdout
    assert "usage: salesreg" in docker("run", "--rm", "-e", "SALESREG_ROLE=help", image).stdout
    # the default is the supervisor, which stops for good without a configuration
    done = docker("run", "--rm", image, check=False)
    assert done.returncode == 78
    assert "REGISTRY_BOT_TOKEN is not set" in done.stderr


def test_it_is_ready_at_once(image):
    name = docker("run", "-d", "--network", "none", "-e", "DATABASE_URL=postgresql://x@127.0.0.1/x", "-e",
                  "SALESREG_ROLE=outreach", image).stdout.strip()
    begun = time.monotonic()
    try:
        eventually(lambda: docker("exec", name, "/usr/local/bin/salesreg", "healthcheck", check=False).returncode == 0)
        print(f"\nstarted to ready, docker's own exec included: {time.monotonic() - begun:.2f} s")
        docker("stop", "-t", "3", name)
        assert state(name)["ExitCode"] == 0
    finally:
        docker("rm", "-f", name)
