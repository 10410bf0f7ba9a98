/* The upload form with drag and drop, progress, speed and the time left. Without this script it is a plain form. */

const form = document.querySelector("form[data-upload]");
const input = form.querySelector("input[type=file]");
const zone = form.querySelector("[data-drop]");
const text = form.querySelector("[data-text]").dataset;
const part = (name) => form.querySelector(`[data-${name}]`);
const limit = Number(form.dataset.maxBytes);
const SPEED_WINDOW_MS = 8000;

let request = null;

function bytes(number) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let step = 0;
  let value = number;
  while (value >= 1024 && step < units.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${value.toFixed(step > 1 ? 1 : 0)} ${units[step]}`;
}

function filled(template, ...values) {
  return values.reduce((words, value, index) => words.replace(`{${index + 1}}`, value), template);
}

function showError(words) {
  part("error-words").textContent = words;
  part("error").hidden = false;
  part("error").scrollIntoView({ block: "nearest" });
}

function clearError() {
  part("error").hidden = true;
}

/** Says what is wrong with the chosen file, before a byte is sent; "" when nothing is. */
function objection(file) {
  if (file.size > limit) return filled(text.tooLarge, bytes(file.size), bytes(limit));
  if (file.size === 0) return text.empty;
  return "";
}

function chosen() {
  clearError();
  const file = input.files[0];
  part("chosen-file").hidden = !file;
  if (!file) return;
  part("chosen-file").textContent = filled(text.chosen, `${file.name} (${bytes(file.size)})`);
  const wrong = objection(file);
  if (wrong) showError(wrong);
}

/** Bytes per second over the last seconds, so that it follows a changing line without jumping. */
function speedometer() {
  const marks = [];
  return (loaded) => {
    const now = performance.now();
    marks.push([now, loaded]);
    while (marks.length > 2 && now - marks[0][0] > SPEED_WINDOW_MS) marks.shift();
    const [since, before] = marks[0];
    return now > since ? ((loaded - before) * 1000) / (now - since) : 0;
  };
}

function timeLeft(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 90) return filled(text.leftSeconds, Math.max(Math.ceil(seconds), 1));
  return filled(text.leftMinutes, Math.ceil(seconds / 60));
}

function working(is) {
  part("progress").hidden = !is;
  part("abort").hidden = !is;
  part("send").disabled = is;
  part("back").hidden = is;
  for (const field of form.querySelectorAll("input:not([type=hidden]), select")) field.disabled = is;
}

function ended(words) {
  request = null;
  working(false);
  if (words) showError(words);
}

function reason(status, answer) {
  if (answer?.message) return answer.message;
  if (status === 401 || status === 403) return text.forbidden;
  return filled(text.server, status);
}

function send(file) {
  const data = new FormData(form); // before the fields are disabled
  const speed = speedometer();
  const bar = form.querySelector("progress");
  request = new XMLHttpRequest();
  request.open("POST", form.action || location.href);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    const permille = Math.floor((event.loaded / event.total) * 1000);
    const rate = speed(event.loaded);
    bar.value = permille;
    part("percent").textContent = `${Math.floor(permille / 10)}%`;
    const told = filled(text.sent, bytes(Math.min(event.loaded, file.size)), bytes(file.size), bytes(rate));
    const left = timeLeft((event.total - event.loaded) / rate);
    part("words").textContent = event.loaded === event.total ? text.finishing : [told, left].filter(Boolean).join(" · ");
  });
  request.addEventListener("load", () => {
    const { status, response, responseURL } = request;
    if (status === 201 && response?.location) {
      request = null;
      location.assign(response.location);
      return;
    }
    // A session that has ended is answered by the log-in page, with 200.
    ended(status < 300 && responseURL !== location.href ? text.forbidden : reason(status, response));
  });
  request.addEventListener("error", () => ended(text.lost));
  request.addEventListener("abort", () => ended(text.aborted));
  working(true);
  request.send(data);
}

form.addEventListener("submit", (event) => {
  const file = input.files[0];
  if (!file) return; // the browser asks for it
  event.preventDefault();
  if (request) return;
  clearError();
  const wrong = objection(file);
  if (wrong) showError(wrong);
  else send(file);
});
part("abort").addEventListener("click", () => request?.abort());
input.addEventListener("change", chosen);
window.addEventListener("beforeunload", (event) => {
  if (request) event.preventDefault();
});

part("drop-hint").hidden = false;
zone.dataset.enhanced = ""; // the browser's own control speaks the browser's language
for (const name of ["dragenter", "dragover"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
}
for (const name of ["dragleave", "drop"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    delete zone.dataset.over;
  });
}
zone.addEventListener("drop", (event) => {
  if (request || !event.dataTransfer?.files.length) return;
  const only = new DataTransfer();
  only.items.add(event.dataTransfer.files[0]);
  input.files = only.files;
  chosen();
});
