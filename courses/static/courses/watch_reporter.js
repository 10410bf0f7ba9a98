/* Tells the site what was played, so that an honest member loses nothing.
 *
 * Played parts are frozen into numbered batches that never change; every batch is sent again until it is acknowledged,
 * and sending it twice does no harm. Reports go out every ten seconds or so, and at once on pause, end, hiding and
 * leaving the page. After an error the next attempt waits longer, but there is always a next attempt.
 */

import { PlayTracker } from "./play_tracker.js";
import { ReportQueue } from "./report_queue.js";

const BEAT_MS = 10000;
const BACKOFF_MS = [1000, 2000, 4000, 8000, 16000, 30000];
const MOST_SEGMENTS = 200; // per batch, as the site demands
const MOST_BATCHES = 50; // per request
const KEEPALIVE_BYTES = 60000; // browsers let no more outlive the page

const jitter = (milliseconds) => milliseconds * (0.8 + 0.4 * Math.random());

/** What the site answered, when it is not what was hoped for. `kind`: offline, busy, login, refused. */
class Refused extends Error {
  constructor(kind, message) {
    super(message || kind);
    this.kind = kind;
  }
}

export class WatchReporter extends EventTarget {
  /**
   * @param video the element that plays
   * @param data  member, startUrl, batchesUrl with someSession in it
   * Events: opened, acknowledged, superseded, trouble (detail of each: the site's answer, or {kind, message}).
   */
  constructor(video, data) {
    super();
    this.video = video;
    this.data = data;
    this.tracker = new PlayTracker(video);
    this.queue = new ReportQueue(data.member);
    this.state = "idle"; // starting, open, superseded
    this.session = "";
    this.seq = 0;
    this.failures = 0;
    this.sending = null;
    this.timer = 0;
    for (const name of ["play", "playing"]) video.addEventListener(name, () => this.start());
    for (const name of ["pause", "ended", "seeked"]) video.addEventListener(name, () => this.flush());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.leave());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("online", () => this.schedule(0));
    // Reports an earlier page could not deliver: now, before a new session takes its place.
    this.recover().catch((error) => this.tell(error));
    if (!video.paused) this.start(); // somebody pressed play before this script had arrived
  }

  /** Open a session with the site, however long it takes; what is played meanwhile is kept. */
  async start() {
    if (this.state === "starting" || this.state === "open" || this.state === "superseded") return;
    this.state = "starting";
    for (let attempt = 0; this.state === "starting"; attempt += 1) {
      try {
        await this.recover();
        const answer = await this.post(this.data.startUrl, {});
        this.session = answer.session;
        this.seq = 0;
        this.queue.begin(answer.session);
        this.state = "open";
        this.failures = 0;
        this.emit("opened", answer);
        this.schedule(jitter(BEAT_MS));
      } catch (error) {
        this.tell(error);
        if (error.kind === "refused") {
          this.state = "idle";
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, jitter(BACKOFF_MS[Math.min(attempt, 5)])));
      }
    }
  }

  /** After another window took over: take the turn back. */
  async continueHere() {
    this.state = "idle";
    await this.start();
  }

  /** What is played but not acknowledged. */
  pending() {
    return [...this.queue.batches.flatMap((batch) => batch.segments), ...this.tracker.peek()];
  }

  freeze() {
    if (this.state !== "open") return;
    const parts = this.tracker.take();
    for (let first = 0; first < parts.length; first += MOST_SEGMENTS) {
      this.seq += 1;
      this.queue.push({ seq: this.seq, segments: parts.slice(first, first + MOST_SEGMENTS) });
    }
  }

  schedule(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  /** Freeze and send now; the next time is always set, whatever happens. */
  async flush() {
    this.freeze();
    if (this.sending) return this.sending;
    this.sending = this.deliver();
    try {
      return await this.sending;
    } finally {
      this.sending = null;
      const more = this.queue.batches.length > 0 && this.failures === 0;
      this.schedule(this.failures ? jitter(BACKOFF_MS[Math.min(this.failures - 1, 5)]) : jitter(more ? 500 : BEAT_MS));
    }
  }

  async deliver() {
    if (this.state !== "open" || !this.queue.batches.length) return;
    try {
      this.settle(await this.post(this.address(this.session), this.body(this.queue.batches)));
    } catch (error) {
      this.failures += 1;
      this.tell(error);
      if (error.kind === "refused") this.restart();
    }
  }

  settle(answer) {
    this.failures = 0;
    this.queue.settle(answer.last_seq);
    this.emit("acknowledged", answer);
    if (answer.superseded && this.state === "open") {
      this.state = "superseded";
      this.tracker.take(); // played after the other window took over: it would not count
      this.queue.drop();
      this.emit("superseded", answer);
    }
  }

  /** The site will never take this session's reports: begin another one. */
  restart() {
    this.queue.drop();
    this.state = "idle";
    if (!this.video.paused) this.start();
  }

  /** The page goes away, perhaps for good: everything on its way, without waiting for a request under way. */
  leave() {
    this.freeze();
    if (this.state !== "open" || !this.queue.batches.length) return;
    this.post(this.address(this.session), this.body(this.queue.batches))
      .then((answer) => this.settle(answer))
      .catch((error) => this.tell(error));
  }

  /** Hand in what earlier pages left behind. */
  async recover() {
    for (const [session, batches] of this.queue.leftovers()) {
      try {
        const answer = await this.post(this.address(session), { batches: batches.slice(0, MOST_BATCHES) });
        const rest = batches.filter((batch) => batch.seq > answer.last_seq);
        if (rest.length) await this.post(this.address(session), { batches: rest.slice(0, MOST_BATCHES) });
        this.queue.forget(session);
        this.emit("recovered", answer);
      } catch (error) {
        if (error.kind !== "refused") throw error;
        this.queue.forget(session);
      }
    }
  }

  address(session) {
    return this.data.batchesUrl.replace(this.data.someSession, session);
  }

  body(batches) {
    return { batches: batches.slice(0, MOST_BATCHES), position_ms: this.tracker.position };
  }

  async post(url, body) {
    const text = JSON.stringify(body);
    let response;
    try {
      response = await fetch(url, {
        method: "POST",
        body: text,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
        credentials: "same-origin",
        redirect: "manual", // a redirect leads to the log-in page
        keepalive: text.length < KEEPALIVE_BYTES,
      });
    } catch (error) {
      throw new Refused("offline", error.message);
    }
    if (response.ok) return response.json();
    if (response.type === "opaqueredirect" || response.status === 401) throw new Refused("login");
    if (response.status >= 500 || response.status === 429 || response.status === 408) throw new Refused("busy");
    const answer = await response.json().catch(() => ({}));
    // The site's own refusals carry a code; a 403 without one is the check against forged requests: log in again.
    if (response.status === 403 && !answer.code) throw new Refused("login");
    throw new Refused("refused", answer.message);
  }

  tell(error) {
    if (!(error instanceof Refused)) throw error;
    this.emit("trouble", { kind: error.kind, message: error.message });
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The cookie, because it changes when somebody logs in again in another window; else what the page came with. */
function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  if (cookie) return cookie.slice("csrftoken=".length);
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}
