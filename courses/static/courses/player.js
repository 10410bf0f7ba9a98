/* The page of a lecture: plays the film, reports what was played, shows what counts, what is missing and why. */

import { attach } from "../media_pipeline/hls_video.js";
import { length } from "./intervals.js";
import { Strip, gapsOf } from "./strip.js";
import { WatchReporter } from "./watch_reporter.js";

const GAPS_SHOWN = 8;
const NEAR_END_MS = 3000;

const data = JSON.parse(document.getElementById("player-data").textContent);
const words = data.words;
const video = document.getElementById("film");
const part = (id) => document.getElementById(id);

const known = { coverage: data.coverage, coveredMs: data.coveredMs, completed: data.completed };
const refused = new Map(); // reason -> milliseconds, on this page
let reporter = null;
let onlyGaps = false;

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** What is needed, rounded up: with what was counted, rounded down, it says what is missing. */
function wholeSeconds(milliseconds) {
  return Math.ceil(milliseconds / 1000) * 1000;
}

function say(sentence, facts) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

function status(sentence) {
  const line = part("watch-status");
  if (line.textContent !== sentence) line.textContent = sentence;
}

function seek(milliseconds) {
  video.currentTime = milliseconds / 1000;
}

// --- what counts, what is missing ---------------------------------------------------------------------------------

const strip = new Strip(part("strip"), data.durationMs, seek);
let drawn = "";

function gaps() {
  return gapsOf([...known.coverage, ...(reporter ? reporter.pending() : [])], data.durationMs);
}

function show() {
  const { coverage, coveredMs, completed } = known;
  const pending = reporter ? reporter.pending() : [];
  strip.draw(coverage, pending, video.currentTime * 1000, say(words.strip, { covered: clock(coveredMs), duration: clock(data.durationMs) }));
  part("watch-counted").textContent = say(words.counted, { covered: clock(coveredMs), needed: clock(wholeSeconds(data.neededMs)) });
  showCompleted(completed);
  if (completed) return;
  part("missing-text").textContent = say(words.missing, { missing: clock(Math.max(0, wholeSeconds(data.neededMs) - Math.floor(coveredMs / 1000) * 1000)) });
  showGaps();
}

/** The change happens once, perhaps while the film runs: the room below stays as high as it was. */
function showCompleted(completed) {
  if (part("complete").hidden === !completed) return;
  part("watch-now").style.minHeight = `${part("watch-now").offsetHeight}px`;
  part("complete").hidden = !completed;
  part("missing").hidden = completed;
}

function showGaps() {
  const open = gaps();
  part("only-gaps").hidden = open.length === 0 || length(open) >= data.durationMs;
  const shown = open.slice(0, GAPS_SHOWN).map(([start, end]) => [start, clock(start), clock(end)]);
  // The part being played shrinks all the time: its button is only made anew when what it says has changed.
  const key = JSON.stringify(shown.map(([, start, end]) => [start, end]));
  if (key === drawn) return;
  drawn = key;
  const focused = document.activeElement && document.activeElement.dataset.end;
  part("gaps").replaceChildren(...shown.map(([at, start, end]) => gapButton(at, start, end)), ...(open.length > GAPS_SHOWN ? [more()] : []));
  const again = focused && part("gaps").querySelector(`[data-end="${focused}"]`);
  if (again) again.focus();
}

function gapButton(at, start, end) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-secondary";
  button.textContent = `${start}–${end}`;
  button.dataset.end = end;
  button.setAttribute("aria-label", say(words.part, { start, end }));
  button.addEventListener("click", () => {
    seek(at);
    video.play().catch(ignoreRefusedPlay);
  });
  item.append(button);
  return item;
}

function more() {
  const item = document.createElement("li");
  item.textContent = "…";
  return item;
}

function showRefusals(results) {
  for (const { refused: parts } of results) {
    for (const [start, end, reason] of parts) refused.set(reason, (refused.get(reason) || 0) + end - start);
  }
  const lines = [...refused].map(([reason, time]) => {
    const item = document.createElement("li");
    item.textContent = say(words.refused, { time: clock(Math.max(time, 1000)), reason: words.reasons[reason] || reason });
    return item;
  });
  part("refusals").replaceChildren(...lines);
}

/** A browser may refuse to play without a press; the controls are there for that. Other errors are real ones. */
function ignoreRefusedPlay(error) {
  if (error.name !== "NotAllowedError" && error.name !== "AbortError") throw error;
}

// --- only the missing parts ---------------------------------------------------------------------------------------

function skipCovered() {
  if (!onlyGaps || video.seeking) return;
  const now = video.currentTime * 1000;
  const open = gaps();
  if (open.some(([start, end]) => start - 400 <= now && now < end)) return;
  const next = open.find(([start]) => start > now) || open[0];
  if (next) {
    const over = video.ended;
    seek(next[0]);
    if (over) video.play().catch(ignoreRefusedPlay);
    return;
  }
  setOnlyGaps(false);
  video.pause();
  status(words.gapsDone);
}

function setOnlyGaps(on) {
  onlyGaps = on;
  part("only-gaps").setAttribute("aria-pressed", String(on));
}

// --- the film -----------------------------------------------------------------------------------------------------

function resume() {
  const { positionMs } = data;
  if (positionMs < 1000 || positionMs > data.durationMs - NEAR_END_MS) return;
  seek(positionMs);
  if (data.counts) status(say(words.resumed, { time: clock(positionMs) }));
}

/** A fresh address of the film: the one the page came with is good for some hours only. */
async function renew() {
  const response = await fetch(data.playbackUrl, { headers: { Accept: "application/json" }, redirect: "manual" });
  return response.ok ? (await response.json()).playlist_url : null;
}

function limitRate() {
  const fastest = data.maxRatePermille / 1000;
  if (video.playbackRate <= fastest) return;
  video.playbackRate = fastest;
  status(say(words.rate, { rate: fastest }));
}

function report() {
  reporter = new WatchReporter(video, data);
  reporter.addEventListener("opened", ({ detail }) => learn(detail));
  reporter.addEventListener("recovered", ({ detail }) => {
    if (detail.duration_ms === data.durationMs) show();
  });
  reporter.addEventListener("acknowledged", ({ detail }) => {
    showRefusals(detail.results);
    status("");
    learn(detail);
  });
  reporter.addEventListener("trouble", ({ detail }) => {
    const sentence = { offline: words.offline, busy: words.offline, login: words.loggedOut }[detail.kind];
    status(sentence || detail.message);
  });
  video.addEventListener("play", () => {
    if (reporter.state === "superseded") video.pause(); // the keyboard reaches the film behind the notice
  });
  reporter.addEventListener("superseded", () => {
    video.pause();
    part("superseded").hidden = false;
    part("continue-here").focus();
  });
  part("continue-here").addEventListener("click", async () => {
    part("superseded").hidden = true;
    await reporter.continueHere();
    video.play().catch(ignoreRefusedPlay);
  });
}

/** In the list beside the film, which scrolls by itself where there is room beside; the page stays where it is. */
function showInList(row) {
  const list = row && row.closest(".course-outline");
  if (list) list.scrollTop = Math.max(0, row.offsetTop - list.clientHeight / 2);
}

function learn(answer) {
  known.coverage = answer.coverage;
  known.coveredMs = answer.covered_ms;
  data.neededMs = answer.needed_ms;
  const news = answer.lecture_completed && !known.completed;
  known.completed = answer.lecture_completed;
  if (news) {
    status(words.completed);
    document.body.dispatchEvent(new CustomEvent("lecture-completed")); // htmx marks it in the list beside the film
  }
  part("diagnosis-link").hidden = false;
  show();
}

video.addEventListener("loadedmetadata", resume, { once: true });
if (data.counts) {
  report();
  video.addEventListener("ratechange", limitRate);
  video.addEventListener("timeupdate", () => {
    skipCovered();
    show();
  });
  video.addEventListener("ended", skipCovered);
  video.addEventListener("seeked", show);
  part("only-gaps").addEventListener("click", () => {
    setOnlyGaps(!onlyGaps);
    if (!onlyGaps) return;
    skipCovered();
    video.play().catch(ignoreRefusedPlay);
  });
  show();
}
showInList(part("current-lecture"));
// Attaching a film stops what was going on: a play that was pressed before this script had arrived is pressed again.
// Where the browser does not allow that, the member sees the film standing and presses once more.
if (!video.paused) video.addEventListener("canplay", () => video.play().catch(() => show()), { once: true });
attach(video, data.playlistUrl, { renew });
