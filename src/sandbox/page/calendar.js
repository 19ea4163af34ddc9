// The simulated Google calendar of an account: what a rep would see in Google's own app, and change there by hand.
import { get, post } from "/page/api.js";
import { make } from "/page/dom.js";

const SHOWN_MAX = 50;
const DAY_MS = 24 * 60 * 60 * 1000;
const $ = (id) => document.getElementById(id);
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });

let accounts = [];
let shown = { account: null, version: -1 }; // what stands on the page
let zone = "UTC", clock = clockOf("UTC"); // the calendar's
let opened = false; // once by itself: when the first account is connected
let loads = 0;

// --- times: the calendar's clock, whatever the browser's is ---

function clockOf(name) {
  const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
  try {
    return new Intl.DateTimeFormat("en-US", { ...fields, hourCycle: "h23", timeZone: name });
  } catch {
    return new Intl.DateTimeFormat("en-US", { ...fields, hourCycle: "h23", timeZone: "UTC" }); // a browser without that zone
  }
}

// What a clock on the wall there shows, as a date in UTC.
function local(ms) {
  const shown = Object.fromEntries(clock.formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  return new Date(Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second));
}

// A day is as good as its beginning in UTC: all days are shown and sorted alike.
function wall(event, end = "start") {
  return event[end].date ? new Date(Date.parse(event[end].date)) : local(Date.parse(event[end].dateTime));
}

function when(event) {
  const from = wall(event), to = wall(event, "end");
  if (event.start.date) {
    const last = new Date(to - DAY_MS);
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
  if (body.zone !== zone)
    [zone, clock] = [body.zone, clockOf(body.zone)];
  const since = Date.now() - DAY_MS;
  const events = body.events.filter((e) => e.status !== "cancelled" && !e.recurrence && wall(e, "end") > since)
    .sort((a, b) => wall(a) - wall(b));
  $("calendar-events").replaceChildren(...events.slice(0, SHOWN_MAX).map(row));
  const more = events.length - SHOWN_MAX;
  const account = accounts.find((a) => a.sub === shown.account);
  $("calendar-state").textContent = [account?.connected ? "Connected to the bot." : "Not connected to the bot.",
    `Times of ${zone}.`, events.length === 0 ? "No events." : "", more > 0 ? `${more} more are not shown.` : ""]
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
  if (fields.weekly.checked)
    event.recurrence = ["RRULE:FREQ=WEEKLY;COUNT=10"];
  if (fields.free.checked)
    event.transparency = "transparent";
  if (fields.allday.checked) {
    const next = new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10);
    return { ...event, start: { date }, end: { date: next } };
  }
  const at = (time) => ({ dateTime: `${date}T${time}:00`, timeZone: zone });
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
