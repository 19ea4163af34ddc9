// Message text with its entities (core.telegram.org/bots/api#messageentity), as nodes: text never becomes markup.

// Offsets are in UTF-16 units, as JavaScript's are.
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code",
  blockquote: "q", spoiler: "span" };

function parse(address) {
  try {
    return new URL(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
}

// {payload} when the address opens a chat with this bot, else null.
export function deepLink(address, username) {
  const url = parse(address);
  if (!url || !username)
    return null;
  let name;
  if (/^https?:$/.test(url.protocol) && /^(www\.)?(t|telegram)\.me$/i.test(url.hostname))
    name = url.pathname.replace(/^\/|\/$/g, "");
  else if (url.protocol === "tg:" && url.href.startsWith("tg://resolve"))
    name = url.searchParams.get("domain") || "";
  else
    return null;
  return name.toLowerCase() === username.toLowerCase() ? { payload: url.searchParams.get("start") || "" } : null;
}

// {username, text} when the address opens a person's chat with a text in its field, else null.
export function draftLink(address) {
  const url = parse(address);
  if (!url || !/^https?:$/.test(url.protocol) || !/^(www\.)?(t|telegram)\.me$/i.test(url.hostname) || !url.searchParams.has("text"))
    return null;
  return { username: url.pathname.replace(/^\/|\/$/g, ""), text: url.searchParams.get("text") };
}

export function isWeb(address) {
  const url = parse(address);
  return Boolean(url && /^https?:$/.test(url.protocol) && url.hostname);
}

export function webAddress(address) {
  return parse(address).href;
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "link";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

// hooks: {username, open(payload), say(text)}
function link(address, text, hooks) {
  const deep = deepLink(address, hooks.username);
  if (deep)
    return button(text, () => hooks.open(deep.payload));
  if (!isWeb(address))
    return document.createTextNode(text);
  const a = document.createElement("a");
  a.href = webAddress(address);
  a.target = "_blank";
  a.rel = "noopener noreferrer";
  a.textContent = text;
  return a;
}

function wrap(text, entities, hooks) {
  let node = document.createTextNode(text);
  for (const entity of entities) {
    if (entity.type === "url")
      node = link(text, text, hooks);
    else if (entity.type === "text_link")
      node = link(entity.url || "", text, hooks);
    else if (entity.type === "bot_command")
      node = button(text, () => hooks.say(text));
    else if (entity.type === "mention" && hooks.username && text.toLowerCase() === `@${hooks.username.toLowerCase()}`)
      node = button(text, () => hooks.open(""));
    else if (TAGS[entity.type]) {
      const tag = document.createElement(TAGS[entity.type]);
      tag.append(node);
      node = tag;
    }
  }
  return node;
}

export function renderText(text, entities, hooks) {
  const list = (Array.isArray(entities) ? entities : [])
    .filter((e) => e && Number.isInteger(e.offset) && Number.isInteger(e.length) && e.length > 0);
  const cuts = new Set([0, text.length]);
  for (const e of list) {
    cuts.add(Math.min(e.offset, text.length));
    cuts.add(Math.min(e.offset + e.length, text.length));
  }
  const out = document.createDocumentFragment();
  const edges = [...cuts].sort((a, b) => a - b);
  for (let i = 0; i + 1 < edges.length; i++) {
    const from = edges[i], to = edges[i + 1];
    const here = list.filter((e) => e.offset <= from && e.offset + e.length >= to);
    out.append(wrap(text.slice(from, to), here, hooks));
  }
  return out;
}
