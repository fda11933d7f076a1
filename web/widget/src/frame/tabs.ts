/** The visitor's other tabs on the same site: one reads, all know; one rings. */

export interface Tabs {
  /** Tells the others what was read here. */
  seen(seq: number): void;
  /** Tells the others that the visitor was forgotten. */
  reset(): void;
  /** Whether this tab is the one to ring for `id`. */
  mayRing(id: string): Promise<boolean>;
}

const HOLD_MS = 5_000;

export function tabs(name: string, on: { seen(seq: number): void; reset(): void }): Tabs {
  let channel: BroadcastChannel | null = null;
  try {
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      if (typeof data?.seen === 'number') on.seen(data.seen);
      if (data?.reset === true) on.reset();
    };
  } catch {
    /* storage is blocked: each tab is on its own */
  }
  return {
    seen: (seq) => channel?.postMessage({ seen: seq }),
    reset: () => channel?.postMessage({ reset: true }),
    mayRing: (id) =>
      new Promise((answer) => {
        if (!navigator.locks) return answer(!document.hidden);
        // The first tab holds the lock while the others ask in vain.
        navigator.locks
          .request(`${name}:${id}`, { ifAvailable: true }, (lock) => {
            answer(lock !== null);
            return lock ? new Promise((done) => setTimeout(done, HOLD_MS)) : undefined;
          })
          .catch(() => answer(true));
      }),
  };
}
