// A button that opens a list of buttons. Esc and whatever happens outside close it.

export function menu(opener, list) {
  const set = (open) => {
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open)
      list.querySelector("button")?.focus();
  };
  const holder = opener.parentElement;
  opener.addEventListener("click", () => set(list.hidden));
  holder.addEventListener("keydown", (event) => {
    if (list.hidden)
      return;
    const items = [...list.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape") {
      set(false);
      opener.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length)?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("button")) {
      set(false);
      opener.focus();
    }
  });
  holder.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !holder.contains(event.relatedTarget))
      set(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!list.hidden && !holder.contains(event.target))
      set(false);
  });
}
