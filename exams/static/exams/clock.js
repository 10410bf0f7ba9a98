/* The server's clock, as well as a browser can know it.
 *
 * Time is counted with performance.now(), never by decrementing a number: a background tab may be slowed down, and the
 * computer's own clock may be wrong. The sample with the shortest round trip is the best one.
 */

export class ServerClock {
  constructor() {
    this.offset = 0; // server's milliseconds = performance.now() + offset
    this.roundTrip = Infinity;
    this.deadline = Infinity;
  }

  /** Take in an answer of the server: `times` as sent, and when the request left and the answer came. */
  take(times, sentAt, receivedAt) {
    this.deadline = times.deadline_ms;
    const roundTrip = Math.max(0, receivedAt - sentAt);
    if (roundTrip > this.roundTrip) return;
    this.roundTrip = roundTrip;
    this.offset = times.server_now_ms + roundTrip / 2 - receivedAt;
  }

  /** Trust the next sample whatever its round trip: after sleep the old one may be wrong. */
  forget() {
    this.roundTrip = Infinity;
  }

  /** Milliseconds until the time is up; negative afterwards. */
  left() {
    return this.deadline - (performance.now() + this.offset);
  }
}

/** A clock set from the page itself, which the server stamped while making it. */
export function clockOfPage(times) {
  const clock = new ServerClock();
  const [page] = performance.getEntriesByType("navigation");
  if (page && page.responseStart) clock.take(times, page.requestStart, page.responseStart);
  else clock.take(times, performance.now(), performance.now());
  return clock;
}

/** 3725000 -> "1:02:05", 65000 -> "1:05". */
export function inWords(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const SPOKEN_MINUTES = [30, 10, 5, 1];
const LOW_MS = 5 * 60 * 1000;

/** Show what is left in `bar` every half second, say it at some minutes, and call `timeIsUp` once. */
export function showClock(bar, clock, timeIsUp) {
  const time = bar.querySelector("[data-clock]");
  const text = bar.querySelector("[data-clock-text]");
  const says = bar.querySelector("[data-clock-says]");
  bar.querySelector("[data-clock-label]").hidden = false;
  let before = clock.left();
  let over = false;
  const tick = () => {
    const left = clock.left();
    text.textContent = inWords(left);
    time.classList.toggle("paper-time-low", left <= LOW_MS);
    const passed = SPOKEN_MINUTES.find((minutes) => left <= minutes * 60000 && before > minutes * 60000);
    if (passed === 1) says.textContent = says.dataset.minuteLeft;
    else if (passed) says.textContent = says.dataset.minutesLeft.replace("%d", String(passed));
    before = left;
    if (left <= 0 && !over) {
      over = true;
      says.textContent = says.dataset.timeUp;
      timeIsUp();
    }
  };
  tick();
  setInterval(tick, 500);
}
