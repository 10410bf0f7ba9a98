/* Reports that the site has not acknowledged yet, kept in this browser: a crash, a closed tab, a lost connection
 * cost nothing. One entry per play session; only the page that plays writes it, any later page may hand it in.
 */

const PREFIX = "watch:";

export class ReportQueue {
  /** `owner`: whose reports these are; several people may use one machine. */
  constructor(owner) {
    this.prefix = `${PREFIX}${owner}:`;
    this.batches = [];
    this.key = "";
    this.stored = true; // false once the browser refuses to keep anything: then they live as long as the page
  }

  /** Begin a new session; what is still queued under an old one stays stored. */
  begin(session) {
    this.key = this.prefix + session;
    this.batches = [];
  }

  push(batch) {
    this.batches.push(batch);
    this.store();
  }

  settle(lastSeq) {
    this.batches = this.batches.filter((batch) => batch.seq > lastSeq);
    this.store();
  }

  drop() {
    this.batches = [];
    this.store();
  }

  store() {
    try {
      if (this.batches.length) localStorage.setItem(this.key, JSON.stringify(this.batches));
      else localStorage.removeItem(this.key);
    } catch (error) {
      if (this.stored) console.warn("Reports cannot be kept in this browser:", error.name);
      this.stored = false;
    }
  }

  /** [session, batches] of earlier pages of the same person. */
  leftovers() {
    const found = [];
    try {
      for (let index = 0; index < localStorage.length; index += 1) {
        const key = localStorage.key(index);
        if (!key.startsWith(this.prefix) || key === this.key) continue;
        found.push([key.slice(this.prefix.length), JSON.parse(localStorage.getItem(key))]);
      }
    } catch (error) {
      console.warn("Earlier reports cannot be read:", error.name);
    }
    return found;
  }

  forget(session) {
    try {
      localStorage.removeItem(this.prefix + session);
    } catch (error) {
      console.warn("Earlier reports cannot be removed:", error.name);
    }
  }
}
