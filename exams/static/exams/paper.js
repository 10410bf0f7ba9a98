/* The paper: saves every answer as it is given, shows what is saved and how much time is left.
 *
 * Without this script the page is a plain form that carries all answers when it is handed in.
 */

import { clockOfPage, showClock } from "./clock.js";
import { AnswerQueue } from "./queue.js";

const HURRY_MS = 20000;
const RESYNC_MS = 120000;

const form = document.querySelector("[data-paper], [data-last-look]");
const isPaper = "paper" in form.dataset;
const clock = clockOfPage(JSON.parse(document.getElementById("exam-times").textContent));
let timeIsUp = false;
let leaving = false;
let pressedInVain = false;

/** The present token: logging in again in another tab has changed the cookie. */
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

function leave() {
  leaving = true;
  form.elements.csrfmiddlewaretoken.value = token();
  form.submit();
}

// --- What a question shows -------------------------------------------------------------------------------------------

const question = (slot) => form.querySelector(`[data-slot="${slot}"]`);
const inputs = (slot) => Array.from(form.querySelectorAll(`input[name="answer-${slot}"]`));
const chosen = (slot) => inputs(slot).filter((input) => input.checked).map((input) => input.value);

function showMark(slot, state) {
  const mark = question(slot)?.querySelector("[data-mark]");
  if (!mark) return;
  mark.dataset.mark = state;
  mark.textContent = state === "saved" && chosen(slot).length === 0 ? form.dataset.cleared : form.dataset[state];
  const link = form.querySelector(`[data-map="${slot}"]`);
  link?.toggleAttribute("data-unsaved", state === "waiting" || state === "late" || state === "refused");
}

function showAnswered() {
  form.querySelectorAll(".question .choice").forEach((choice) => {
    choice.classList.toggle("choice-chosen", choice.querySelector("input").checked);
  });
  let count = 0;
  for (const link of form.querySelectorAll("[data-map]")) {
    const done = chosen(link.dataset.map).length > 0;
    link.toggleAttribute("data-done", done);
    link.querySelector("[data-map-state]").textContent = done ? form.dataset.answerGiven : form.dataset.answerOpen;
    count += done;
  }
  form.querySelectorAll("[data-answered]").forEach((place) => (place.textContent = String(count)));
}

function showNotice(name) {
  const notice = form.querySelector("[data-notice]");
  if (!notice) return;
  notice.hidden = !name;
  notice.querySelectorAll("[data-notice-text]").forEach((text) => (text.hidden = text.dataset.noticeText !== name));
  const trouble = form.querySelector("[data-bar-trouble]"); // the notice may be out of sight, the bar is not
  trouble.hidden = !name;
  trouble.querySelectorAll("[data-bar-text]").forEach((text) => (text.hidden = text.dataset.barText !== name));
}

// --- The way to the server -------------------------------------------------------------------------------------------

const listener = {
  marked: showMark,
  told(times, sentAt, receivedAt) {
    clock.take(times, sentAt, receivedAt);
    if (times.state !== "in_progress") listener.troubled("closed");
  },
  troubled(kind) {
    if (kind === "late" || kind === "closed") {
      leaving = true;
      window.location.assign(form.dataset.resultUrl || form.action);
    } else if (kind !== "refused") {
      showNotice(kind === "unreachable" ? "offline" : kind);
    }
  },
};

const queue = new AnswerQueue({
  url: form.dataset.answersUrl,
  token,
  name: `exam-answers-${form.dataset.attempt}`,
  listener,
});

/** The time is up: hand in as soon as the server has everything. */
async function finish() {
  timeIsUp = true;
  if (leaving) return;
  if ((await queue.flush()) && (await queue.ping()) && !leaving) {
    if (isPaper) {
      form.elements.carries.value = "nothing";
      const confirmed = document.createElement("input");
      Object.assign(confirmed, { type: "hidden", name: "confirmed", value: "1" });
      form.append(confirmed);
    }
    leave();
  } else if (!leaving) {
    setTimeout(finish, 1000 + Math.random() * 3000);
  }
}

async function handIn(event) {
  event.preventDefault();
  if (leaving || timeIsUp) return;
  const stored = await queue.flush();
  if (leaving) return;
  if (!stored && !pressedInVain) {
    pressedInVain = true; // the second time the form itself carries the answers
    showNotice("unsent");
    return;
  }
  form.elements.carries.value = stored ? "nothing" : "answers";
  leave();
}

function restore() {
  for (const change of queue.waiting) {
    inputs(change.slot).forEach((input) => (input.checked = change.chosen.includes(input.value)));
    showMark(change.slot, "waiting");
  }
  showAnswered();
  queue.flush();
}

if (isPaper) {
  form.addEventListener("change", (event) => {
    const place = event.target.closest("[data-slot]");
    if (!place) return;
    const slot = Number(place.dataset.slot);
    queue.put(slot, chosen(slot), clock.left() < HURRY_MS);
    showAnswered();
  });
  form.addEventListener("submit", handIn);
  window.addEventListener("pagehide", () => queue.lastWords());
  restore();
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload(); // back from the browser's memory: the paper may be over by now
});
window.addEventListener("online", () => queue.flush());
function resync() {
  if (document.visibilityState !== "visible" || leaving) return;
  clock.forget();
  queue.ping();
}
document.addEventListener("visibilitychange", resync);
setInterval(resync, RESYNC_MS);
showClock(form, clock, finish);
