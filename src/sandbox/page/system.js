// The system behind the bot: what its database holds.

function make(tag, className, ...content) {
  const node = document.createElement(tag);
  if (className)
    node.className = className;
  node.append(...content);
  return node;
}

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
  body.replaceChildren(reps, prospects, outbox(state.outbox), parked);
}
