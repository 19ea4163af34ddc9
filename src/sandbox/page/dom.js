// What several parts of the page make alike.

export const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// Strings in it become text, never markup.
export function make(tag, className, ...content) {
  const node = document.createElement(tag);
  if (className)
    node.className = className;
  node.append(...content.filter((part) => part !== undefined && part !== null));
  return node;
}

// A form whose field is sent with Enter as with its button, and emptied with Esc; Shift and Enter is a new line.
export function composes(form, field, send, clear) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      clear();
    }
  });
}
