"""Another site's page cannot drive the sandbox through the browser of whoever runs it."""
import http.server
import threading

import pytest

from page import ANNA
from support.telegram import TOKEN
from support.waiting import eventually

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
    titles = eventually(lambda: t if "," in (t := page.run("return document.title")) else None, what="the attack is over")
    # without CORS a page is not told that it was refused; the sandbox tells
    assert titles.split(",")[1:3] == ["refused"] * 2 and titles.split(",")[4:] == ["refused"] * 2
    after = sandbox.stats()
    assert after["users"] == before["users"] and after["transcript_events"] == before["transcript_events"]
    assert after["methods"] == before["methods"]


def test_the_page_asks_nobody_else(sandbox, open_page):
    """Everything comes from the sandbox: no network is needed."""
    page = open_page(sandbox)
    page.chat(ANNA)
    asked = page.run("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert asked and all(name.startswith((sandbox.base + "/", "data:")) for name in asked), asked
