/* Answers on their way to the server: nothing leaves this list before the server has said that it is stored.
 *
 * The list also lies in the browser's storage, so that it survives a reload or a crash. Every change has a name of its
 * own (message_id); sent twice, it is stored once.
 */

const BATCH = 20;
const PAUSE_MS = 600; // between a change and its sending: several clicks make one message
const TIMEOUT_MS = 15000;
const LONGEST_WAIT_MS = 15000;

/** A random UUID. crypto.randomUUID is missing in older browsers and on pages without HTTPS. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A refusal of the server, or none at all; `kind`: unreachable, logged-out, late, closed, refused. */
class Trouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

const CODES = { too_late: "late", attempt_closed: "closed" };

/** What an answer of the server means; returns its body or throws Trouble. */
async function read(response) {
  const isJson = (response.headers.get("Content-Type") || "").includes("application/json");
  if (response.status >= 500 || response.status === 429) throw new Trouble("unreachable");
  if (response.redirected || !isJson) throw new Trouble("logged-out");
  const body = await response.json();
  if (response.ok) return body;
  throw new Trouble(CODES[body.code] || "refused");
}

export class AnswerQueue {
  /** `listener` has marked(slot, state), told(times, sentAt, receivedAt) and troubled(kind or null). */
  constructor({ url, token, name, listener }) {
    this.url = url;
    this.token = token;
    this.name = name;
    this.listener = listener;
    this.failures = 0;
    this.sending = null;
    this.timer = 0;
    this.inFlight = new Set();
    this.waiting = this.kept();
  }

  get empty() {
    return this.waiting.length === 0;
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) || [];
    } catch {
      return []; // storage is switched off or holds something else: then only this page remembers
    }
  }

  keep() {
    try {
      if (this.empty) localStorage.removeItem(this.name);
      else localStorage.setItem(this.name, JSON.stringify(this.waiting));
    } catch {
      // storage is full or switched off: the page itself still holds the list
    }
  }

  /** The answer of a question has changed. An older change of it that is not under way yet need not be sent. */
  put(slot, chosen, soon = false) {
    this.waiting = this.waiting.filter((change) => change.slot !== slot || this.inFlight.has(change.message_id));
    this.waiting.push({ message_id: newId(), slot, chosen });
    this.keep();
    this.listener.marked(slot, "saving");
    this.later(soon ? 0 : PAUSE_MS);
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), milliseconds);
  }

  /** Send everything that waits. Resolves to true when the server has it all. */
  async flush() {
    clearTimeout(this.timer);
    while (!this.empty) {
      if (!this.sending) this.sending = this.sendBatch().finally(() => (this.sending = null));
      if (!(await this.sending)) return false;
    }
    return true;
  }

  async sendBatch() {
    const batch = this.waiting.slice(0, BATCH);
    batch.forEach((change) => this.inFlight.add(change.message_id));
    try {
      const body = await this.send(batch);
      this.done(batch, (change) => (change.message_id in body.saved ? "saved" : "refused"));
      return true;
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      return this.failed(batch, trouble.kind);
    } finally {
      batch.forEach((change) => this.inFlight.delete(change.message_id));
    }
  }

  done(batch, stateOf) {
    const ids = new Set(batch.map((change) => change.message_id));
    this.waiting = this.waiting.filter((change) => !ids.has(change.message_id));
    this.keep();
    for (const change of batch) {
      if (!this.waiting.some((other) => other.slot === change.slot)) this.listener.marked(change.slot, stateOf(change));
    }
  }

  failed(batch, kind) {
    if (kind === "unreachable" || kind === "logged-out") {
      batch.forEach((change) => this.listener.marked(change.slot, "waiting"));
      this.failures += 1;
      const most = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.failures);
      this.later(300 + Math.random() * most); // spread, so that not everybody comes back at the same moment
      this.listener.troubled(kind);
      return false;
    }
    this.done(batch, () => (kind === "refused" ? "refused" : "late"));
    this.listener.troubled(kind);
    return kind === "refused";
  }

  /** Send changes (none: ask for the clock only). Throws Trouble. */
  async send(changes) {
    const controller = new AbortController();
    const timeout = setTimeout(() => controller.abort(), TIMEOUT_MS);
    const sentAt = performance.now();
    try {
      const body = await read(await this.post(changes, { signal: controller.signal }));
      this.listener.told(body, sentAt, performance.now());
      this.failures = 0;
      this.listener.troubled(null);
      return body;
    } catch (error) {
      throw error instanceof Trouble ? error : new Trouble("unreachable");
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Whether the server answers now; sets the clock, too. */
  async ping() {
    try {
      await this.send([]);
      return true;
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      this.listener.troubled(trouble.kind);
      return false;
    }
  }

  post(changes, options) {
    return fetch(this.url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token() },
      body: JSON.stringify({ changes }),
      ...options,
    });
  }

  /** The page goes away: one last try that may outlive it. What it does not reach stays in the storage. */
  lastWords() {
    if (!this.empty) this.post(this.waiting.slice(0, BATCH), { keepalive: true }).catch(() => undefined);
  }
}
