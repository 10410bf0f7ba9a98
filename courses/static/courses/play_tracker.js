/* Watches a video element and collects which parts of the film were really played.
 *
 * An interval grows while the film runs and is closed whenever it does not go on from where it was: pause, seek,
 * stall, end. A jump that no event announced (a throttled tab, a dragged slider) is noticed by comparing with the time
 * that has passed.
 */

const SLACK_MS = 1000; // timeupdate comes four times a second, in a hidden tab once

export class PlayTracker {
  constructor(video) {
    this.video = video;
    this.open = null; // {from, to, at}: media time, media time, clock
    this.closed = [];
    for (const name of ["playing", "seeked", "timeupdate"]) video.addEventListener(name, () => this.advance());
    for (const name of ["pause", "waiting", "ended", "ratechange"]) video.addEventListener(name, () => this.stop());
    // When "seeking" comes, currentTime is the target already: what was played ends where it was last seen.
    video.addEventListener("seeking", () => this.close());
    video.addEventListener("emptied", () => this.close());
  }

  get position() {
    return Math.max(0, Math.round((this.video.currentTime || 0) * 1000));
  }

  advance() {
    const { video, position } = this;
    const now = performance.now();
    if (!this.open) {
      if (!video.paused && !video.seeking && video.readyState >= 3) this.open = { from: position, to: position, at: now };
      return;
    }
    const played = position - this.open.to;
    if (played < 0 || played > (now - this.open.at) * video.playbackRate + SLACK_MS) {
      this.close();
      this.advance();
      return;
    }
    this.open.to = position;
    this.open.at = now;
  }

  stop() {
    if (this.open && !this.video.seeking) this.advance();
    this.close();
  }

  close() {
    if (this.open) this.add(this.open.from, this.open.to);
    this.open = null;
  }

  add(from, to) {
    if (to <= from) return;
    const last = this.closed[this.closed.length - 1];
    if (last && last[1] === from) last[1] = to;
    else this.closed.push([from, to]);
  }

  /** Everything played since the last call; what is running goes on from here. */
  take() {
    if (this.open) {
      this.advance();
      if (this.open) {
        this.add(this.open.from, this.open.to);
        this.open.from = this.open.to;
      }
    }
    const parts = this.closed;
    this.closed = [];
    return parts;
  }

  /** What was played and not taken yet, without taking it. */
  peek() {
    return this.open && this.open.to > this.open.from ? [...this.closed, [this.open.from, this.open.to]] : [...this.closed];
  }
}
