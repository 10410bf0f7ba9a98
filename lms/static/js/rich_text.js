/* <rich-text>: an editor around a textarea (components/_rich_text.html).
 *
 * The textarea stays the form's field and holds the HTML; what it holds without script is plain text, and a hidden
 * field beside it the HTML it began with. Squire does the editing; toolbar, keys and states are ours.
 */

import Squire from "../vendor/squire-rte-2.4.8/squire.mjs";
import { linkAddress, readForeign } from "./rich_text_paste.js";

const BLOCK_HTML = /^\s*<(p|h2|h3|ul|ol|blockquote)>/;
const MARK_TAGS = { bold: "B", italic: "I", underline: "U", subscript: "SUB", superscript: "SUP" };
const OFF = { bold: "removeBold", italic: "removeItalic", underline: "removeUnderline", subscript: "removeSubscript", superscript: "removeSuperscript" };
const WAIT_BEFORE_SAYING = 1200;

class RichText extends HTMLElement {
  connectedCallback() {
    if (this.editor) return;
    this.textarea = this.querySelector("textarea");
    this.source = this.querySelector("[data-html]");
    this.tools = this.querySelector("[role=toolbar]");
    this.dialog = this.querySelector("dialog");
    this.counter = this.querySelector("[data-counter]");
    this.makeArea();
    this.editor = new Squire(this.area, {
      blockTag: "P",
      sanitizeToDOMFragment: readForeign,
      addLinks: false,
      undo: { documentSizeThreshold: 20000, undoLimit: 100 },
      didError: (error) => console.error(error),
    });
    this.setKeys();
    this.editor.setHTML(this.beginning());
    this.prepareTools();
    this.prepareDialog();
    this.editor.addEventListener("input", () => this.keep());
    this.editor.addEventListener("pathChange", () => this.showState());
    this.editor.addEventListener("select", () => this.showState());
    this.editor.addEventListener("undoStateChange", (event) => {
      this.enable("undo", event.detail.canUndo);
      this.enable("redo", event.detail.canRedo);
    });
    this.textarea.form?.addEventListener("reset", () => setTimeout(() => this.editor.setHTML(this.source.value)));
    this.textarea.hidden = true;
    this.source.disabled = true;
    this.tools.hidden = this.counter.hidden = false;
    this.keep(false);
    this.showState();
  }

  disconnectedCallback() {
    if (this.isConnected || !this.editor) return;
    this.editor.destroy();
    this.editor = null;
    this.area.remove();
    this.source.disabled = false;
  }

  /** The HTML to begin with: what a browser has kept over a reload, else what the server sent. */
  beginning() {
    const kept = this.textarea.value;
    if (BLOCK_HTML.test(kept)) return kept;
    if (kept.replace(/\r\n?/g, "\n") === this.textarea.defaultValue.replace(/\r\n?/g, "\n")) return this.source.value;
    const plain = document.createElement("p");
    return kept.split(/\n\s*\n/).map((part) => ((plain.textContent = part), plain.outerHTML.replace(/\n/g, "<br>"))).join("");
  }

  makeArea() {
    this.area = document.createElement("div");
    this.area.className = "rich-text rich-text-area form-control";
    this.area.tabIndex = 0;
    this.area.id = `${this.textarea.id}_area`;
    this.area.setAttribute("role", "textbox");
    this.area.setAttribute("aria-multiline", "true");
    const label = document.querySelector(`label[for="${CSS.escape(this.textarea.id)}"]`);
    if (label) {
      label.id ||= `${this.textarea.id}_label`;
      this.area.setAttribute("aria-labelledby", label.id);
      label.addEventListener("click", () => this.editor?.focus());
    } else {
      this.area.setAttribute("aria-label", this.textarea.getAttribute("aria-label") || this.dataset.label);
    }
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.textarea.hasAttribute(name)) this.area.setAttribute(name, this.textarea.getAttribute(name));
    }
    this.tools.setAttribute("aria-controls", this.area.id);
    this.textarea.before(this.area);
    // The page's script puts the focus on the first wrong field; that is this one now.
    this.textarea.focus = () => this.editor.focus();
  }

  // --- The field ---------------------------------------------------------------------------------------------------

  /** Put the HTML into the field. `tell`: somebody has changed it, so who listens to the field may know. */
  keep(tell = true) {
    const text = this.area.innerText.replace(/[\u200B\uFEFF]/g, "").replace(/\n{2,}/g, "\n").trim();
    this.textarea.value = text ? this.area.innerHTML.replace(/\u200B/g, "") : "";
    this.count([...text].length);
    if (tell) this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  count(length) {
    const limit = Number(this.dataset.limit);
    const over = limit ? length - limit : 0;
    const words = (limit ? this.dataset.count : this.dataset.countFree).replace("{length}", length).replace("{limit}", limit);
    this.counter.textContent = over > 0 ? `${words} ${this.dataset.tooLong.replace("{over}", over)}` : words;
    this.counter.classList.toggle("is-over", over > 0);
    // A reader hears it when the writing pauses, and only when it matters.
    clearTimeout(this.saying);
    if (limit && length > limit * 0.9) {
      this.saying = setTimeout(() => (this.querySelector("[data-says]").textContent = this.counter.textContent), WAIT_BEFORE_SAYING);
    }
  }

  // --- Keys --------------------------------------------------------------------------------------------------------

  setKeys() {
    // Tab leaves the editor, Page Up and Page Down scroll; there is no code and no struck-out text here.
    for (const key of ["Tab", "Shift-Tab", "PageUp", "PageDown", "Ctrl-d", "Meta-d", "Ctrl-Shift-7", "Meta-Shift-7"]) {
      this.editor.setKeyHandler(key, null);
    }
    this.area.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.isComposing) return;
      if (event.key.toLowerCase() === "k" && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        this.askForLink();
      } else if (event.altKey && (event.code === "Digit2" || event.code === "Digit3")) {
        event.preventDefault();
        this.toggleBlock(event.code === "Digit2" ? "h2" : "h3");
      } else if (event.altKey && event.code === "F10") {
        this.tools.querySelector("[tabindex='0']").focus();
      }
    });
  }

  // --- Toolbar -----------------------------------------------------------------------------------------------------

  prepareTools() {
    this.buttons = [...this.tools.querySelectorAll("button")];
    this.buttons.forEach((button, index) => (button.tabIndex = index ? -1 : 0));
    // A press with the mouse leaves the cursor in the text.
    this.tools.addEventListener("mousedown", (event) => event.preventDefault());
    this.tools.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && button.getAttribute("aria-disabled") !== "true") this.press(button);
    });
    this.tools.addEventListener("keydown", (event) => this.walkTools(event));
  }

  walkTools(event) {
    const at = this.buttons.indexOf(document.activeElement);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.buttons.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = this.buttons[(steps[event.key] + this.buttons.length) % this.buttons.length];
    this.buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  }

  press(button) {
    const { do: act, block, mark, list } = button.dataset;
    if (act === "undo") this.editor.undo();
    else if (act === "redo") this.editor.redo();
    else if (act === "clear") this.clearFormatting();
    else if (block) this.toggleBlock(block);
    else if (mark) this.editor[this.editor.hasFormat(MARK_TAGS[mark]) ? OFF[mark] : mark]();
    else if (list) this.toggleList(list);
    else if ("quote" in button.dataset) this.editor[this.around("blockquote") ? "removeQuote" : "increaseQuoteLevel"]();
    else if ("link" in button.dataset) {
      this.askForLink();
      return;
    }
    this.editor.focus();
    this.showState();
  }

  toggleList(name) {
    const list = this.around("ul, ol");
    if (list?.localName === name) this.editor.removeList();
    else if (name === "ul") this.editor.makeUnorderedList();
    else this.editor.makeOrderedList();
  }

  toggleBlock(name) {
    if (this.around("ul, ol")) this.editor.removeList();
    if (this.around("blockquote")) this.editor.removeQuote();
    this.setBlocks(this.around(name) ? "p" : name);
    this.showState();
  }

  setBlocks(name) {
    this.editor.modifyBlocks((fragment) => {
      for (const block of fragment.querySelectorAll("p, h2, h3")) {
        const other = document.createElement(name);
        other.append(...block.childNodes);
        block.replaceWith(other);
      }
      return fragment;
    });
  }

  clearFormatting() {
    if (this.around("ul, ol")) this.editor.removeList();
    if (this.around("blockquote")) this.editor.removeQuote();
    if (this.around("h2, h3")) this.setBlocks("p");
    this.editor.removeAllFormatting();
  }

  /** The element of that kind the selection begins in. */
  around(selector) {
    const start = this.editor.getSelection().startContainer;
    const found = (start.nodeType === Node.ELEMENT_NODE ? start : start.parentElement)?.closest(selector);
    return found && this.area.contains(found) && found !== this.area ? found : null;
  }

  enable(act, possible) {
    this.tools.querySelector(`[data-do=${act}]`).setAttribute("aria-disabled", String(!possible));
  }

  showState() {
    for (const button of this.buttons) {
      if (!button.hasAttribute("aria-pressed")) continue;
      const { block, mark, list } = button.dataset;
      let pressed;
      if (mark) pressed = this.editor.hasFormat(MARK_TAGS[mark]);
      else if (block) pressed = this.around(block);
      else if (list) pressed = this.around("ul, ol")?.localName === list;
      else if ("quote" in button.dataset) pressed = this.around("blockquote");
      else pressed = this.around("a");
      button.setAttribute("aria-pressed", String(Boolean(pressed)));
    }
  }

  // --- Links -------------------------------------------------------------------------------------------------------

  prepareDialog() {
    this.address = this.dialog.querySelector("[data-address]");
    this.advice = this.dialog.querySelector("[data-advice]");
    const close = () => this.dialog.close();
    this.dialog.querySelector("[data-cancel]").addEventListener("click", close);
    this.dialog.querySelector("[data-take]").addEventListener("click", () => this.takeLink());
    this.dialog.querySelector("[data-unlink]").addEventListener("click", () => {
      this.dialog.close();
      this.editor.setSelection(this.kept);
      this.editor.removeLink();
    });
    this.dialog.addEventListener("close", () => {
      this.editor.focus();
      this.editor.setSelection(this.kept);
      this.showState();
    });
    this.address.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.takeLink();
    });
  }

  askForLink() {
    this.kept = this.editor.getSelection();
    const link = this.around("a");
    this.address.value = link?.getAttribute("href") || "";
    this.advice.textContent = "";
    this.address.removeAttribute("aria-invalid");
    this.dialog.querySelector("[data-unlink]").hidden = !link;
    if (typeof this.dialog.showModal === "function") this.dialog.showModal();
    else this.dialog.setAttribute("open", "");
    this.address.focus();
  }

  takeLink() {
    const address = linkAddress(this.address.value);
    if (!address) {
      this.advice.textContent = this.advice.dataset.wrong;
      this.address.setAttribute("aria-invalid", "true");
      this.address.focus();
      return;
    }
    const link = this.around("a");
    if (link && this.kept.collapsed) this.kept.selectNodeContents(link);
    this.editor.setSelection(this.kept);
    this.editor.makeLink(address);
    this.kept = this.editor.getSelection();
    this.dialog.close();
  }
}

if (!customElements.get("rich-text")) customElements.define("rich-text", RichText);
