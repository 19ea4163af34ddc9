// One person's chat with the bot.
import { act, get } from "/page/api.js";
import { clock, composes, make } from "/page/dom.js";
import { menu } from "/page/menu.js";
import { deepLink, draftLink, isWeb, renderText, webAddress } from "/page/text.js";

const KEPT = 300; // messages, as the sandbox keeps them
const TOAST_MS = 6000;
const RETRY_MS = 1000;

// What of a message that is not text is shown by name.
function describe(message) {
  if (message.contact)
    return `Contact: ${message.contact.first_name}, ${message.contact.phone_number}`;
  for (const kind of ["photo", "sticker", "voice", "video", "document"])
    if (message[kind])
      return `[${kind}]${message.caption ? ` ${message.caption}` : ""}`;
  return "[message]";
}

export class Chat {
  // page: {bot(), alert(text), remove(chat), heard(chat), account(person), draft(username, text, from)}
  constructor(person, page) {
    this.page = page;
    this.id = person.id;
    this.loading = 0; // number of the load under way
    this.loads = 0;
    this.seq = 0;
    this.waiting = []; // events that came while it loads
    this.sending = Promise.resolve();
    this.shown = new Map(); // message id -> {node, json}
    this.node = document.getElementById("chat-template").content.firstElementChild.cloneNode(true);
    this.node.id = `chat-${this.id}`;
    this.node.dataset.user = this.id;
    for (const name of ["messages", "empty", "toast", "keyboard", "blocked", "composer", "replying"])
      this[name] = this.node.querySelector(`.${name}`);
    this.field = this.node.querySelector("textarea");
    this.commands = this.node.querySelector(".commands");
    this.list = this.node.querySelector(".list");
    this.setPerson(person);
    this.bind();
  }

  bind() {
    // a window that is turned or made narrow keeps the newest message in view
    let atEnd = true, height = 0;
    this.messages.addEventListener("scroll", () => {
      // what scrolled before the window was resized says nothing about the new size
      if (this.messages.clientHeight === height)
        atEnd = this.isAtEnd();
    }, { passive: true });
    new ResizeObserver(() => {
      height = this.messages.clientHeight;
      if (atEnd)
        this.messages.scrollTop = this.messages.scrollHeight;
    }).observe(this.messages);
    // by keyboard: past the buttons of old messages
    const past = this.node.querySelector(".past");
    past.addEventListener("click", (event) => { event.preventDefault(); this.field.focus(); });
    const on = (selector, run) => this.node.querySelector(selector).addEventListener("click", run);
    menu(this.node.querySelector(".more"), this.node.querySelector(".actions"));
    menu(this.commands, this.list);
    on(".start", () => { this.start(""); this.field.focus(); });
    on(".contact", () => this.act("contact"));
    on(".block", () => this.act(this.isBlocked ? "unblock" : "block"));
    on(".blocked button", () => { this.act("unblock"); this.node.querySelector(".more").focus(); });
    on(".account", () => this.page.account(this.person));
    on(".remove", () => this.page.remove(this));
    on(".replying button", () => { this.reply(null); this.field.focus(); });
    composes(this.composer, this.field, () => this.send(), () => {
      this.field.value = "";
      this.reply(null);
    });
  }

  setPerson(person) {
    this.person = person;
    const title = this.node.querySelector("h2");
    title.id = `name-${this.id}`;
    title.textContent = person.first_name;
    this.node.setAttribute("aria-labelledby", title.id);
    this.showAccount(this.account ?? { connected: false });
    this.messages.setAttribute("aria-label", `Messages of ${person.first_name}`);
    this.field.setAttribute("aria-label", `Write to the bot as ${person.first_name}`);
    this.showCommands();
  }

  // Whether the bot is connected to this person's own account.
  showAccount(account) {
    this.account = account;
    this.node.querySelector(".about").textContent = [this.person.username && `@${this.person.username}`,
      this.person.language_code || "language not known", account.connected && "has connected the bot"].filter(Boolean).join(" · ");
  }

  // --- doing ---

  get hooks() {
    return { username: this.page.bot().username, open: (payload) => this.start(payload), say: (text) => this.say(text) };
  }

  // One after the other, so that messages arrive in the order they were written.
  act(type, more) {
    const done = this.sending.then(() => act(this.id, type, more));
    this.sending = done.catch((error) => this.hint(`Not done: ${error.message}.`));
    return done;
  }

  say(text) {
    return this.act("text", { text }).catch(() => {});
  }

  start(payload) {
    return this.act("start", payload ? { payload } : {}).catch(() => {});
  }

  send() {
    const text = this.field.value.trim();
    if (!text || this.isBlocked)
      return;
    this.field.value = "";
    const replyTo = this.replyTo;
    this.reply(null);
    this.act("text", replyTo ? { text, reply_to: replyTo } : { text }).catch(() => {
      if (!this.field.value)
        this.field.value = text;
    });
  }

  // The next text replies to this message; null: to none.
  reply(message) {
    this.replyTo = message?.message_id || null;
    this.replying.hidden = !message;
    this.replying.querySelector("span").textContent = message ? `Reply to: ${(message.text || describe(message)).slice(0, 60)}` : "";
    if (message)
      this.field.focus();
  }

  press(message, button, node) {
    if (button.callback_data === undefined && !button.copy_text) {
      this.hint("This kind of button does nothing here.");
      return;
    }
    if (button.copy_text) {
      const copied = () => this.hint(`Copied: ${button.copy_text.text}`);
      (navigator.clipboard?.writeText(button.copy_text.text) || Promise.resolve()).then(copied, copied);
      return;
    }
    node.classList.add("waiting");
    this.act("button", { message_id: message.message_id, data: button.callback_data })
      .catch(() => node.classList.remove("waiting"));
  }

  hint(text) {
    this.toast.textContent = text;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { this.toast.textContent = ""; }, TOAST_MS);
  }

  // --- showing ---

  showCommands() {
    const lists = this.page.bot().commands || [];
    const language = (this.person.language_code || "").slice(0, 2);
    const found = lists.find((l) => l.language_code && l.language_code === language)
      || lists.find((l) => !l.language_code);
    const commands = found ? found.commands : [];
    const json = JSON.stringify(commands);
    if (json === this.commandsJson)
      return;
    this.commandsJson = json;
    this.commands.hidden = commands.length === 0;
    this.list.replaceChildren(...commands.map((c) => {
      const item = make("button");
      item.type = "button";
      item.append(make("b", "", `/${c.command}`), " ", make("span", "", c.description));
      item.addEventListener("click", () => this.say(`/${c.command}`));
      return item;
    }));
  }

  setBlocked(blocked) {
    this.isBlocked = blocked;
    this.blocked.hidden = !blocked;
    this.composer.hidden = blocked;
    this.node.querySelector(".block").textContent = blocked ? "Unblock the bot" : "Block the bot";
  }

  // Everything as it is now; whatever comes meanwhile is put on top.
  async load() {
    const number = this.loading = ++this.loads;
    let body;
    try {
      body = await get(`/page/chat?user=${this.id}`);
    } catch {
      setTimeout(() => { if (this.loading === number) this.load(); }, RETRY_MS);
      return;
    }
    if (this.loading !== number)
      return;
    this.messages.setAttribute("aria-busy", "true");
    const ids = new Set(body.entries.map((e) => e.message.message_id));
    for (const id of [...this.shown.keys()])
      if (!ids.has(id))
        this.drop(id);
    body.entries.forEach((entry) => this.put(entry));
    this.setBlocked(body.blocked);
    this.messages.removeAttribute("aria-busy");
    this.seq = body.seq;
    this.loading = 0;
    this.node.dataset.loaded = String(number);
    const waiting = this.waiting;
    this.waiting = [];
    waiting.forEach((event) => this.happen(event));
  }

  happen(event) {
    if (this.loading) {
      this.waiting.push(event);
      return;
    }
    if (event.seq <= this.seq)
      return;
    this.seq = event.seq;
    if (event.entry) {
      this.put(event.entry);
      if (event.kind === "bot_message")
        this.page.heard(this);
    }
    if (event.kind === "bot_reaction")
      this.reacted(event);
    else if (event.kind === "bot_delete" || event.kind === "user_delete")
      this.drop(event.message_id);
    else if (event.kind === "callback_answer")
      this.answered(event);
    else if (event.kind === "user_block" || event.kind === "user_unblock")
      this.setBlocked(event.kind === "user_block");
  }

  // A sign of the bot's under what was said.
  reacted(event) {
    const node = this.shown.get(event.message_id)?.node;
    if (!node)
      return;
    node.querySelector(".reaction")?.remove();
    if (event.emoji)
      node.querySelector(".foot").prepend(make("span", "reaction", event.emoji), " ");
  }

  answered(event) {
    this.messages.querySelectorAll(".waiting").forEach((node) => node.classList.remove("waiting"));
    const deep = event.url && deepLink(event.url, this.page.bot().username);
    if (deep)
      this.start(deep.payload);
    if (event.text && event.show_alert)
      this.page.alert(event.text);
    else if (event.text)
      this.hint(event.text);
  }

  drop(id) {
    this.shown.get(id)?.node.remove();
    this.shown.delete(id);
    this.showRest();
  }

  isAtEnd() {
    const view = this.messages;
    return view.scrollHeight - view.scrollTop - view.clientHeight < 60;
  }

  put(entry) {
    const id = entry.message.message_id;
    const json = JSON.stringify(entry);
    const old = this.shown.get(id);
    if (old && old.json === json)
      return;
    const view = this.messages;
    const atEnd = this.isAtEnd();
    const node = this.render(entry);
    if (old) {
      // whoever was on one of its buttons stays in the chat
      const focused = old.node.contains(document.activeElement);
      old.node.replaceWith(node);
      if (focused)
        (node.querySelector("button") || view).focus();
    } else {
      view.append(node);
    }
    this.shown.set(id, { node, json, entry });
    if (this.shown.size > KEPT)
      this.drop(this.shown.keys().next().value);
    this.showRest();
    if (atEnd || !entry.from_bot)
      view.scrollTop = view.scrollHeight;
  }

  render({ message, from_bot: fromBot }) {
    const node = make("article", `message ${fromBot ? "bot" : "mine"}`);
    node.dataset.id = message.message_id;
    const bubble = make("div", "bubble");
    bubble.append(make("span", "unseen", fromBot ? "Bot: " : `${this.person.first_name}: `));
    const text = make("div", "text");
    const replied = message.reply_to_message;
    if (replied)
      bubble.append(make("p", "replied", (replied.text || describe(replied)).slice(0, 80)));
    if (message.text)
      text.append(renderText(message.text, message.entities, this.hooks));
    else
      text.textContent = describe(message);
    const foot = make("p", "foot");
    if (message.edit_date)
      foot.append(make("span", "edited", "edited"), " ");
    const when = new Date(message.date * 1000);
    const time = make("time", "", clock.format(when));
    time.dateTime = when.toISOString();
    const reply = make("button", "link reply", "Reply");
    reply.type = "button";
    reply.addEventListener("click", () => this.reply(message));
    foot.append(reply, " ", time);
    bubble.append(text, foot);
    node.append(bubble);
    const rows = message.reply_markup?.inline_keyboard || [];
    if (rows.length > 0)
      node.append(this.renderButtons(message, rows));
    return node;
  }

  renderButtons(message, rows) {
    const all = make("div", "buttons");
    for (const row of rows) {
      const line = make("div", "line");
      line.append(...row.map((button) => this.renderButton(message, button)));
      all.append(line);
    }
    return all;
  }

  renderButton(message, button) {
    const deep = button.url && deepLink(button.url, this.page.bot().username);
    const draft = button.url && !deep && draftLink(button.url);
    if (draft && this.page.knows(draft.username)) {
      const node = make("button", "", button.text);
      node.type = "button";
      node.addEventListener("click", () => this.page.draft(draft.username, draft.text, this.person));
      return node;
    }
    if (button.url && !deep && isWeb(button.url)) {
      const a = make("a", "button", `${button.text} ↗`);
      a.href = webAddress(button.url);
      a.target = "_blank";
      a.rel = "noopener noreferrer";
      return a;
    }
    const node = make("button", "", button.text);
    node.type = "button";
    node.addEventListener("click", () => (deep ? this.start(deep.payload) : this.press(message, button, node)));
    return node;
  }

  // What depends on all messages together: the start button, and a keyboard instead of the phone's own.
  showRest() {
    this.empty.hidden = this.shown.size > 0;
    let keyboard = null;
    for (const { entry } of this.shown.values())
      if (entry.keyboard?.keyboard)
        keyboard = entry.keyboard.keyboard;
      else if (entry.keyboard?.remove_keyboard)
        keyboard = null;
    this.keyboard.hidden = !keyboard;
    this.keyboard.replaceChildren(...(keyboard || []).map((row) => {
      const line = make("div", "line");
      line.append(...row.map((button) => {
        const node = make("button", "", button.text || button);
        node.type = "button";
        node.addEventListener("click", () => (button.request_contact ? this.act("contact") : button.request_users ? this.act("users") : this.say(button.text || button)));
        return node;
      }));
      return line;
    }));
  }
}
