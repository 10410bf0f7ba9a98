/* What every page does beyond its markup. Menus, forms and messages work without it; it only makes them smoother. */

/** The menus of the header (<details>) close on Escape, on a press outside, and when the focus leaves. */
function tidyMenus() {
  const menus = [...document.querySelectorAll(".menu, .drawer")];
  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (menu.open) menus.filter((other) => other !== menu).forEach((other) => (other.open = false));
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}

/** The key / leads into the search box, from anywhere but a field. Who speaks to the computer or types by accident
 * switches it off on the search page ([data-slash-switch]); the browser remembers that. */
function searchByKey() {
  const KEY = "slash";
  const memory = {
    get off() { try { return localStorage.getItem(KEY) === "off"; } catch { return false; } },
    set off(value) { try { localStorage.setItem(KEY, value ? "off" : "on"); } catch { /* without storage it stays on */ } },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || memory.off) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const box = [...document.querySelectorAll("[data-slash]")].find((field) => field.offsetParent);
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  for (const place of document.querySelectorAll("[data-slash-switch]")) {
    const box = place.querySelector("input");
    place.hidden = false;
    box.checked = !memory.off;
    box.addEventListener("change", () => (memory.off = !box.checked));
  }
}

/** A form marked data-once is sent once: the second press of an impatient finger does nothing. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  // The browser may show the page again from its memory, form and all.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    });
  });
}

/** Messages can be put away, those that htmx brings too. */
function putMessagesAway() {
  const reveal = (root) => root.querySelectorAll("[data-dismiss-message]").forEach((button) => (button.hidden = false));
  reveal(document);
  document.addEventListener("htmx:load", (event) => reveal(event.target));
  document.addEventListener("click", (event) => {
    event.target.closest?.("[data-dismiss-message]")?.closest(".alert").remove();
  });
}

/** Error pages offer the way back, where what was typed is still in the form. */
function offerWayBack() {
  for (const button of document.querySelectorAll("[data-back]")) {
    if (history.length < 2) continue;
    button.hidden = false;
    button.addEventListener("click", () => history.back());
  }
}

/** Says so when the network is away, or when the server failed to answer a part of the page. */
function watchConnection() {
  const offline = document.getElementById("offline-notice");
  const failed = document.getElementById("request-notice");
  if (!offline || !failed) return;
  const show = () => (offline.hidden = navigator.onLine);
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
  document.body.addEventListener("htmx:responseError", () => (failed.hidden = false));
  document.body.addEventListener("htmx:sendError", () => (failed.hidden = !navigator.onLine));
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) failed.hidden = true;
  });
  failed.querySelector("[data-dismiss-notice]").addEventListener("click", () => (failed.hidden = true));
}

tidyMenus();
searchByKey();
sendOnce();
putMessagesAway();
offerWayBack();
watchConnection();
