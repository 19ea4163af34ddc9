// The simulated Google calendar of an account: what a rep would see in Google's own app, and change there by hand.
import { get, post } from "/page/api.js";

const SHOWN_MAX = 50;
const MINUTE_MS = 60000, DAY_MS = 24 * 60 * MINUTE_MS;
const $ = (id) => document.getElementById(id);
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });

let accounts = [];
let shown = { account: null, version: -1 }; // what stands on the page
let offsetMin = 0; // of the calendar's zone
let opened = false; // once by itself: when the first account is connected
let loads = 0;

function make(tag, className, ...content) {
  const node = document.createElement(tag);
  if (className)
    node.className = className;
  node.append(...content);
  return node;
}

// --- times: the calendar's clock, whatever the browser's is ---

function begin(event, end = "start") {
  return event[end].date ? Date.parse(event[end].date) - offsetMin * MINUTE_MS : Date.parse(event[end].dateTime);
}

function local(ms) {
  return new Date(ms + offsetMin * MINUTE_MS);
}

function offset() {
  const east = Math.abs(offsetMin);
  const two = (n) => String(n).padStart(2, "0");
  return `${offsetMin < 0 ? "-" : "+"}${two(Math.floor(east / 60))}:${two(east % 60)}`;
}

function when(event) {
  const from = local(begin(event)), to = local(begin(event, "end"));
  if (event.start.date) {
    const last = local(begin(event, "end") - DAY_MS);
    return last > from ? `${day.format(from)} – ${day.format(last)}, all day` : `${day.format(from)}, all day`;
  }
  const end = day.format(from) === day.format(to) ? hour.format(to) : `${day.format(to)} ${hour.format(to)}`;
  return `${day.format(from)}, ${hour.format(from)}–${end}`;
}

// --- what there is ---

function row(event) {
  const title = event.summary || "(no title)";
  const line = make("li", "", make("span", "when", when(event)), make("b", "", title));
  line.dataset.id = event.id;
  const guests = (event.attendees || []).map((a) => `${a.email} (${a.responseStatus})`);
  if (event.transparency === "transparent")
    line.append(make("span", "hint", "shown as free"));
  if (guests.length > 0)
    line.append(make("span", "hint", `with ${guests.join(", ")}`));
  const remove = make("button", "", "Delete");
  remove.type = "button";
  remove.setAttribute("aria-label", `Delete ${title}`);
  remove.addEventListener("click", () => change({ delete: event.id }));
  line.append(remove);
  return line;
}

function show(body) {
  offsetMin = body.offset_minutes;
  const since = Date.now() - DAY_MS;
  const events = body.events.filter((e) => e.status !== "cancelled" && begin(e, "end") > since)
    .sort((a, b) => begin(a) - begin(b));
  $("calendar-events").replaceChildren(...events.slice(0, SHOWN_MAX).map(row));
  const more = events.length - SHOWN_MAX;
  const account = accounts.find((a) => a.sub === shown.account);
  $("calendar-state").textContent = [account?.connected ? "Connected to the bot." : "Not connected to the bot.",
    `Times of ${body.zone} (${offset()}).`, events.length === 0 ? "No events." : "", more > 0 ? `${more} more are not shown.` : ""]
    .filter(Boolean).join(" ");
}

async function load() {
  const number = ++loads;
  try {
    const body = await get(`/page/calendar?account=${encodeURIComponent(shown.account)}`);
    if (number === loads)
      show(body);
  } catch (error) {
    if (number === loads) {
      shown.version = -1; // the next news asks again
      $("calendar-state").textContent = `Not shown: ${error.message}.`;
    }
  }
}

// --- changes by hand ---

async function change(what) {
  try {
    await post("/page/calendar", { account: shown.account, ...what });
    $("calendar-error").textContent = "";
    $("calendar-add").focus();
    await load();
    return true;
  } catch (error) {
    $("calendar-error").textContent = `Not changed: ${error.message}.`;
    return false;
  }
}

function read(fields) {
  const date = fields.date.value;
  const event = { summary: fields.title.value.trim() || "Busy" };
  if (fields.free.checked)
    event.transparency = "transparent";
  if (fields.allday.checked) {
    const next = new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10);
    return { ...event, start: { date }, end: { date: next } };
  }
  const at = (time) => ({ dateTime: `${date}T${time}:00${offset()}` });
  return { ...event, start: at(fields.from.value), end: at(fields.to.value) };
}

function bind() {
  const form = $("calendar-form"), fields = form.elements;
  fields.date.value = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
  fields.allday.addEventListener("change", () => {
    for (const name of ["from", "to"])
      fields[name].disabled = fields.allday.checked;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await change({ event: read(fields) }))
      fields.title.value = "";
  });
  $("calendar-account").addEventListener("change", (event) => choose(event.target.value));
}

function choose(sub) {
  shown = { account: sub, version: accounts.find((a) => a.sub === sub)?.version ?? -1 };
  load();
}

// news: [{sub, email, connected, version}]: the connected ones first
export function showCalendars(news) {
  const select = $("calendar-account");
  const before = accounts.find((a) => a.sub === shown.account);
  accounts = news;
  select.replaceChildren(...news.map((a) => {
    const option = make("option", "", a.connected ? `${a.email} (connected)` : a.email);
    option.value = a.sub;
    return option;
  }));
  const connected = news.find((a) => a.connected);
  if (connected && !opened) {
    opened = $("calendar").open = true;
    shown.account = connected.sub;
  }
  const now = news.find((a) => a.sub === shown.account) ?? news[0];
  $("calendar").hidden = !now;
  if (!now)
    return;
  select.value = now.sub;
  if (now.sub !== before?.sub || now.version !== shown.version || now.connected !== before?.connected)
    choose(now.sub);
}

bind();
