// A dry run of the questions to prospects: what was said so far goes to the sandbox, all of it each time, and all that comes back is shown.
import { post } from "/page/api.js";

const $ = (id) => document.getElementById(id);
let events = [];

function buttonOf(button) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = button.text;
  node.addEventListener("click", () =>
    add(button.contact ? { contact: "+79991234567" } : button.data ? { press: button.data } : button.text));
  return node;
}

function messageOf(message) {
  const node = document.createElement("div");
  node.className = message.mine ? "message mine" : "message";
  const text = document.createElement("p");
  text.textContent = message.text;
  node.append(text);
  for (const row of message.buttons) {
    const line = document.createElement("p");
    line.className = "row";
    line.append(...row.map(buttonOf));
    node.append(line);
  }
  return node;
}

async function show() {
  $("rehearsal-error").textContent = "";
  try {
    const told = await post("/page/rehearsal", { locale: $("rehearsal-language").value, events });
    $("rehearsal-messages").replaceChildren(...told.messages.map(messageOf));
    $("rehearsal-score").textContent = `Score: ${told.score}${told.finished ? ", finished" : ""}`;
    $("rehearsal-summary").textContent = told.summary || "";
    $("rehearsal-form").hidden = false;
    return true;
  } catch (error) {
    $("rehearsal-error").textContent = error.message;
    return false;
  }
}

async function add(event) {
  events.push(event);
  if (!(await show()))
    events.pop();
}

function bind() {
  const begin = () => {
    events = [];
    return show();
  };
  $("rehearsal-begin").addEventListener("click", begin);
  $("rehearsal-language").addEventListener("change", begin);
  $("rehearsal-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = event.target.elements.text, text = field.value;
    if (text.trim())
      await add(text);
    field.value = "";
    field.focus();
  });
}

bind();
