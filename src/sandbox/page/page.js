// The page as a whole: who is on it, what the sandbox tells, which chat is in front on a small screen.
import { post } from "/page/api.js";
import { showCalendars } from "/page/calendar.js";
import { Chat } from "/page/chat.js";
import { Accounts } from "/page/direct.js";
import { showProspectForm } from "/page/prospect.js";
import "/page/rehearsal.js";
import { showSystem } from "/page/system.js";

const READY_MADE = [
  { id: 500000001, first_name: "Anna Petrova", username: "anna", language_code: "ru" },
  { id: 500000002, first_name: "John Smith", username: "john", language_code: "en" },
];
// one of those whom the migrations put into the table of prospects
const PROSPECT = { id: 500000003, first_name: "Maria Ivanova", username: "test_investor_maria", language_code: "ru" };
// the account that the bot takes for an administrator's, where the sandbox knows it
const ADMIN = { first_name: "Olga Sidorova", username: "olga", language_code: "ru" };
const RETRY_MS = 1000;
const $ = (id) => document.getElementById(id);
const chats = new Map(); // user id -> Chat
let bot = { username: "", commands: [] };
let instance = null;
let isDemo = false;
let admin = 0; // a user id
let current = null; // on a small screen: a user id, or "system"

// --- what this browser remembers: the people made here, and those out of view ---

function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`salesreg.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`salesreg.${name}`, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing shows everybody again next time
  }
}

const made = recall("people", READY_MADE);
const hidden = new Set(recall("hidden", []));
let front = recall("front", null);

// --- notices ---

function alertUser(text) {
  $("alert-text").textContent = text;
  if (!$("alert-dialog").open)
    $("alert-dialog").showModal();
}

function tell(text) {
  $("news-text").textContent = text;
  $("news").hidden = false;
}

function showBot(news) {
  bot = news;
  $("bot-name").textContent = bot.username ? `@${bot.username}` : "";
  $("bot-state").textContent = bot.running ? "running" : "not running";
  $("bot-state").className = `state ${bot.running ? "good" : "bad"}`;
  $("how-to-run").textContent = `TELEGRAM_API_BASE=${location.origin} salesreg bot`;
  $("not-running").hidden = bot.running;
  for (const chat of chats.values())
    chat.showCommands();
}

// --- people and tabs ---

function chatOf(username) {
  return [...chats.values()].find((c) => c.person.username?.toLowerCase() === username.toLowerCase());
}

const page = {
  bot: () => bot,
  alert: alertUser,
  heard(chat) {
    if (chat.id === current)
      return;
    chat.unread = (chat.unread || 0) + 1;
    showTabs();
  },
  knows: (username) => Boolean(chatOf(username)),
  account: (person) => accounts.ask(person),
  // The text stands in the field of their chat, and goes with a press of Send.
  draft(username, text, from) {
    const direct = accounts.open(from.id, chatOf(username).id);
    this.choose(direct);
    direct.write(text, from.id);
  },
  chats,
  person: (id) => chats.get(id)?.person,
  isHidden: (id) => hidden.has(id),
  unhide(id) {
    hidden.delete(id);
    remember("hidden", [...hidden]);
  },
  add(chat) {
    chats.set(chat.id, chat);
    $("chats").append(chat.node);
  },
  shown: () => showTabs(),
  choose(chat) {
    choose(chat.id);
    chat.node.scrollIntoView({ block: "nearest", inline: "nearest" });
    chat.field.focus();
  },
  open(id, payload) {
    chats.get(id).start(payload);
  },
  remove(chat) {
    hidden.add(chat.id);
    remember("hidden", [...hidden]);
    chat.node.remove();
    chats.delete(chat.id);
    showTabs();
    $("back").hidden = false;
    $("back").focus();
  },
};

const accounts = new Accounts(page);

function showTabs() {
  if (current !== "system" && !chats.has(current))
    current = chats.has(front) || front === "system" ? front : [...chats.keys()][0] ?? null;
  const wanted = [...[...chats.values()].map((c) => [c.id, c.person.first_name, c.unread || 0]), ["system", "System", 0]];
  const tabs = $("tabs");
  while (tabs.children.length > wanted.length)
    tabs.lastChild.remove();
  wanted.forEach(([id, name, unread], i) => {
    const tab = tabs.children[i] || tabs.appendChild(document.createElement("button"));
    tab.type = "button";
    tab.textContent = unread ? `${name} (${unread} new)` : name;
    tab.dataset.tab = id;
    tab.setAttribute("aria-current", String(id === current));
    tab.onclick = () => choose(id);
  });
  for (const chat of chats.values())
    chat.node.classList.toggle("front", chat.id === current);
  $("system").classList.toggle("front", current === "system");
}

function choose(id) {
  current = front = id;
  remember("front", id);
  const chat = chats.get(id);
  if (chat)
    chat.unread = 0;
  showTabs();
  document.querySelector("#tabs [aria-current=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (chat)
    chat.messages.scrollTop = chat.messages.scrollHeight;
}

function showPeople(people) {
  const before = chats.size;
  for (const person of [...people].sort((a, b) => a.id - b.id)) {
    if (hidden.has(person.id))
      continue;
    const known = chats.get(person.id);
    if (known) {
      known.setPerson(person);
      continue;
    }
    const chat = new Chat(person, page);
    page.add(chat);
    chat.load();
  }
  if (chats.size > before)
    accounts.load(); // their chats with each other
  showTabs();
}

// The sandbox keeps people only while it runs; those made here come back.
async function bringPeople(known) {
  const ids = new Set(known.map((p) => p.id));
  const ready = [...made, ...(isDemo ? [PROSPECT] : []), ...(admin ? [{ id: admin, ...ADMIN }] : [])];
  for (const person of ready)
    if (!ids.has(person.id) && !hidden.has(person.id))
      await post("/page/users", person);
}

function bindPersonDialog() {
  const dialog = $("person-dialog"), form = $("person-form");
  $("add").addEventListener("click", () => {
    form.reset();
    $("person-error").textContent = "";
    dialog.showModal();
    form.elements.name.focus();
  });
  $("person-cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = { first_name: form.elements.name.value.trim(),
      username: form.elements.username.value.trim().replace(/^@/, ""), language_code: form.elements.language.value };
    try {
      if (!wanted.first_name)
        throw new Error("write a name");
      const { user } = await post("/page/users", wanted);
      made.push({ ...wanted, id: user.id });
      remember("people", made);
      dialog.close();
      showPeople([user]);
      choose(user.id);
      const chat = chats.get(user.id);
      chat.node.scrollIntoView({ block: "nearest", inline: "nearest" });
      chat.field.focus();
    } catch (error) {
      $("person-error").textContent = `Not added: ${error.message}.`;
    }
  });
}

// --- what the sandbox tells ---

function hello(news) {
  $("offline").hidden = true;
  if (instance && instance !== news.instance && !news.kept)
    tell("The sandbox was started anew: earlier messages are gone from here, but not from the bot's database.");
  instance = news.instance;
  showBot(news.bot);
  showCalendars(news.google);
  isDemo = Boolean(news.prospects);
  admin = news.admin;
  showProspectForm(news.prospects);
  if (!news.system)
    showSystem($("system-body"), null);
  // whatever was missed while away
  for (const chat of chats.values())
    chat.load();
  showPeople(news.people);
  accounts.load();
  bringPeople(news.people).catch((error) => tell(`People could not be added: ${error.message}.`));
  document.body.dataset.connected = news.instance;
}

let source = null;

function listen() {
  source = new EventSource("/page/events");
  const on = (name, run) => source.addEventListener(name, (event) => run(JSON.parse(event.data)));
  on("hello", hello);
  on("bot", showBot);
  on("people", showPeople);
  on("google", showCalendars);
  on("system", (state) => showSystem($("system-body"), state));
  on("chat", (event) => {
    chats.get(event.chat)?.happen(event);
    if (event.rep)
      accounts.load();
  });
  source.onerror = () => {
    $("offline").hidden = false;
    $("bot-state").textContent = "connection lost";
    $("bot-state").className = "state bad";
    delete document.body.dataset.connected;
    // a browser tries again by itself unless it found the answer hopeless
    if (source.readyState === EventSource.CLOSED)
      setTimeout(() => { if (!document.hidden && source.readyState === EventSource.CLOSED) listen(); }, RETRY_MS);
  };
}

// A browser has six connections for a host, all its tabs together: one that nobody looks at holds none, and catches up.
document.addEventListener("visibilitychange", () => {
  source.close();
  delete document.body.dataset.connected;
  if (!document.hidden)
    listen();
});

$("back").hidden = hidden.size === 0;
$("back").addEventListener("click", () => {
  hidden.clear();
  remember("hidden", []);
  $("back").hidden = true;
  $("add").focus();
  source?.close();
  listen();
});
$("news-close").addEventListener("click", () => { $("news").hidden = true; });
bindPersonDialog();
showTabs();
listen();
