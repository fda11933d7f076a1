/** Waiting times between tries: full jitter under a doubling ceiling, 0.5 s to 30 s. */

const FIRST_MS = 500;
const LAST_MS = 30_000;
/** Never quite at once: a server that just came back gets a breath. */
const FLOOR_MS = 200;

/** The longest wait before try `attempt` (0 is the first repeat), in milliseconds. */
export function ceiling(attempt: number): number {
  return Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
}

/** A random wait before try `attempt`, in milliseconds. */
export function delay(attempt: number, random: () => number = Math.random): number {
  return Math.round(FLOOR_MS + random() * (ceiling(attempt) - FLOOR_MS));
}
