/* <person-picker>: people by name or learner number (components/_person_picker.html).
 *
 * A combobox with a list as the ARIA Authoring Practices describe it: arrows walk the list while the cursor stays in
 * the text, Enter takes, Escape closes. Several numbers pasted at once are looked up together.
 */

import { Picker, askOnPause } from "./picker_chips.js";

class PersonPicker extends Picker {
  connectedCallback() {
    if (this.search) return;
    this.takeOver();
    this.search = this.control = this.querySelector("[data-search]");
    this.popup = this.querySelector("[data-popup]");
    this.options = this.querySelector("[role=listbox]");
    this.says = this.querySelector("[data-says]");
    this.paste = this.querySelector("[data-paste]");
    this.querySelector("[data-search-box]").hidden = false;
    this.describe(this.search);
    this.stopAsking = askOnPause(this.search, () => this.lookUp());
    this.search.addEventListener("keydown", (event) => this.press(event));
    this.search.addEventListener("blur", () => this.close());
    this.search.addEventListener("paste", (event) => this.pasted(event));
    // A press on a person must not take the focus out of the text before the person is taken.
    this.popup.addEventListener("mousedown", (event) => event.preventDefault());
    this.popup.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(option);
    });
    this.addEventListener("htmx:afterSwap", (event) => this.arrived(event.detail.target));
    for (const name of ["htmx:responseError", "htmx:sendError"]) {
      this.addEventListener(name, () => this.show(this.dataset.failed));
    }
    if (this.paste) this.paste.hidden = false;
  }

  lookUp() {
    if (this.search.value.trim()) window.htmx.trigger(this.search, "look-up");
    else this.close();
  }

  arrived(target) {
    if (target !== this.options) {
      this.addAll(target.querySelectorAll("[data-key]"));
      return;
    }
    if (document.activeElement !== this.search || !this.search.value.trim()) return;
    const found = this.options.querySelector("[data-found]");
    this.items = [...this.options.querySelectorAll("[role=option]")];
    this.items.forEach((option, index) => (option.id = `${this.options.id}_${index}`));
    this.show(found?.dataset.words || "");
    this.walkTo(null);
  }

  show(words) {
    this.popup.hidden = false;
    this.search.setAttribute("aria-expanded", "true");
    this.says.textContent = words;
    this.say(words);
    this.popup.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.popup.hidden = true;
    this.search.setAttribute("aria-expanded", "false");
    this.search.removeAttribute("aria-activedescendant");
    this.active = null;
  }

  press(event) {
    if (event.isComposing) return;
    const shown = !this.popup.hidden && this.items?.length;
    if (event.key === "ArrowDown" && !shown) this.lookUp();
    else if (event.key === "ArrowDown") this.step(1);
    else if (event.key === "ArrowUp" && shown) this.step(-1);
    else if (event.key === "Escape" && !this.popup.hidden) this.close();
    else if (event.key === "Escape" && this.search.value) this.search.value = "";
    else if (event.key === "Enter") {
      // A single hit needs no arrow; the form is not sent from here in any case.
      const option = this.active || (shown && this.items.length === 1 ? this.items[0] : null);
      if (option) this.take(option);
    } else if (event.key === "Backspace" && !this.search.value && this.multiple && this.chosen.size) {
      this.remove([...this.chosen.keys()].pop());
      this.search.focus();
    } else return;
    event.preventDefault();
  }

  step(by) {
    const at = this.items.indexOf(this.active);
    const start = by > 0 ? 0 : this.items.length - 1;
    this.walkTo(this.items[at < 0 ? start : (at + by + this.items.length) % this.items.length]);
  }

  walkTo(option) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    if (!option) {
      this.search.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.search.setAttribute("aria-activedescendant", option.id);
  }

  take(option) {
    this.stopAsking();
    this.search.value = "";
    this.close();
    this.items = [];
    this.addAll([option]);
    this.say(this.dataset.added.replace("{name}", `${option.dataset.name} ${option.dataset.note}`));
    this.search.focus();
  }

  addAll(elements) {
    if (!elements.length) return;
    const chosen = new Map(this.multiple ? this.chosen : []);
    for (const { dataset } of elements) chosen.set(dataset.key, { key: dataset.key, name: dataset.name, note: dataset.note });
    this.choose(chosen);
  }

  /** Several numbers pasted into the name's place belong into the list of numbers. */
  pasted(event) {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!this.paste || text.trim().split(/[\s,;，、；]+/).length < 2 || /[^\w\s,;，、；-]/.test(text)) return;
    event.preventDefault();
    this.paste.open = true;
    this.paste.querySelector("[data-numbers]").value = text;
    this.paste.querySelector("[data-check]").click();
  }
}

if (!customElements.get("person-picker")) customElements.define("person-picker", PersonPicker);
