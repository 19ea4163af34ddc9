// What people write to each other in their own accounts, where the bot takes part if it is connected.
import { act, get } from "/page/api.js";
import { clock, composes, make } from "/page/dom.js";
import { menu } from "/page/menu.js";
import { renderText } from "/page/text.js";

const $ = (id) => document.getElementById(id);
const MEDIA = ["photo", "sticker", "voice", "video", "document"];

function linkButton(text, run) {
  const node = make("button", "link", text);
  node.type = "button";
  node.addEventListener("click", run);
  return node;
}

// One chat of `owner`'s account. page: {bot(), remove(chat), heard(chat), open(user, payload)}
class Direct {
  constructor(owner, peer, page) {
    this.page = page;
    this.owner = owner;
    this.peer = peer;
    this.id = `${owner.id}-${peer.id}`;
    this.person = { first_name: `${owner.first_name} ↔ ${peer.first_name}` };
    this.seen = "[]";
    this.node = $("direct-template").content.firstElementChild.cloneNode(true);
    this.node.id = `direct-${this.id}`;
    for (const name of ["messages", "toast", "composer", "as", "about"])
      this[name] = this.node.querySelector(`.${name}`);
    this.field = this.node.querySelector("textarea");
    this.pause = this.node.querySelector(".pause");
    const title = this.node.querySelector("h2");
    title.id = `name-${this.id}`;
    title.textContent = this.person.first_name;
    this.node.setAttribute("aria-labelledby", title.id);
    this.messages.setAttribute("aria-label", `Messages of ${this.person.first_name}`);
    this.field.setAttribute("aria-label", `Write to each other: ${this.person.first_name}`);
    for (const person of [owner, peer])
      this.as.append(new Option(person.first_name, person.id));
    this.bind();
  }

  bind() {
    menu(this.node.querySelector(".more"), this.node.querySelector(".actions"));
    this.node.querySelector(".remove").addEventListener("click", () => this.page.remove(this));
    this.pause.addEventListener("click", () => this.act("business_pause", { paused: !this.paused }));
    composes(this.composer, this.field, () => this.send(), () => this.write(""));
  }

  // What the page asks of every chat.
  load() {}
  showCommands() {}

  act(type, more) {
    return act(this.owner.id, type, { peer: this.peer.id, ...more })
      .catch((error) => { this.toast.textContent = `Not done: ${error.message}.`; throw error; });
  }

  // Into the field, as if `user` had typed it.
  write(text, user) {
    this.edited = null;
    this.field.value = text;
    if (user)
      this.as.value = user;
    if (text)
      this.field.focus();
  }

  send() {
    const text = this.field.value.trim(), edited = this.edited;
    if (!text)
      return;
    this.write("");
    this.toast.textContent = "";
    const done = edited ? this.act("business_edit", { message_id: edited, text })
      : this.act("business_text", { from: Number(this.as.value), text });
    done.catch(() => { this.field.value ||= text; });
  }

  // chat: as the sandbox has it
  show(account, chat) {
    this.paused = chat.paused;
    this.pause.hidden = !account.connected;
    this.pause.textContent = chat.paused ? "Let the bot go on in this chat" : "Pause the bot in this chat";
    this.about.textContent = !account.connected ? "no bot here"
      : chat.paused ? "the bot is paused here" : `the bot is connected, ${account.rights.can_reply ? "and may write" : "and may not write"}`;
    const seen = JSON.stringify(chat.messages);
    if (seen === this.seen)
      return;
    if (chat.messages.length > JSON.parse(this.seen).length)
      this.page.heard(this);
    this.seen = seen;
    this.messages.replaceChildren(...chat.messages.map((m) => this.render(m)));
    this.messages.scrollTop = this.messages.scrollHeight;
  }

  render(message) {
    const writer = message.from.id === this.owner.id ? this.owner : this.peer;
    const byBot = Boolean(message.sender_business_bot);
    const node = make("article", writer === this.owner ? "message mine" : "message");
    node.dataset.id = message.message_id;
    const bubble = make("div", "bubble"), text = make("div", "text"), foot = make("p", "foot");
    const hooks = { username: this.page.bot().username, say: () => {}, open: (payload) => this.page.open(this.peer.id, payload) };
    const media = MEDIA.find((kind) => message[kind]);
    if (message.text)
      text.append(renderText(message.text, message.entities, hooks));
    else
      text.textContent = `[${media ?? "message"}]${message.caption ? ` ${message.caption}` : ""}`;
    bubble.append(make("p", "writer", byBot ? `${writer.first_name}, by the bot` : writer.first_name), text);
    if (message.edit_date)
      foot.append(make("span", "edited", "edited"), " ");
    if (!byBot && message.text)
      foot.append(linkButton("Edit", () => { this.write(message.text); this.edited = message.message_id; }), " ");
    foot.append(linkButton("Delete", () => this.act("business_delete", { message_ids: [message.message_id] })), " ",
      make("time", "", clock.format(new Date(message.date * 1000))));
    bubble.append(foot);
    node.append(bubble);
    return node;
  }
}

// page: as above, and {chats, person(id), isHidden(id), add(chat)}
export class Accounts {
  constructor(page) {
    this.page = page;
    this.known = new Map(); // user id -> account
    this.loads = 0;
    this.bind();
  }

  account(user) {
    return this.known.get(user) ?? { connected: false, rights: {}, chats: [] };
  }

  // Everything anew; of several at once the last counts.
  async load() {
    const number = ++this.loads;
    let body;
    try {
      body = await get("/page/accounts");
    } catch {
      return; // said by the stream
    }
    if (number !== this.loads)
      return;
    this.known = new Map(body.accounts.map((account) => [account.user, account]));
    for (const account of body.accounts)
      for (const chat of account.chats) {
        const direct = chat.messages.length > 0 ? this.column(account.user, chat.peer) : this.page.chats.get(`${account.user}-${chat.peer}`);
        direct?.show(account, chat);
      }
    for (const [id, chat] of this.page.chats)
      chat.showAccount?.(this.account(id));
    this.page.shown();
  }

  // NULL: one of the two is not on the page, or it is out of view.
  column(owner, peer) {
    const id = `${owner}-${peer}`, known = this.page.chats.get(id);
    const [one, other] = [this.page.person(owner), this.page.person(peer)];
    if (known || !one || !other || this.page.isHidden(id))
      return known;
    const direct = new Direct(one, other, this.page);
    direct.show(this.account(owner), { paused: false, messages: [] });
    this.page.add(direct);
    return direct;
  }

  // The chat of the two: whoever of them has connected the bot has it.
  open(owner, peer) {
    const theirs = `${peer}-${owner}`;
    const turned = !this.account(owner).connected && (this.account(peer).connected || this.page.chats.has(theirs));
    this.page.unhide(turned ? theirs : `${owner}-${peer}`);
    return turned ? this.column(peer, owner) : this.column(owner, peer);
  }

  ask(person) {
    const { connected, rights } = this.account(person.id);
    this.person = person;
    $("account-title").textContent = `${person.first_name}'s own account`;
    $("account-state").textContent = connected ? "The bot is connected to it." : "No bot is connected to it.";
    $("account-connect").textContent = connected ? "Change the rights" : "Connect the bot";
    $("account-disconnect").hidden = !connected;
    $("account-error").textContent = "";
    for (const box of $("account-form").elements.right)
      box.checked = connected ? Boolean(rights[box.value]) : box.value !== "can_delete_all_messages";
    const others = [...this.page.chats.values()].filter((c) => typeof c.id === "number" && c.id !== person.id);
    $("account-peer").replaceChildren(...others.map((c) => new Option(c.person.first_name, c.id)));
    $("account-open").disabled = others.length === 0;
    $("account-dialog").showModal();
  }

  bind() {
    const form = $("account-form");
    const run = (type, more) => act(this.person.id, type, more)
      .then(() => $("account-dialog").close(), (error) => { $("account-error").textContent = `Not done: ${error.message}.`; });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const rights = [...form.elements.right].filter((box) => box.checked).map((box) => box.value);
      run(this.account(this.person.id).connected ? "business_rights" : "business_connect", { rights });
    });
    $("account-disconnect").addEventListener("click", () => run("business_disconnect"));
    $("account-close").addEventListener("click", () => $("account-dialog").close());
    $("account-open").addEventListener("click", () => {
      $("account-dialog").close();
      this.page.choose(this.open(this.person.id, Number($("account-peer").value)));
    });
  }
}
