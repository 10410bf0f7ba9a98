/* <tree-picker>: organizations out of a tree that comes branch by branch (components/_tree_picker.html).
 *
 * Keys in the tree follow the tree pattern of the ARIA Authoring Practices: arrows walk and open, Home and End, letters
 * jump to a name or code, Space chooses, Enter chooses and, where one is wanted, takes it.
 */

import { Picker, askOnPause } from "./picker_chips.js";

const MOST_NAMED = 3;

class TreePicker extends Picker {
  connectedCallback() {
    if (this.dialog) return;
    this.dialog = this.querySelector("dialog");
    if (typeof this.dialog.showModal !== "function") return; // the field itself still takes codes and names
    this.takeOver();
    this.tree = this.querySelector("[data-tree]");
    this.hits = this.querySelector("[data-hits]");
    this.search = this.querySelector("[data-search]");
    this.says = this.querySelector("[data-says]");
    this.control = this.querySelector("[data-open]");
    this.control.hidden = false;
    this.describe(this.control);
    this.control.addEventListener("click", () => this.open());
    for (const button of this.querySelectorAll("[data-cancel]")) button.addEventListener("click", () => this.dialog.close());
    this.querySelector("[data-take]").addEventListener("click", () => this.take());
    this.dialog.addEventListener("keydown", (event) => this.press(event));
    this.dialog.addEventListener("click", (event) => this.click(event));
    this.hits.addEventListener("htmx:afterSwap", () => this.found());
    for (const name of ["htmx:responseError", "htmx:sendError"]) {
      this.addEventListener(name, () => (this.says.textContent = this.dataset.failed));
    }
    askOnPause(this.search, () => this.lookUp());
  }

  // --- Opening, taking -----------------------------------------------------------------------------------------------

  open() {
    this.draft = new Map(this.chosen);
    this.dialog.showModal();
    this.mark();
    this.showDraft();
    this.search.focus();
    if (!this.tree.children.length) this.plant();
  }

  take() {
    this.choose(this.draft);
    this.dialog.close();
    this.control.focus();
    this.showDraft(this.status);
  }

  toggle(item) {
    const { key, name, note } = item.dataset;
    if (!key) return;
    if (!this.multiple) this.draft = new Map([[key, { key, name, note }]]);
    else if (this.draft.has(key)) this.draft.delete(key);
    else this.draft.set(key, { key, name, note });
    this.mark();
    this.showDraft();
  }

  showDraft(where = this.says) {
    const names = [...this.draft.values()].map((one) => one.name);
    if (!names.length) where.textContent = this.dataset.none;
    else if (names.length > MOST_NAMED) where.textContent = this.dataset.chosenMany.replace("{number}", names.length);
    else where.textContent = this.dataset.chosen.replace("{names}", names.join("、"));
  }

  /** Every item shows whether it is chosen; one item of each tree can be reached by Tab. */
  mark() {
    const state = this.multiple ? "aria-checked" : "aria-selected";
    for (const item of this.querySelectorAll("[role=treeitem][data-key]")) {
      item.setAttribute(state, String(this.draft.has(item.dataset.key)));
    }
    for (const tree of this.querySelectorAll("[role=tree]")) {
      const items = [...tree.querySelectorAll("[role=treeitem]")];
      if (items.length && !items.some((item) => item.tabIndex === 0)) items[0].tabIndex = 0;
    }
  }

  // --- What comes from the server --------------------------------------------------------------------------------------

  lookUp() {
    const text = this.search.value.trim();
    this.hits.hidden = !text;
    this.tree.hidden = Boolean(text);
    if (text) window.htmx.trigger(this.search, "look-up");
    else this.showDraft();
  }

  found() {
    const found = this.hits.querySelector("[data-found]");
    if (!found) return;
    if (this.multiple) found.setAttribute("aria-multiselectable", "true");
    this.says.textContent = found.dataset.words;
    this.mark();
  }

  /** Fetch items by htmx; whether any came. A failure is said where the choice is said, by the event of htmx. */
  async fetchItems(target, url, swap = "innerHTML") {
    const before = this.tree.querySelectorAll("[role=treeitem]").length;
    try {
      await window.htmx.ajax("GET", url, { source: target, target, swap });
    } catch {
      return false;
    }
    this.mark();
    return this.tree.querySelectorAll("[role=treeitem]").length > before;
  }

  async plant() {
    await this.fetchItems(this.tree, this.tree.dataset.url);
    const items = this.tree.querySelectorAll(":scope > [role=treeitem]");
    // One top: what is below it is what people want to see.
    if (items.length === 1) this.expand(items[0]);
  }

  async expand(item) {
    const group = item.querySelector(":scope > [role=group]");
    if (!group) return;
    item.setAttribute("aria-expanded", "true");
    group.hidden = false;
    if (group.children.length || item.hasAttribute("aria-busy")) return;
    item.setAttribute("aria-busy", "true");
    const came = await this.fetchItems(group, group.dataset.url);
    item.removeAttribute("aria-busy");
    if (!came) this.collapse(item);
  }

  collapse(item) {
    item.setAttribute("aria-expanded", "false");
    item.querySelector(":scope > [role=group]").hidden = true;
    if (item.querySelector("[role=treeitem][tabindex='0']")) this.walkTo(item);
  }

  async more(item) {
    if (item.hasAttribute("aria-busy")) return;
    item.setAttribute("aria-busy", "true");
    const before = item.previousElementSibling;
    const came = await this.fetchItems(item, item.dataset.url, "beforebegin");
    item.removeAttribute("aria-busy");
    if (!came) return;
    this.walkTo(before?.nextElementSibling);
    item.remove();
  }

  // --- Mouse and keys --------------------------------------------------------------------------------------------------

  click(event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item) {
      if (event.target === this.dialog) this.dialog.close();
      return;
    }
    if ("more" in item.dataset) {
      this.more(item);
      return;
    }
    this.walkTo(item);
    if (!event.target.closest("[data-toggle]")) this.toggle(item);
    else if (item.getAttribute("aria-expanded") === "true") this.collapse(item);
    else this.expand(item);
  }

  press(event) {
    if (event.target === this.search) {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        const first = this.dialog.querySelector("[role=tree]:not([hidden]) [role=treeitem]");
        const shown = [...this.dialog.querySelectorAll("[role=tree] [role=treeitem]")].find((item) => item.offsetParent);
        if (first || shown) this.walkTo(shown || first);
      } else if (event.key === "Enter") {
        event.preventDefault();
      }
      return;
    }
    const item = event.target.closest("[role=treeitem]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.act(item, event.key)) event.preventDefault();
  }

  /** Do what the key means on `item`; false when it means nothing here. */
  act(item, key) {
    const items = [...item.closest("[role=tree]").querySelectorAll("[role=treeitem]")].filter((each) => each.offsetParent);
    const at = items.indexOf(item);
    const open = item.getAttribute("aria-expanded");
    if (key === "ArrowDown") this.walkTo(items[at + 1]);
    else if (key === "ArrowUp") this.walkTo(items[at - 1]);
    else if (key === "Home") this.walkTo(items[0]);
    else if (key === "End") this.walkTo(items[items.length - 1]);
    else if (key === "ArrowRight" && open === "false") this.expand(item);
    else if (key === "ArrowRight" && open === "true") this.walkTo(item.querySelector("[role=treeitem]"));
    else if (key === "ArrowLeft" && open === "true") this.collapse(item);
    else if (key === "ArrowLeft") this.walkTo(item.parentElement.closest("[role=treeitem]"));
    else if ((key === "Enter" || key === " ") && "more" in item.dataset) this.more(item);
    else if (key === " ") this.toggle(item);
    else if (key === "Enter") this.enter(item);
    else if (key.length === 1) this.jump(items, at, key);
    else return false;
    return true;
  }

  enter(item) {
    this.toggle(item);
    if (!this.multiple && this.draft.size) this.take();
  }

  /** Letters typed in quick succession are the beginning of a name or code. */
  jump(items, at, key) {
    const now = Date.now();
    this.typed = now - (this.typedAt || 0) < 700 ? this.typed + key.toLowerCase() : key.toLowerCase();
    this.typedAt = now;
    const from = this.typed.length > 1 ? at : at + 1;
    const order = [...items.slice(from), ...items.slice(0, from)];
    const begins = (words) => (words || "").toLowerCase().startsWith(this.typed);
    this.walkTo(order.find((item) => begins(item.dataset.name) || begins(item.dataset.key)));
  }

  walkTo(item) {
    if (!item) return;
    for (const other of item.closest("[role=tree]").querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
    item.firstElementChild?.scrollIntoView({ block: "nearest" });
  }
}

if (!customElements.get("tree-picker")) customElements.define("tree-picker", TreePicker);
