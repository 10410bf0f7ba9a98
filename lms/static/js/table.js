/* <data-table>: what a table does beyond its markup (components/_table.html). Every link and form in it works without.
 *
 * htmx swaps the region (form, chips, rows, pages) for the one of the answer; this element around it stays. It says the
 * new number of entries, shows that something is under way, keeps the focus in the table, counts the chosen rows and
 * closes the menu of columns.
 */

const words = (element) => element?.textContent.trim().replace(/\s+/g, " ") ?? "";

class DataTable extends HTMLElement {
  connectedCallback() {
    if (this.status) return; // moved, not new
    this.status = this.querySelector("[data-table-status]");
    this.lastBox = null;
    this.addEventListener("htmx:beforeRequest", (event) => this.setBusy(event.detail.target, true));
    this.addEventListener("htmx:afterRequest", (event) => this.setBusy(event.detail.target, false));
    this.addEventListener("htmx:afterSettle", (event) => this.arrive(event));
    this.addEventListener("formdata", leaveOutEmpty);
    this.addEventListener("change", () => this.count());
    this.addEventListener("click", (event) => this.press(event));
    this.addEventListener("keydown", (event) => this.closeMenu(event));
    this.addEventListener("focusout", (event) => {
      const menu = this.menu;
      if (menu?.open && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    this.closeOutside = (event) => {
      if (this.menu?.open && !this.menu.contains(event.target)) this.menu.open = false;
    };
    document.addEventListener("click", this.closeOutside);
    this.sizes = typeof ResizeObserver === "function" ? new ResizeObserver(() => this.offerScrolling()) : null;
    this.prepare();
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.closeOutside);
    this.sizes?.disconnect();
    this.status = null;
  }

  get region() {
    return this.querySelector("[data-table-region]");
  }

  get menu() {
    return this.querySelector("[data-table-menu]");
  }

  get boxes() {
    return [...this.querySelectorAll("input[name=chosen]")];
  }

  prepare() {
    const frame = this.querySelector("[data-table-frame]");
    this.sizes?.disconnect();
    if (frame) this.sizes?.observe(frame);
    const all = this.querySelector("[data-table-all]");
    if (all) all.hidden = false;
    this.count();
  }

  /** Only a frame that can be scrolled is worth a stop of the Tab key. */
  offerScrolling() {
    const frame = this.querySelector("[data-table-frame]");
    if (!frame) return;
    const scrolls = frame.scrollWidth > frame.clientWidth || frame.scrollHeight > frame.clientHeight;
    if (scrolls) frame.tabIndex = 0;
    else frame.removeAttribute("tabindex");
  }

  setBusy(target, busy) {
    if (target !== this.region) return; // something that loads itself inside a row
    if (busy) {
      this.pressed = document.activeElement?.closest("[data-table-scrolls]") ? "page" : "";
      target.setAttribute("aria-busy", "true");
    } else target.removeAttribute("aria-busy");
  }

  arrive(event) {
    if (event.target !== this.region) return;
    this.prepare();
    const count = this.querySelector("[data-table-count]");
    this.status.textContent = [words(count), words(this.querySelector(".pages-note"))].filter(Boolean).join(" · ");
    if (this.pressed === "page") this.region.scrollIntoView({ block: "start" });
    // htmx gives the focus back to what has an id; the rest (a chip, a page number) may be gone.
    if (document.activeElement === document.body) count?.focus({ preventScroll: true });
  }

  press(event) {
    if (event.target.matches("[data-table-all]")) {
      for (const box of this.boxes) box.checked = event.target.checked;
      this.count();
    } else if (event.target.matches("input[name=chosen]")) {
      const boxes = this.boxes;
      if (event.shiftKey && this.lastBox?.isConnected) {
        const [from, to] = [boxes.indexOf(this.lastBox), boxes.indexOf(event.target)].sort((a, b) => a - b);
        for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
      }
      this.lastBox = event.target;
      this.count();
    }
  }

  count() {
    const acts = this.querySelector("[data-table-acts]");
    if (!acts) return;
    const boxes = this.boxes;
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr").classList.toggle("is-chosen", box.checked);
    const all = this.querySelector("[data-table-all]");
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const told = acts.querySelector("[data-table-chosen]");
    told.textContent = told.dataset.words.replace("{n}", chosen.length);
    for (const button of acts.querySelectorAll("button")) button.disabled = chosen.length === 0;
  }

  closeMenu(event) {
    if (event.key !== "Escape" || !this.menu?.open) return;
    this.menu.open = false;
    this.menu.querySelector("summary").focus();
  }
}

/** An address says what is asked for, not what is not. */
function leaveOutEmpty(event) {
  if (event.target.method !== "get") return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
}

if (!customElements.get("data-table")) customElements.define("data-table", DataTable);
