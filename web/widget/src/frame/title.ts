/** Writes "New message" and the page's own title in turn, until the visitor looks. */

const TURN_MS = 1_500;

export function titleFlash(set: (text: string) => void): { start(text: string): void } {
  let timer = 0;
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || !timer) return;
    clearInterval(timer);
    timer = 0;
    set('');
  });
  return {
    start(text) {
      clearInterval(timer);
      let on = true;
      set(text);
      // With reduced motion it stays as it is.
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      timer = setInterval(() => still || set((on = !on) ? text : ''), TURN_MS) as unknown as number;
    },
  };
}
