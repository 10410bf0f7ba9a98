/* <file-drop>: files chosen, dropped or pasted, checked, and sent one after the other. Markup: components/_file_drop.html.
 *
 *   drop.transport = (file, report) => ({ done, cancel, pause, resume });
 *       report(sent, total): bytes so far; `done`: a promise, rejected with an Error whose message people read;
 *       cancel(): stop and keep nothing; pause() and resume() only where the transport can.
 *   drop.start()      sends what waits; drop.stop() cancels all; drop.entries: what is chosen, with its state
 *   events (bubbling): "files-changed"; "file-progress", "file-done", "file-failed" (detail.entry); "files-settled"
 *
 * Without a transport the chosen files are put into the input and go with the form.
 */

import { bytes, filled } from "./progress.js";
import { FileRow } from "./file_row.js";

const MILESTONES = 4; // of a single file: a word at each quarter

class FileDrop extends HTMLElement {
  connectedCallback() {
    if (this.entries) return;
    this.entries = [];
    this.transport = this.transport ?? null;
    this.input = this.querySelector("input[type=file]");
    this.zone = this.querySelector("[data-zone]");
    this.status = this.querySelector("[role=status]");
    this.list = this.querySelector("[data-files]");
    this.input.multiple = "several" in this.dataset;
    this.zone.dataset.enhanced = ""; // the browser's own control speaks the browser's language
    this.querySelector("[data-hint]").hidden = false;
    this.input.addEventListener("change", () => this.input.files.length && this.add(this.input.files));
    this.listenForDrops();
    this.onPaste = (event) => {
      if (!event.clipboardData?.files.length || this.isSending) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
    };
    this.onLeave = (event) => {
      if (!this.isSending) return;
      event.preventDefault();
      event.returnValue = "";
    };
    document.addEventListener("paste", this.onPaste);
    window.addEventListener("beforeunload", this.onLeave);
  }

  disconnectedCallback() {
    document.removeEventListener("paste", this.onPaste);
    window.removeEventListener("beforeunload", this.onLeave);
  }

  listenForDrops() {
    for (const name of ["dragenter", "dragover"]) {
      this.zone.addEventListener(name, (event) => {
        event.preventDefault();
        this.zone.dataset.over = "";
      });
    }
    for (const name of ["dragleave", "drop"]) {
      this.zone.addEventListener(name, (event) => {
        event.preventDefault();
        delete this.zone.dataset.over;
      });
    }
    this.zone.addEventListener("drop", (event) => this.add(event.dataTransfer?.files ?? []));
  }

  get isSending() {
    return this.entries.some((entry) => entry.isMoving);
  }

  /** Take files. What was refused, stopped or replaced goes; what has been sent or waits stays. */
  add(files) {
    if (!files.length || (this.isSending && !("several" in this.dataset))) return;
    const taken = "several" in this.dataset ? [...files] : [files[0]];
    for (const entry of this.entries) {
      const given = entry.state === "refused" || entry.state === "cancelled";
      if (given || !("several" in this.dataset)) entry.row.remove();
    }
    this.entries = this.entries.filter((entry) => entry.row.isConnected);
    for (const file of taken) if (!this.holds(file)) this.entries.push(this.entry(file));
    this.keepInInput();
    this.changed();
  }

  holds(file) {
    return this.entries.some(
      (entry) => entry.file.name === file.name && entry.file.size === file.size && entry.file.lastModified === file.lastModified,
    );
  }

  entry(file) {
    const entry = new FileRow(file, this);
    const wrong = this.objection(file);
    entry.become(wrong ? "refused" : "waiting", wrong);
    this.list.append(entry.row);
    return entry;
  }

  /** What is wrong with a file, before a byte is sent; "" when nothing is. */
  objection(file) {
    const limit = Number(this.dataset.maxBytes ?? Infinity);
    if (file.size === 0) return this.dataset.empty;
    if (file.size > limit) return filled(this.dataset.tooLarge, bytes(file.size), bytes(limit));
    return accepts(this.input.accept, file) ? "" : this.dataset.wrongKind;
  }

  discard(entry) {
    const index = this.entries.indexOf(entry);
    entry.row.remove();
    this.entries.splice(index, 1);
    this.keepInInput();
    this.changed();
    // The focus goes on to what stands there now, not back to the top of the page.
    (this.entries[Math.min(index, this.entries.length - 1)]?.row.querySelector("button:not([hidden])") ?? this.input).focus();
  }

  keepInInput() {
    if (this.transport) {
      this.input.value = ""; // or the same file could not be chosen again
      this.input.required = false; // start() asks instead
      return;
    }
    const kept = new DataTransfer();
    for (const entry of this.entries) if (entry.state === "waiting") kept.items.add(entry.file);
    this.input.files = kept.files;
  }

  changed() {
    this.list.hidden = !this.entries.length;
    this.complain("");
    this.say(this.summary());
    this.tell("files-changed");
  }

  summary() {
    const files = this.entries.filter((entry) => entry.state !== "refused").map((entry) => entry.file);
    const size = bytes(files.reduce((sum, file) => sum + file.size, 0));
    if (!files.length) return "";
    if (files.length === 1) return filled(this.dataset.chosen, `${files[0].name} (${size})`);
    return filled(this.dataset.chosenMany, files.length, size);
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  complain(words) {
    this.querySelector("[data-error-words]").textContent = words;
    this.querySelector("[data-error]").hidden = !words;
  }

  tell(name, entry = null) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { entry } }));
  }

  /** Send what waits, one after the other. Resolves to the entries when nothing moves any more. */
  async start() {
    if (this.isSending) return this.entries;
    const refused = this.entries.filter((entry) => entry.state === "refused");
    const waiting = () => this.entries.find((entry) => entry.state === "waiting");
    this.complain(this.refusal(refused));
    if (!waiting()) {
      if (!this.entries.length) this.complain(this.dataset.none);
      if (!this.entries.length) this.input.focus();
      return this.entries;
    }
    for (let entry = waiting(); entry; entry = waiting()) {
      await entry.send(this.transport);
      this.sayCount();
    }
    this.tell("files-settled");
    return this.entries;
  }

  refusal(refused) {
    if (!refused.length) return "";
    if (refused.length === 1) return filled(this.dataset.refused, refused[0].file.name, refused[0].problem);
    return filled(this.dataset.refusedMany, refused.length, refused.map((entry) => entry.file.name).join(", "));
  }

  stop() {
    for (const entry of this.entries) entry.cancel();
  }

  /** Milestones for who cannot see the bars: each finished file, or the quarters of a single one. */
  progressed(entry) {
    this.tell("file-progress", entry);
    const quarter = Math.floor(entry.share * MILESTONES);
    if (this.entries.length === 1 && quarter > entry.toldQuarter && quarter < MILESTONES) {
      entry.toldQuarter = quarter;
      this.say(`${entry.file.name}: ${quarter * 25}%`);
    }
  }

  sayCount() {
    const done = this.entries.filter((entry) => entry.state === "done").length;
    const failed = this.entries.filter((entry) => entry.state === "failed").length;
    const taken = this.entries.filter((entry) => entry.state !== "refused").length;
    const told = [filled(this.dataset.count, done, taken)];
    if (failed) told.push(filled(this.dataset.failedCount, failed));
    this.say(told.join(" · "));
  }
}

/** Whether a file fits an `accept` list: kinds (video/*), or endings (.mkv), which count where a browser knows no kind. */
export function accepts(list, file) {
  const wanted = list.split(",").map((part) => part.trim().toLowerCase()).filter(Boolean);
  if (!wanted.length) return true;
  const name = file.name.toLowerCase();
  const kind = file.type.toLowerCase();
  return wanted.some((part) => {
    if (part.startsWith(".")) return name.endsWith(part);
    return part.endsWith("/*") ? kind.startsWith(part.slice(0, -1)) : kind === part;
  });
}

customElements.define("file-drop", FileDrop);
