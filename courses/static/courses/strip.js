/* The film as a strip: what counts, what is being reported, what is missing, and where the film is now. */

import { missing, union } from "./intervals.js";

const WIDTH = 1000;
const SVG = "http://www.w3.org/2000/svg";

export class Strip {
  /** `seek(ms)` is called when somebody points at a place. */
  constructor(svg, durationMs, seek) {
    this.svg = svg;
    this.durationMs = durationMs;
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * durationMs);
    });
  }

  draw(coverage, pending, positionMs, label) {
    const fragment = document.createDocumentFragment();
    fragment.append(this.rectangle(0, this.durationMs, "ground"));
    for (const [start, end] of union(pending)) fragment.append(this.rectangle(start, end, "pending"));
    for (const [start, end] of coverage) fragment.append(this.rectangle(start, end, "covered"));
    const head = this.rectangle(positionMs, positionMs, "head");
    head.setAttribute("width", 4);
    fragment.append(head);
    this.svg.replaceChildren(fragment);
    this.svg.setAttribute("aria-label", label);
  }

  rectangle(start, end, kind) {
    const shape = document.createElementNS(SVG, "rect");
    const place = (ms) => (Math.min(ms, this.durationMs) / this.durationMs) * WIDTH;
    shape.setAttribute("class", kind);
    shape.setAttribute("x", place(start).toFixed(2));
    shape.setAttribute("y", 0);
    // A second of a long film is narrower than a pixel: still to be seen.
    shape.setAttribute("width", Math.max(place(end) - place(start), 1).toFixed(2));
    shape.setAttribute("height", 20);
    return shape;
  }
}

/** Gaps worth showing: a few frames at a seam are none. */
export function gapsOf(parts, durationMs, leastMs = 300) {
  return missing(union(parts), durationMs).filter(([start, end]) => end - start >= leastMs);
}
