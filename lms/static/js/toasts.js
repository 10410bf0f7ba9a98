/* Short confirmations: <toast-region> of components/_toasts.html.
 *
 * It listens for the event `toast` with {message, level}, which htmx raises for the header of
 * lms.common.toasts.toast(); a script may dispatch it too:
 *   document.dispatchEvent(new CustomEvent("toast", { detail: { message: "…", level: "success" } }));
 *
 * Success and info leave after some seconds, which do not pass while the pointer or the focus is there or the page is
 * hidden; in elder mode they stay, as warnings and failures always do, until they are closed. All can be read again under
 * "Recent messages" at the end of the content. Nothing takes the focus.
 */

const KEPT = 10;

class ToastRegion extends HTMLElement {
  connectedCallback() {
    if (this.listening) return;
    this.listening = true;
    this.waiting = [];
    this.earlier = this.querySelector(".toasts-earlier");
    document.addEventListener("toast", (event) => this.show(event.detail));
    // Behind a modal dialog nobody sees or hears a message.
    document.addEventListener("close", () => this.showWaiting(), { capture: true });
  }

  show({ message, level = "success" }) {
    if (!message) return;
    if (document.querySelector("dialog[open]")) {
      this.waiting.push({ message, level });
      return;
    }
    const patterns = this.querySelector("template").content;
    const pattern = patterns.querySelector(`[data-level="${CSS.escape(level)}"]`) || patterns.querySelector("[data-level=info]");
    const toast = document.importNode(pattern, true);
    toast.querySelector("[data-words]").textContent = message;
    toast.querySelector(".btn-close").addEventListener("click", () => this.put(toast));
    this.querySelector(level === "danger" || level === "warning" ? "[data-urgent]" : "[data-polite]").append(toast);
    this.querySelector(".notices").scrollTop = this.querySelector(".notices").scrollHeight;
    this.note(toast, message);
    const stays = level === "danger" || level === "warning" || document.documentElement.dataset.text;
    if (!stays) this.count(toast, Number(this.dataset.seconds));
  }

  showWaiting() {
    if (document.querySelector("dialog[open]")) return;
    for (const entry of this.waiting.splice(0)) this.show(entry);
  }

  /** Let `seconds` pass, but only those in which the message could be read and nobody is at it. */
  count(toast, seconds) {
    const clock = setInterval(() => {
      if (!toast.isConnected) return clearInterval(clock);
      if (document.hidden || toast.matches(":hover") || toast.contains(document.activeElement)) return;
      seconds -= 1;
      if (seconds <= 0) this.put(toast);
    }, 1000);
  }

  /** Take the message away; a focus inside goes on to the next message, else back to the content. */
  put(toast) {
    const focused = toast.contains(document.activeElement);
    toast.remove();
    if (!focused) return;
    (this.querySelector(".toast-message .btn-close") || document.getElementById("main"))?.focus();
  }

  note(toast, message) {
    const line = document.createElement("li");
    const time = document.createElement("time");
    const now = new Date();
    time.textContent = [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
    const words = document.createElement("span");
    words.textContent = message;
    line.append(time, words);
    const list = this.earlier.querySelector("ol");
    list.prepend(line);
    while (list.children.length > KEPT) list.lastElementChild.remove();
    this.earlier.querySelector(".counter").textContent = list.children.length;
    if (this.earlier.hidden) {
      this.earlier.hidden = false;
      document.querySelector("main > .container")?.append(this.earlier);
    }
  }
}

if (!customElements.get("toast-region")) customElements.define("toast-region", ToastRegion);
