// The system behind the bot: what its database holds.
import { make } from "/page/dom.js";

function table(caption, heads, rows, total, none) {
  const box = make("section", "table", make("h3", "", caption));
  if (rows.length === 0) {
    box.append(make("p", "hint", none));
    return box;
  }
  const head = make("tr", "", ...heads.map((h) => Object.assign(make("th", "", h), { scope: "col" })));
  const body = rows.map((row) => make("tr", "", ...row.map((cell) =>
    make("td", cell?.className || "", String((cell?.text ?? cell) ?? "")))));
  const made = make("table", "", make("thead", "", head), make("tbody", "", ...body));
  made.setAttribute("aria-label", caption);
  box.append(made);
  if (total > rows.length)
    box.append(make("p", "hint", `${rows.length} of ${count(total)} shown.`));
  return box;
}

// The database stops counting at 10,000.
function count(n) {
  return n >= 10000 ? "10,000 or more" : String(n);
}

function age(seconds) {
  if (seconds < 60)
    return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

// "in 23 h"; of a timer that was given up: never.
function ahead(seconds) {
  if (seconds === null)
    return "given up";
  return seconds < 90000 ? `in ${age(seconds)}` : `in ${Math.round(seconds / 86400)} d`;
}

const OWNERS = { bot: "the bot", rep: "the rep", nobody: "nobody yet" };
const TIMERS = { reach_out: "first word", reminder: "reminder", follow_up: "rep's follow-up", unreachable: "tell the rep" };

// What a conversation is about now, beside who leads it.
function standing(c) {
  const parts = [];
  if (c.opted_out)
    parts.push("said STOP");
  if (!c.met)
    parts.push("not in the bot's chat");
  else if (c.reach !== "reachable")
    parts.push(`not reached: ${c.reach.replaceAll("_", " ")}`);
  if (c.as_rep)
    parts.push("as the rep");
  if (c.asked)
    parts.push(`asked: ${c.asked}`);
  else if (c.finished)
    parts.push(`all answered, score ${c.score}`);
  return parts.join(", ");
}

function conversations(all) {
  const rows = all.rows.map((c) => [c.name, OWNERS[c.owner] ?? c.owner, c.version,
    [standing(c), ...c.timers.map((t) => `${TIMERS[t.kind] ?? t.kind}${t.kind === "reminder" ? ` ${t.step}` : ""} ${ahead(t.in_s)}`)]
      .filter(Boolean).join("; ")]);
  const box = table("Conversations with prospects", ["Prospect", "Led by", "Version", "Now"], rows, all.total,
    "None has begun. A prospect opens their link, or writes to the bot.");
  box.id = "system-conversations";
  return box;
}

function status(word) {
  return { text: (word || "none").replaceAll("_", " "), className: `status ${word}` };
}

function outbox(o) {
  const rows = o.rows.map((r) => [r.chat, r.what.replace(/([A-Z])/g, " $1").toLowerCase(), status(r.state), age(r.age_s)]);
  const box = table("Outbox: messages not delivered yet", ["Chat", "What", "State", "Since"], rows, o.total,
    "Nothing waits: every message is delivered.");
  box.id = "system-outbox";
  const line = make("p", "counts", `${count(o.queued)} queued, ${count(o.sending)} being sent, ${count(o.failed)} refused, `
    + `${count(o.sent)} delivered, ${count(o.possible_duplicates)} possibly twice`);
  box.querySelector("h3").after(line);
  return box;
}

export function showSystem(body, state) {
  if (!state) {
    body.replaceChildren(
      make("p", "hint", "Reps, prospects and the outbox can be shown here, read from the bot's database."),
      make("p", "hint", "Start the sandbox with DATABASE_URL set as it is for the bot, and with ",
        make("code", "", "salesreg sandbox --state")));
    return;
  }
  if (state.problem) {
    body.replaceChildren(make("p", "error", state.problem));
    return;
  }
  const reps = table("Reps", ["Name", "Status", "E-mail", "Open"],
    state.reps.rows.map((r) => [r.name, status(r.available ? r.status : `${r.status}, unreachable`), r.email,
      r.open]),
    state.reps.total, "Nobody has registered yet. Write “hello” to the bot.");
  reps.id = "system-reps";
  const prospects = table("Prospects", ["Name", "Status", "Rep"],
    state.prospects.rows.map((p) => [p.name, status(p.status), p.rep ?? { text: "nobody yet", className: "hint" }]),
    state.prospects.total, "There are none. Put one into test_prospects.");
  prospects.id = "system-prospects";
  const parked = make("section", "table", make("h3", "", "Updates the bot could not process"),
    make("p", state.parked > 0 ? "error" : "hint", state.parked > 0
      ? `${count(state.parked)}: look into salesreg.parked_updates.` : "None."));
  parked.id = "system-parked";
  body.replaceChildren(reps, prospects, conversations(state.conversations), outbox(state.outbox), parked);
}
