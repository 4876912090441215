/** One live answer as component state: what the loop of `follow` heard last. */
import { untrack } from 'svelte';
import { browser } from './browser';
import { connection } from './connection.svelte';
import { echo } from './echo';
import { follow, type World } from './follow';
import type { Refused } from './get';

/** Answers kept for the way back, so that a page seen before is there at once. */
const REMEMBERED_MAX = 24;
const remembered = new Map<string, unknown>();

function remember(url: string, data: unknown): void {
  remembered.delete(url);
  remembered.set(url, data);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= REMEMBERED_MAX) break;
    remembered.delete(oldest);
  }
}

export class Live<T> {
  /** The last answer; `undefined` before the first one. */
  data = $state.raw<T | undefined>();
  /** Why the agent refused, until it answers. */
  refused = $state.raw<Refused | undefined>();

  /** The agent has said something, be it that it will not. */
  get settled(): boolean {
    return this.data !== undefined || this.refused !== undefined;
  }

  get missing(): boolean {
    return this.refused?.missing ?? false;
  }
}

/** Follows the URL while the calling component lives; a URL that changes starts over. */
export function live<T>(url: () => string): Live<T> {
  const state = new Live<T>();
  $effect.pre(() => listen(state, url(), browser));
  return state;
}

/** The same without a connection of its own: read again whenever one of the others has a new answer. */
export function liveWith<T>(url: () => string, others: Live<unknown>[]): Live<T> {
  const state = new Live<T>();
  const world = echo(browser);
  $effect.pre(() => listen(state, url(), world));
  $effect.pre(() => {
    for (const other of others) void other.data;
    world.nudge();
  });
  return state;
}

function listen<T>(state: Live<T>, url: string, world: World): () => void {
  untrack(() => {
    state.data = remembered.get(url) as T | undefined;
    state.refused = undefined;
  });
  const stop = follow<T>(
    url,
    {
      answer(data) {
        connection.found(state);
        remember(url, data);
        state.refused = undefined;
        state.data = data;
      },
      refused(why) {
        connection.found(state);
        state.refused = why;
        if (why.missing) state.data = undefined;
      },
      lost: () => connection.lose(state),
    },
    world,
  );
  return () => {
    stop();
    connection.forget(state);
  };
}
