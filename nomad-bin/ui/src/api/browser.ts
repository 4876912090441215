/** The browser as the loop's world. */
import type { World } from './follow';
import { get } from './get';

/** A page may be hidden this long before it lets go of its connections. */
const HIDDEN_GRACE_MS = 5_000;

export const browser: World = {
  get,

  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        window.removeEventListener('online', wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      window.addEventListener('online', wake);
      signal.addEventListener('abort', wake);
    }),

  seen: (signal) =>
    new Promise((resolve) => {
      const look = () => {
        if (document.hidden && !signal.aborted) return;
        document.removeEventListener('visibilitychange', look);
        signal.removeEventListener('abort', look);
        resolve();
      };
      document.addEventListener('visibilitychange', look);
      signal.addEventListener('abort', look);
      look();
    }),

  onHidden(call) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(call, HIDDEN_GRACE_MS);
    };
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  },
};
