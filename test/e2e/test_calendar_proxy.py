"""`salesreg oauth` behind the reverse proxies whose configurations are in docker/proxy/, with the real programs."""
import shutil
import subprocess

import pytest

from support.google import COMPANY
from support.office import Office
from support.paths import ROOT
from support.postgres import free_port
from support.waiting import eventually

HOST = "calendar.example.com"


@pytest.fixture
def certificate(tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-days", "2", "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def nginx(tmp_path, port, upstream, certificate):
    site = (ROOT / "docker/proxy/nginx.conf").read_text()
    for old, new in ((f"listen [::]:443 ssl;", ""), ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("127.0.0.1:8080", upstream),
                     (f"/etc/letsencrypt/live/{HOST}/fullchain.pem", str(certificate[0])),
                     (f"/etc/letsencrypt/live/{HOST}/privkey.pem", str(certificate[1])),
                     ("/var/log/nginx/calendar.log", str(tmp_path / "access.log")),
                     ("/var/log/nginx/calendar-error.log", str(tmp_path / "calendar-error.log"))):
        assert old in site
        site = site.replace(old, new)
    (tmp_path / "site.conf").write_text(site)
    whole = tmp_path / "nginx.conf"
    paths = "\n".join(f"{name}_temp_path {tmp_path / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole.write_text(f"daemon off; pid {tmp_path / 'pid'}; error_log {tmp_path / 'error.log'}; events {{}}\n"
                     f"http {{ {paths} include {tmp_path / 'site.conf'}; }}\n")
    return ["nginx", "-c", str(whole), "-e", str(tmp_path / "error.log")]


def caddy(tmp_path, port, upstream, certificate):
    text = (ROOT / "docker/proxy/Caddyfile").read_text()
    assert f"\n{HOST} {{" in text and "127.0.0.1:8080" in text
    text = text.replace(f"\n{HOST} {{", f"\nhttps://127.0.0.1:{port} {{\n\ttls {certificate[0]} {certificate[1]}\n").replace(
        "127.0.0.1:8080", upstream)
    assert text.count("\n{\n") == 1
    text = text.replace("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n")
    whole = tmp_path / "Caddyfile"
    whole.write_text(text)
    return ["caddy", "run", "--config", str(whole), "--adapter", "caddyfile"]


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_a_calendar_is_connected_through_it(make_world, tmp_path, certificate, proxy):
    command = proxy.__name__
    if not shutil.which(command) and not shutil.which(f"/usr/sbin/{command}"):
        pytest.skip(f"NO {command.upper()} HERE: test/packages.sh test installs it")
    port = free_port()
    office = Office(make_world, start=False)
    public = f"https://127.0.0.1:{port}"
    (tmp_path / "proxy").mkdir()
    words = proxy(tmp_path / "proxy", port, f"127.0.0.1:{office.port}", certificate)
    words[0] = shutil.which(command) or f"/usr/sbin/{command}"
    log = (tmp_path / "proxy.log").open("wb")
    running = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                               env={"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PATH": "/usr/bin:/bin:/usr/sbin"})
    try:
        office.google.project(redirects=[f"{public}/oauth/callback"])
        office.start(OAUTH_PUBLIC_URL=public)
        office.world.settings["OAUTH_PUBLIC_URL"] = public
        office.world.restart_bot()
        office.url = public
        office.http.verify = str(certificate[0])

        def reaches():
            try:
                return office.get("/oauth/done/connected/ru").status_code == 200
            except OSError:
                assert running.poll() is None, (tmp_path / "proxy.log").read_text()
                return False
        eventually(reaches, what=f"{command} leads to the worker")
        assert office.get("/").status_code == 404
        anna = office.rep()
        office.connects(anna)
        office.oauth.terminate()
        assert office.get("/oauth/callback?state=STATE&code=SECRET").status_code == 502
        assert office.get("/oauth/start?s=SECRET").status_code == 502
        office.start(OAUTH_PUBLIC_URL=public)
        office.connects(office.rep("boris@truerealestate.bali", name="Boris Orlov"))
        running.terminate()
        assert running.wait(30) == 0
        said = (tmp_path / "proxy.log").read_text() + "".join(
            path.read_text() for path in (tmp_path / "proxy").glob("*.log"))
        assert "/oauth/callback" in said
        for word in ("code=", "state=", "s=", "SECRET", "STATE"):
            assert word not in said, said
    finally:
        running.terminate()
        running.wait(30)
