/* Watches a video element and collects which parts of the film were really played.
 *
 * An interval grows while the film runs and is closed whenever it does not go on from where it was: pause, seek,
 * stall, end. A jump that no event announced (a throttled tab, a dragged slider) is noticed by comparing with the time
 * that has passed.
 */

const SLACK_MS = 1000; // timeupdate comes four times a second, in a hidden tab once
const SEAM_MS = 300; // the film runs on a little around the events that announce a pause and a start

export class PlayTracker {
  constructor(video) {
    this.video = video;
    this.open = null; // {from, to, at}: media time, media time, clock
    this.rest = null; // {position, at}: where the film stood before it (next) runs, since when it may run
    this.closed = [];
    video.addEventListener("play", () => this.stand(this.rest ? this.rest.position : this.position));
    for (const name of ["playing", "timeupdate"]) video.addEventListener(name, () => this.advance());
    for (const name of ["pause", "waiting", "ended", "ratechange"]) video.addEventListener(name, () => this.stop());
    // When "seeking" comes, currentTime is the target already: what was played ends where it was last seen.
    for (const name of ["seeking", "emptied"]) {
      video.addEventListener(name, () => {
        this.close();
        this.rest = null;
      });
    }
    video.addEventListener("seeked", () => {
      this.stand(this.position);
      this.advance();
    });
  }

  get position() {
    return Math.max(0, Math.round((this.video.currentTime || 0) * 1000));
  }

  stand(position) {
    this.rest = { position, at: performance.now() };
  }

  advance() {
    const { video, position } = this;
    const now = performance.now();
    if (!this.open) {
      if (!video.paused && !video.seeking && video.readyState >= 3) this.open = { from: this.start(position, now), to: position, at: now };
      return;
    }
    const played = position - this.open.to;
    if (played < 0 || played > (now - this.open.at) * video.playbackRate + SLACK_MS) {
      this.close();
      this.rest = null;
      this.advance();
      return;
    }
    this.open.to = position;
    this.open.at = now;
  }

  /** Where the film began to run: it was on its way already when the first event came. */
  start(position, now) {
    if (!this.rest) return position;
    const ran = position - this.rest.position;
    return ran > 0 && ran <= (now - this.rest.at) * this.video.playbackRate + SEAM_MS ? this.rest.position : position;
  }

  stop() {
    if (this.open && !this.video.seeking) this.advance();
    if (this.open) this.stand(this.open.to);
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
