/* What the pickers share: a field of text that people do not see, and what it says as chips that can be removed. */

export class Picker extends HTMLElement {
  /** Take over the field. Called once by the pickers themselves. */
  takeOver() {
    this.multiple = this.hasAttribute("data-multiple");
    this.field = this.querySelector("textarea[name], input[name]");
    this.list = this.querySelector("[data-chips]");
    this.status = this.querySelector("[data-status]");
    this.chosen = new Map();
    for (const chip of this.list.children) this.chosen.set(chip.dataset.key, { ...chip.dataset });
    this.field.hidden = true;
    this.querySelector("[data-plain]").hidden = true;
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove]");
      if (button) this.remove(button.closest("[data-key]").dataset.key);
    });
    this.showChips();
  }

  /** The label's words and the field's errors belong to the control that people see. */
  describe(control) {
    const label = document.querySelector(`label[for="${CSS.escape(this.field.id)}"]`);
    if (label) {
      label.id ||= `${this.field.id}_label`;
      control.setAttribute("aria-labelledby", control.id ? `${label.id} ${control.id}` : label.id);
      label.addEventListener("click", () => control.focus());
    }
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.field.hasAttribute(name)) control.setAttribute(name, this.field.getAttribute(name));
    }
    this.field.focus = () => control.focus();
  }

  /** Take a new choice: a Map of key to {key, name, note}. */
  choose(chosen) {
    this.chosen = chosen;
    this.field.value = [...chosen.keys()].join("\n");
    this.showChips();
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  remove(key) {
    const keys = [...this.chosen.keys()];
    const next = keys[keys.indexOf(key) + 1] || keys[keys.indexOf(key) - 1];
    const { name } = this.chosen.get(key);
    const rest = new Map(this.chosen);
    rest.delete(key);
    this.choose(rest);
    this.say(this.dataset.removed.replace("{name}", name));
    const button = next && this.list.querySelector(`[data-key="${CSS.escape(next)}"] [data-remove]`);
    (button || this.control).focus();
  }

  say(words) {
    this.status.textContent = words;
  }

  showChips() {
    this.list.replaceChildren(...[...this.chosen.values()].map((one) => this.chip(one)));
    this.list.hidden = !this.chosen.size;
  }

  chip({ key, name, note }) {
    const chip = document.createElement("li");
    chip.className = "chip";
    chip.dataset.key = key;
    const words = document.createElement("span");
    words.className = "chip-text";
    chip.append(words);
    const title = document.createElement("span");
    title.className = "chip-name";
    title.textContent = name;
    words.append(title);
    if (note) {
      const more = document.createElement("span");
      more.className = "chip-note";
      more.textContent = note;
      words.append(" ", more);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip-remove";
    button.dataset.remove = "";
    button.setAttribute("aria-label", this.dataset.remove.replace("{name}", note ? `${name} ${note}` : name));
    chip.append(button);
    return chip;
  }
}

/** Ask for hits when the typing pauses; letters of an input method that is still composing are no question yet. */
export function askOnPause(input, ask, wait = 300) {
  let timer = 0;
  let composing = false;
  const later = () => {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(ask, wait);
  };
  input.addEventListener("compositionstart", () => (composing = true));
  input.addEventListener("compositionend", () => {
    composing = false;
    later();
  });
  input.addEventListener("input", later);
  return () => clearTimeout(timer);
}
