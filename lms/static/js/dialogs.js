/* Dialogs: <dialog class="dialog" id="move" aria-labelledby="move-title">, opened by <button data-dialog="move">.
 *
 * Inside, [data-dialog-close] closes. Escape closes. A press beside the dialog closes it while nothing was typed.
 * The focus goes to [autofocus], else to the first field, else to the heading, and returns to where it came from.
 * An answer to htmx closes the dialog of its form with the event `dialog-close` (HX-Trigger).
 * Links to a dialog (/page/#move) open it. Browsers without showModal get the same markup above the page.
 */

const openers = new WeakMap();
const FIELDS = "input:not([type=hidden]), select, textarea";
const REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";

/** Whether somebody has entered something that a stray press must not close. */
function touched(dialog) {
  return [...dialog.querySelectorAll(FIELDS)].some((field) => {
    if (field.matches("select")) {
      const options = [...field.options];
      if (!options.some((option) => option.defaultSelected)) return field.selectedIndex > 0;
      return options.some((option) => option.selected !== option.defaultSelected);
    }
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  });
}

function placeFocus(dialog) {
  const heading = dialog.querySelector("h2");
  const target = dialog.querySelector("[aria-invalid=true], [autofocus]") || dialog.querySelector(FIELDS) || heading;
  if (!target) return;
  if (target === heading) heading.tabIndex = -1;
  target.focus();
}

/** Where showModal is missing: the same dialog above the page, with a ground that catches presses. */
function imitate(dialog) {
  const scrim = document.createElement("div");
  scrim.className = "dialog-scrim";
  scrim.addEventListener("click", () => touched(dialog) || close(dialog));
  dialog.before(scrim);
  dialog.classList.add("dialog-imitated");
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  dialog.setAttribute("open", "");
}

/** Open `dialog`; the focus will return to `opener`. */
function open(dialog, opener) {
  if (dialog.hasAttribute("open")) return;
  openers.set(dialog, opener || document.activeElement);
  if (typeof dialog.showModal === "function") dialog.showModal();
  else imitate(dialog);
  placeFocus(dialog);
}

function close(dialog) {
  if (!dialog.classList.contains("dialog-imitated")) return dialog.close();
  dialog.removeAttribute("open");
  dialog.classList.remove("dialog-imitated");
  dialog.previousElementSibling.remove();
  dialog.dispatchEvent(new Event("close"));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    open(dialog, opener);
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) close(closer.closest("dialog"));
});

// Only a press that begins and ends beside the dialog: marking text may end outside. confirm.js minds its own dialog.
let pressed = null;
document.addEventListener("mousedown", (event) => (pressed = event.target));
document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (!dialog.matches("dialog.dialog[open]") || dialog.id === "confirm-dialog" || pressed !== dialog) return;
  if (!touched(dialog)) close(dialog);
});

document.addEventListener("keydown", (event) => {
  const dialog = document.querySelector(".dialog-imitated");
  if (!dialog) return;
  if (event.key === "Escape") close(dialog);
  if (event.key !== "Tab") return;
  const stops = [...dialog.querySelectorAll(REACHABLE)].filter((stop) => !stop.disabled && stop.offsetParent);
  const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
  if (dialog.contains(document.activeElement) && document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops[stops.length - 1] : stops[0])?.focus();
});

document.addEventListener("dialog-close", (event) => {
  const dialog = event.target.closest("dialog[open]");
  if (dialog) close(dialog);
});

document.addEventListener(
  "close",
  (event) => {
    const opener = openers.get(event.target);
    openers.delete(event.target);
    if (opener?.isConnected) opener.focus();
    if (location.hash && location.hash === `#${event.target.id}`) history.replaceState(null, "", location.pathname + location.search);
  },
  { capture: true }, // it does not bubble
);

const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (named && named.matches("dialog.dialog")) open(named);
