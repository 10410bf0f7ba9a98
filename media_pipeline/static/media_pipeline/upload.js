/* The upload page: sends what <file-drop> holds. Without this script the page is a plain form for one file.
 *
 * The transport is all that knows how bytes travel; another one takes its place in the line that names it.
 */

import { formTransport } from "../js/xhr_upload.js";

const form = document.querySelector("form[data-upload]");
const drop = form.querySelector("file-drop");
const part = (name) => form.querySelector(`[data-${name}]`);
const title = form.elements.title;
const words = part("text").dataset;
let described = {}; // title and organization as they stood when sending began: disabled fields tell nothing

customElements.whenDefined("file-drop").then(() => {
  drop.transport = formTransport(form, {
    field: drop.input.name,
    words,
    fields: () => described,
  });
  drop.keepInInput();
});

/** What can be pressed and typed while bytes travel. */
function working(is) {
  part("send").disabled = is;
  part("send").setAttribute("aria-busy", String(is));
  for (const name of ["title", "organization"]) form.elements[name].disabled = is || (name === "title" && drop.entries.length > 1);
}

async function send() {
  if (drop.isSending) return;
  // Several films are not all called the same: each takes the name of its file.
  described = { title: drop.entries.length > 1 ? "" : title.value, organization: form.elements.organization.value };
  const sending = drop.start();
  working(drop.isSending);
  const entries = await sending;
  working(false);
  const done = entries.filter((entry) => entry.state === "done");
  if (entries.length === 1 && done.length) leave(done[0].result.location);
  else if (done.length && done.length === entries.length) leave(words.list);
  else done.forEach(link);
}

function leave(address) {
  form.dataset.leaving = "yes"; // all is saved: nothing to ask about (js/forms.js)
  location.assign(address);
}

/** What has arrived can be opened, while something else has to be tried again. */
function link(entry) {
  const name = entry.part("name");
  if (name.querySelector("a")) return;
  const open = document.createElement("a");
  open.href = entry.result.location;
  open.textContent = entry.file.name;
  name.replaceChildren(open);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
form.addEventListener("retry-asked", send);
form.addEventListener("files-changed", () => {
  const several = drop.entries.length > 1;
  part("title-note").hidden = !several;
  title.disabled = several;
});
