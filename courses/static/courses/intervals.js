/* Sets of media time: half-open intervals [from, to) in milliseconds, sorted and never touching each other. */

/** All of `parts`, in any order and overlapping as they like. */
export function union(parts) {
  const merged = [];
  for (const [start, end] of [...parts].sort((a, b) => a[0] - b[0])) {
    if (start >= end) continue;
    const last = merged[merged.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** What a union leaves out of [0, duration). */
export function missing(covered, duration) {
  const gaps = [];
  let position = 0;
  for (const [start, end] of covered) {
    if (start > position) gaps.push([position, Math.min(start, duration)]);
    position = Math.max(position, end);
  }
  if (position < duration) gaps.push([position, duration]);
  return gaps.filter(([start, end]) => start < end);
}

/** Milliseconds in disjoint intervals. */
export function length(parts) {
  return parts.reduce((sum, [start, end]) => sum + end - start, 0);
}
