/* One file of a <file-drop>: its row, its state, its way to the server.
 *
 *   refused | waiting -> sending <-> paused -> saving -> done | failed | cancelled;  failed, cancelled -> waiting (retry)
 */

import { bytes, filled, speedometer, timeLeft } from "./progress.js";

const PICTURES = ["video", "audio", "image", ""]; // the icons of the row's template, in this order
const LARGEST_PICTURE = 20 << 20; // larger ones would take long to decode for a thumbnail
const OFFERED = {
  refused: ["remove"],
  waiting: ["remove"],
  sending: ["cancel", "pause"],
  paused: ["cancel", "resume"],
  saving: [],
  done: [],
  failed: ["retry", "remove"],
  cancelled: ["retry", "remove"],
};

export class FileRow {
  constructor(file, drop) {
    this.file = file;
    this.drop = drop;
    this.words = drop.dataset;
    this.result = null; // what the transport's promise brought
    this.row = drop.querySelector("template").content.firstElementChild.cloneNode(true);
    this.part("name").textContent = file.name;
    this.part("size").textContent = bytes(file.size);
    for (const named of this.row.querySelectorAll("[aria-label]")) {
      named.setAttribute("aria-label", filled(named.getAttribute("aria-label"), file.name));
    }
    for (const button of this.row.querySelectorAll("[data-act]")) button.addEventListener("click", () => this[button.dataset.act]());
    this.draw();
  }

  part(name) {
    return this.row.querySelector(`[data-${name}]`);
  }

  get isMoving() {
    return ["sending", "paused", "saving"].includes(this.state);
  }

  /** An icon for the kind of file; for a picture the picture itself. */
  async draw() {
    const box = this.row.querySelector(".drop-picture");
    const kind = PICTURES.findIndex((start) => this.file.type.startsWith(start));
    [...box.children].forEach((icon, index) => index !== kind && icon.remove());
    if (PICTURES[kind] !== "image" || this.file.size > LARGEST_PICTURE) return;
    try {
      // On a canvas, because the site lets no image come from a blob: address.
      const picture = await createImageBitmap(this.file);
      const canvas = document.createElement("canvas");
      const scale = 96 / Math.max(picture.width, picture.height);
      canvas.width = Math.max(Math.round(picture.width * scale), 1);
      canvas.height = Math.max(Math.round(picture.height * scale), 1);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      box.replaceChildren(canvas);
    } catch {
      return; // not a picture this browser can read: the icon stays
    }
  }

  become(state, problem = "") {
    const focused = this.row.contains(document.activeElement);
    this.state = state;
    this.problem = problem;
    this.row.dataset.state = state;
    this.part("problem").hidden = !problem;
    this.part("problem").querySelector("span").textContent = problem;
    this.part("meter").hidden = !["sending", "paused", "saving", "done"].includes(state);
    this.row.querySelector("progress").dataset.state = state === "done" ? "completed" : "";
    this.part("words").textContent = { waiting: this.words.waiting, saving: this.words.saving, done: this.words.done, cancelled: this.words.cancelled }[state] ?? "";
    this.offer();
    if (focused) (this.row.querySelector("button:not([hidden])") ?? this.drop.input).focus();
  }

  offer() {
    for (const button of this.row.querySelectorAll("[data-act]")) {
      const act = button.dataset.act;
      const can = (act !== "pause" && act !== "resume") || Boolean(this.under?.pause);
      button.hidden = !OFFERED[this.state].includes(act) || !can;
    }
  }

  /** Send the file. Resolves in the end, however it ends. */
  async send(transport) {
    this.share = 0;
    this.toldQuarter = 0;
    this.stopped = false;
    this.speed = speedometer();
    this.show(0, this.file.size);
    this.under = transport(this.file, (sent, total) => this.report(sent, total));
    this.become("sending");
    this.show(0, this.file.size);
    try {
      this.result = await Promise.race([this.under.done, new Promise((resolve, reject) => (this.giveUp = reject))]);
      this.show(1, 1);
      this.become("done");
      this.drop.tell("file-done", this);
    } catch (error) {
      if (this.stopped) this.become("cancelled");
      else this.become("failed", error.message);
      this.drop.tell("file-failed", this);
    }
    this.under = null;
  }

  report(sent, total) {
    if (!this.isMoving || this.stopped) return;
    if (sent >= total) {
      this.show(1, 1);
      if (this.state !== "saving") this.become("saving");
    } else {
      this.show(sent, total);
    }
    this.drop.progressed(this);
  }

  show(sent, total) {
    this.share = total ? sent / total : 0;
    const permille = Math.floor(this.share * 1000);
    this.row.querySelector("progress").value = permille;
    this.part("percent").textContent = `${Math.floor(permille / 10)}%`;
    if (this.state !== "sending") return;
    const rate = this.speed(sent);
    const told = filled(this.words.sent, bytes(Math.min(sent, this.file.size)), bytes(this.file.size), bytes(rate));
    const left = timeLeft(rate ? (total - sent) / rate : Infinity, this.words);
    this.part("words").textContent = rate ? `${told} · ${left}` : left;
  }

  pause() {
    this.under.pause();
    this.become("paused");
    this.part("words").textContent = filled(this.words.paused, this.part("percent").textContent);
  }

  resume() {
    this.speed = speedometer();
    this.under.resume();
    this.become("sending");
  }

  cancel() {
    if (!this.isMoving) return;
    this.stopped = true;
    this.under.cancel();
    this.giveUp(new Error(""));
  }

  retry() {
    this.become("waiting");
    this.drop.changed();
    this.drop.tell("retry-asked", this);
  }

  remove() {
    this.drop.discard(this);
  }
}
