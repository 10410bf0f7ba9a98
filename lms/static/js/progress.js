/* Progress: how fast, how long still, and the milestones of a job on the server.
 *
 *   <job-progress>   components/_progress.html: htmx swaps its moving part every two seconds; a screen reader hears of
 *                    each quarter and of the end, not of every change.
 *   speedometer()    bytes per second, smoothed
 *   timeLeft()       seconds in words, roughly, in the same steps as lms.common.progress.words_for_time_left
 */

const UNITS = ["B", "KB", "MB", "GB", "TB"];
const SMOOTH_SECONDS = 6; // what lies further back hardly counts
const MEASURED_SECONDS = 2;

/** Put values into a template's {1}, {2} … */
export function filled(template, ...values) {
  return values.reduce((words, value, index) => words.replace(`{${index + 1}}`, () => String(value)), template);
}

/** A number of bytes as people read it: 1.5 GB. */
export function bytes(number) {
  let step = 0;
  let value = number;
  while (value >= 1024 && step < UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${value.toFixed(step > 1 ? 1 : 0)} ${UNITS[step]}`;
}

/** A function to be told how much is done; it returns how much is done per second, 0 while that is not known yet.
 *
 * An exponential average over time: it follows a changing line without jumping with each packet.
 */
export function speedometer(now = () => performance.now()) {
  const began = now();
  let at = began;
  let before = null;
  let rate = 0;
  return (done) => {
    const time = now();
    const seconds = (time - at) / 1000;
    if (before === null) before = done;
    if (seconds >= 0.2) {
      const present = (done - before) / seconds;
      const weight = rate ? 1 - Math.exp(-seconds / SMOOTH_SECONDS) : 1;
      rate += (present - rate) * weight;
      at = time;
      before = done;
    }
    return time - began < MEASURED_SECONDS * 1000 ? 0 : rate;
  };
}

/** Seconds in words; `words` has leftUnknown, leftMoment, leftSeconds, leftMinutes, leftHours. */
export function timeLeft(seconds, words) {
  if (!Number.isFinite(seconds)) return words.leftUnknown;
  if (seconds < 20) return words.leftMoment;
  if (seconds < 60) return filled(words.leftSeconds, Math.ceil(seconds / 10) * 10);
  if (seconds < 90 * 60) {
    const minutes = Math.ceil(seconds / 60);
    return filled(words.leftMinutes, minutes > 10 ? Math.ceil(minutes / 5) * 5 : minutes);
  }
  return filled(words.leftHours, Math.ceil(seconds / 3600));
}

class JobProgress extends HTMLElement {
  connectedCallback() {
    this.quarter = this.read().quarter;
    this.addEventListener("htmx:afterSwap", () => this.look());
    // The whole component comes anew when the job is over; a live region must be there before it speaks.
    if (document.readyState === "complete") setTimeout(() => this.look(), 300);
  }

  read() {
    const { percent = "", state = "" } = this.querySelector(".job-state")?.dataset ?? {};
    return { percent, state, quarter: percent === "" ? 0 : Math.floor(Number(percent) / 25) };
  }

  look() {
    const { percent, state, quarter } = this.read();
    const say = this.querySelector("[data-say]");
    const outcome = this.querySelector(".job-outcome");
    if (outcome) say.textContent = outcome.textContent.trim().replace(/\s+/g, " ");
    else if (quarter > this.quarter) say.textContent = filled(this.dataset.at, `${percent}%`);
    this.quarter = quarter;
    this.dataset.state = state;
  }
}

customElements.define("job-progress", JobProgress);
