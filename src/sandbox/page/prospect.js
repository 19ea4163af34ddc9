// A prospect by hand, as a form of the company's or an import would bring one: where the sandbox can add them.
import { post } from "/page/api.js";

const $ = (id) => document.getElementById(id);

export function showProspectForm(possible) {
  $("prospect").hidden = !possible;
}

function bind() {
  const form = $("prospect-form"), fields = form.elements;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const name = fields.name.value.trim();
    $("prospect-error").textContent = $("prospect-done").textContent = "";
    button.disabled = true; // one at a time
    try {
      await post("/page/prospects", { name, contact: fields.contact.value.trim(), note: fields.note.value.trim() });
      form.reset();
      $("prospect-done").textContent = `${name} is added. A rep who has room gets a message.`;
      fields.name.focus();
    } catch (error) {
      $("prospect-error").textContent = `Not added: ${error.message}.`;
    } finally {
      button.disabled = false;
    }
  });
}

bind();
