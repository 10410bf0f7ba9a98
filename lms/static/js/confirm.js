/* Asks before something that cannot be undone.
 *
 *   <form method="post" data-confirm="Revoke this certificate?" data-confirm-text="…" data-confirm-action="Revoke">
 *
 * The same attributes on a submit button ask for that button only. hx-confirm="…" opens the same dialog.
 * Without this script the form is sent without a question; what it does must then still be allowed by the server.
 */

const dialog = document.getElementById("confirm-dialog");

/** Ask the person. Resolves to true when they confirm. */
function ask(question, text = "", action = "") {
  if (!dialog || typeof dialog.showModal !== "function") return Promise.resolve(window.confirm(question));
  const title = dialog.querySelector("#confirm-title");
  const confirm = dialog.querySelector("button[value=confirm]");
  title.textContent = question || title.dataset.default;
  dialog.querySelector("#confirm-text").textContent = text;
  confirm.textContent = action || confirm.dataset.default;
  const before = document.activeElement;
  dialog.returnValue = "cancel";
  dialog.showModal();
  const body = dialog.querySelector(".dialog-body");
  if (body.scrollHeight > body.clientHeight) body.tabIndex = 0; // older browsers scroll by keyboard only what has the focus
  else body.removeAttribute("tabindex");
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        if (before?.isConnected) before.focus(); // older Chromium leaves it nowhere
        resolve(dialog.returnValue === "confirm");
      },
      { once: true },
    );
  });
}

let confirmed = null;

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const source = event.submitter?.dataset.confirm ? event.submitter : form;
    if (!source.dataset.confirm) return;
    if (confirmed === form) {
      confirmed = null;
      return;
    }
    const submitter = event.submitter;
    event.preventDefault();
    event.stopImmediatePropagation(); // before htmx and everybody else
    if (!(await ask(source.dataset.confirm, source.dataset.confirmText, source.dataset.confirmAction))) return;
    confirmed = form;
    form.requestSubmit(submitter);
    confirmed = null;
  },
  { capture: true },
);

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  const { confirmText, confirmAction } = event.detail.elt.dataset;
  if (await ask(event.detail.question, confirmText, confirmAction)) event.detail.issueRequest(true);
});

// A press beside the dialog is a no; marking the text may end there, but did not begin there.
let pressed = null;
dialog?.addEventListener("mousedown", (event) => (pressed = event.target));
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog && pressed === dialog) dialog.close("cancel");
});
