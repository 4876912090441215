/**
 * A world for answers that follow others: instead of holding a connection of their own they are read again when nudged.
 *
 * A browser gives one origin six connections for all of its tabs; a page that waited on everything it shows would leave
 * nothing for the next tab.
 */
import type { World } from './follow';

/** Read again after this long without a nudge. */
const IDLE_MS = 15_000;
/** Nudges of one change come together. */
const TOGETHER_MS = 60;

export interface Echo extends World {
  nudge(): void;
}

export function echo(world: World): Echo {
  let nudged = false;
  let wake = () => {};
  return {
    ...world,
    nudge() {
      nudged = true;
      wake();
    },
    // Without an index the loop never blocks.
    get: async <T>(url: string, signal: AbortSignal) => {
      nudged = false;
      return { ...(await world.get<T>(url, signal)), index: 0 };
    },
    async sleep(_ms, signal) {
      if (!nudged) {
        const until = new AbortController();
        const end = () => until.abort();
        wake = end;
        signal.addEventListener('abort', end);
        await world.sleep(IDLE_MS, until.signal);
        signal.removeEventListener('abort', end);
      }
      if (!signal.aborted) await world.sleep(TOGETHER_MS, signal);
    },
  };
}
