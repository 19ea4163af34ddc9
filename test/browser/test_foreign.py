"""Another site's page cannot drive the sandbox through the browser of whoever runs it."""
import http.server
import threading

import pytest
import requests

from page import ANNA
from support.telegram import TOKEN

ATTACK = """<!doctype html><title>elsewhere</title><script>
const base = "BASE", done = [];
const tries = [
  () => fetch(base + "/sandbox/act", {method: "POST", mode: "no-cors", body: JSON.stringify({user: 1, type: "text", text: "x"})}),
  () => fetch(base + "/page/act", {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"}),
  () => fetch(base + "/sandbox/users").then((r) => r.text()),
  () => fetch(base + "/botTOKEN/getMe", {mode: "no-cors", method: "POST"}),
  () => new Promise((ok, no) => { const e = new EventSource(base + "/page/events"); e.onopen = ok; e.onerror = no; }),
  () => new Promise((ok, no) => { const f = document.createElement("iframe"); f.src = base + "/";
    f.onload = () => { try { f.contentWindow.document.body ? no() : no(); } catch { no(); } }; document.body.append(f); }),
];
(async () => { for (const t of tries) { try { await t(); done.push("through"); } catch { done.push("refused"); } }
  document.title = done.join(); })();
</script><body></body>"""


@pytest.fixture
def elsewhere(sandbox):
    """A site on another port, which is another origin."""
    page = ATTACK.replace("BASE", sandbox.base).replace("TOKEN", TOKEN).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_page_of_another_origin_changes_and_reads_nothing(sandbox, open_page, elsewhere):
    page = open_page(sandbox)
    page.expected += ["blocked by CORS", "Failed to load resource", "frame-ancestors", "X-Frame-Options", "Refused to frame",
                      "Framing"]
    before = sandbox.stats()
    page.driver.get(elsewhere)
    from support.waiting import eventually
    titles = eventually(lambda: t if "," in (t := page.run("return document.title")) else None, what="the attack is over")
    # without CORS a page is not told that it was refused; the sandbox tells
    assert titles.split(",")[1:3] == ["refused"] * 2 and titles.split(",")[4:] == ["refused"] * 2
    after = sandbox.stats()
    assert after["users"] == before["users"] and after["transcript_events"] == before["transcript_events"]
    assert after["methods"] == before["methods"]


def ask(sandbox, verb, path, **headers):
    return requests.request(verb, sandbox.base + path, timeout=60, data=b'{"user":1,"type":"text","text":"x"}',
                            headers={name.replace("_", "-"): value for name, value in headers.items()})


JSON = "application/json"


@pytest.mark.parametrize("path", ["/page/act", "/sandbox/act", "/page/users", f"/bot{TOKEN}/getMe"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_a_foreign_origin_is_refused(sandbox, path, origin):
    answer = ask(sandbox, "POST", path, Origin=origin, Content_Type=JSON)
    assert answer.status_code == 403 and answer.json()["ok"] is False
    assert sandbox.stats()["transcript_events"] == 0


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/events", "/page/chat?user=1", "/sandbox/users"])
def test_a_name_of_somebody_elses_that_leads_here_is_refused(sandbox, path):
    assert ask(sandbox, "GET", path, Host="evil.example").status_code == 403
    assert ask(sandbox, "GET", path, Host="127.0.0.1.evil.example:8081").status_code == 403


def test_requests_across_sites_are_refused_but_a_link_may_lead_to_the_page(sandbox):
    assert ask(sandbox, "GET", "/sandbox/users", Sec_Fetch_Site="cross-site").status_code == 403
    assert ask(sandbox, "GET", "/page/page.js", Sec_Fetch_Site="same-site").status_code == 403
    visit = ask(sandbox, "GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
    assert visit.status_code == 200
    assert "default-src 'none'" in visit.headers["Content-Security-Policy"]
    assert "unsafe" not in visit.headers["Content-Security-Policy"]


def test_the_pages_own_posts_are_json_with_its_origin(sandbox):
    assert ask(sandbox, "POST", "/page/act", Content_Type=JSON).status_code == 403
    assert ask(sandbox, "POST", "/page/act", Content_Type="text/plain", Origin=sandbox.base).status_code == 403
    assert ask(sandbox, "POST", "/page/act", Content_Type=JSON, Origin=sandbox.base).status_code == 200
    # only what the page needs
    for call in ("faults", "clock", "load", "stats"):
        assert ask(sandbox, "POST", f"/page/{call}", Content_Type=JSON, Origin=sandbox.base).status_code == 404


def test_programs_go_on_as_ever(sandbox):
    assert ask(sandbox, "POST", "/sandbox/act", Content_Type="application/x-www-form-urlencoded").status_code == 200
    assert ask(sandbox, "GET", f"/bot{TOKEN}/getMe", Host="sandbox.some.network:8081").status_code == 200
    assert ask(sandbox, "GET", "/", Host="sandbox:8081").status_code == 200


def test_another_name_can_be_allowed(tmp_path):
    from support.telegram import Sandbox
    named = Sandbox(tmp_path / "named.log", "--host", "demo.example.com")
    try:
        assert ask(named, "GET", "/", Host="demo.example.com").status_code == 200
        assert ask(named, "GET", "/", Host="demo.example.com:443").status_code == 200
        assert ask(named, "GET", "/", Host="other.example.com").status_code == 403
        assert ask(named, "POST", "/page/act", Host="demo.example.com", Origin="https://demo.example.com",
                   Content_Type=JSON).status_code == 200
    finally:
        named.process.discard()


def test_the_page_asks_nobody_else(sandbox, open_page):
    """Everything comes from the sandbox: no network is needed."""
    page = open_page(sandbox)
    page.chat(ANNA)
    asked = page.run("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert asked and all(name.startswith((sandbox.base + "/", "data:")) for name in asked), asked
