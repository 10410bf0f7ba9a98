/* What every form does beyond its markup; brought by components/_form_errors.html.
 *
 *   <error-summary>           takes the focus when it appears; its links go to the field, also in a closed step
 *   <char-count data-for>     characters left; too long a text is kept, but not sent
 *   controls inside .field    what the browser objects to stands beside the field and stays until it is mended
 *   <form data-unsaved>       leaving asks, once something has been changed
 */

const filled = (template, value) => template.replace("{1}", value);

class ErrorSummary extends HTMLElement {
  connectedCallback() {
    if (!("quiet" in this.dataset)) {
      this.focus();
      // An address with a #step takes the focus away again when the page is complete.
      if (document.readyState !== "complete") window.addEventListener("load", () => setTimeout(() => this.focus()), { once: true });
    }
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault(); // the address keeps the step
      goTo(field);
    });
  }
}

/** Bring a control into view and give it the focus, whichever step it is in. */
export function goTo(control) {
  control.dispatchEvent(new CustomEvent("reveal", { bubbles: true }));
  (control.closest(".field") ?? control).scrollIntoView({ block: "nearest" });
  control.focus({ preventScroll: true });
}

/* Counts as the server does: characters, not UTF-16 units (𬱖 is one), and two for each line's end. */
const length = (text) => [...text].length + (text.match(/\n/g)?.length ?? 0);
const SAY_AFTER_MS = 1200; // once the fingers rest, not on every key

class CharCount extends HTMLElement {
  connectedCallback() {
    this.control = document.getElementById(this.dataset.for);
    if (!this.control || this.shown) return;
    this.control.removeAttribute("maxlength"); // it would cut off what is pasted without a word
    this.shown = document.createElement("span");
    this.shown.setAttribute("aria-hidden", "true");
    this.spoken = document.createElement("span");
    this.spoken.className = "visually-hidden";
    this.spoken.setAttribute("role", "status");
    this.replaceChildren(this.shown, this.spoken);
    this.control.addEventListener("input", () => this.count());
    this.count();
    this.spoken.textContent = "";
    clearTimeout(this.timer);
  }

  count() {
    const left = Number(this.dataset.max) - length(this.control.value);
    const words = left < 0 ? filled(this.dataset.over, -left) : filled(this.dataset.left, left);
    this.toggleAttribute("data-too-long", left < 0);
    this.control.setCustomValidity(left < 0 ? words : "");
    this.shown.textContent = words;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.spoken.textContent = words), SAY_AFTER_MS);
  }
}

/* --- What the browser objects to ------------------------------------------------------------------------------- */

const place = (control) => control.closest(".field")?.querySelector("[data-check]");

/** In our words where we have them: the browser speaks its own language, which need not be the page's. */
function objection(control, words) {
  const { validity } = control;
  if (validity.customError) return control.validationMessage;
  if (validity.badInput) return control.type === "number" ? words.number : words.date;
  if (validity.valueMissing) return words.missing;
  if (validity.rangeUnderflow) return filled(words.low, control.min);
  if (validity.rangeOverflow) return filled(words.high, control.max);
  return control.validationMessage;
}

/** Say beside the control what is wrong with it. Returns false for a control without a place for that. */
export function objectTo(control) {
  const note = place(control);
  if (!note) return false;
  note.querySelector("span").textContent = objection(control, note.dataset);
  note.hidden = false;
  control.setAttribute("aria-invalid", "true");
  const described = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (note.parentElement.id) described.add(note.parentElement.id);
  control.setAttribute("aria-describedby", [...described].join(" "));
  return true;
}

function withdraw(control) {
  const note = place(control);
  if (!note || note.hidden || !control.validity.valid) return;
  note.hidden = true;
  control.removeAttribute("aria-invalid");
}

let first = null;

document.addEventListener(
  "invalid",
  (event) => {
    if (!objectTo(event.target)) return; // the browser's own bubble is better than nothing
    event.preventDefault();
    if (first) return;
    first = event.target;
    setTimeout(() => {
      goTo(first);
      first = null;
    });
  },
  { capture: true },
);
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.validity) withdraw(event.target);
    delete event.target.form?.dataset.leaving; // it was sent in vain, and typing goes on
  });
}

/* --- What has been typed and not saved ------------------------------------------------------------------------- */

function differs(control) {
  if (control.type === "hidden" || control.disabled) return false;
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.options) {
    const options = [...control.options];
    const atFirst = options.some((option) => option.defaultSelected);
    return options.some((option, index) => option.selected !== (atFirst ? option.defaultSelected : !control.multiple && index === 0));
  }
  if (control.type === "file") return control.files.length > 0;
  return "defaultValue" in control && control.value !== control.defaultValue;
}

/** Whether a form holds something that would be lost: typed, or brought back by the server because it is not saved. */
export const isUnsaved = (form) =>
  !form.dataset.leaving && (form.matches("[data-changed]") || form.querySelector("error-summary") !== null || [...form.elements].some(differs));

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) event.target.dataset.leaving = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-leaving]")) delete form.dataset.leaving;
});
window.addEventListener("beforeunload", (event) => {
  if (![...document.querySelectorAll("form[data-unsaved]")].some(isUnsaved)) return;
  event.preventDefault();
  event.returnValue = ""; // Chromium before 119 asks only then
});

customElements.define("error-summary", ErrorSummary);
customElements.define("char-count", CharCount);
