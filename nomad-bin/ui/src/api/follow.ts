/**
 * The blocking-query loop: keeps asking one URL until told to stop, and says what came.
 *
 * In: a URL and its surroundings (how to ask, to wait, and whether the page is seen). Out: calls of a `Listener`.
 * Always true: at most one request is under way; a hidden page holds no connection; an index that goes backwards starts
 * over; after a failure the first request does not block, so that recovery shows at once.
 */
import { Refused, type Answer } from './get';

/** Longest time that the agent may hold a request (it adds up to a sixteenth). */
const WAIT_S = 55;
/** A held request that is silent for longer than this is dead. */
const SILENCE_MS = (WAIT_S * 17 * 1000) / 16 + 5_000;
/** Shortest time between two answers, so that a busy cluster does not become a busy page. */
const PACE_MS = 200;
/** Time between questions where the answer has no index to wait on. */
const POLL_MS = 2_000;
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 8_000;
/** Time between questions that were refused for a reason of their own (not found, not allowed, not there). */
const REFUSED_MS = 3_000;

export interface Listener<T> {
  answer(data: T): void;
  /** The agent refused; the loop asks again, slowly. */
  refused(why: Refused): void;
  /** The agent cannot be reached; the loop asks again with growing pauses. */
  lost(): void;
}

/** What the loop needs from the world. */
export interface World {
  get<T>(url: string, signal: AbortSignal): Promise<Answer<T>>;
  /** Resolves after the time, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves when the page is seen. */
  seen(signal: AbortSignal): Promise<void>;
  /** Calls back when the page is hidden; returns how to stop that. */
  onHidden(call: () => void): () => void;
}

/** Starts the loop; returns how to stop it. */
export function follow<T>(url: string, listener: Listener<T>, world: World): () => void {
  const stop = new AbortController();
  void run(url, listener, world, stop.signal);
  return () => stop.abort();
}

async function run<T>(url: string, listener: Listener<T>, world: World, stop: AbortSignal): Promise<void> {
  let index = 0;
  let failures = 0;
  while (!stop.aborted) {
    await world.seen(stop);
    if (stop.aborted) return;
    const turn = await ask<T>(url, index, world, stop);
    if (stop.aborted) return;
    switch (turn.kind) {
      case 'answer':
        failures = 0;
        if (turn.index !== index || index === 0) listener.answer(turn.data);
        await world.sleep(turn.index === 0 ? POLL_MS : PACE_MS, stop);
        index = turn.index < index ? 0 : turn.index;
        break;
      case 'hidden':
        index = 0;
        break;
      case 'refused':
        index = 0;
        listener.refused(turn.why);
        await world.sleep(REFUSED_MS, stop);
        break;
      case 'lost':
        index = 0;
        listener.lost();
        await world.sleep(Math.min(RETRY_FIRST_MS * 2 ** failures++, RETRY_LAST_MS), stop);
        break;
    }
  }
}

type Turn<T> =
  | { kind: 'answer'; data: T; index: number }
  | { kind: 'refused'; why: Refused }
  | { kind: 'hidden' }
  | { kind: 'lost' };

async function ask<T>(url: string, index: number, world: World, stop: AbortSignal): Promise<Turn<T>> {
  const turn = new AbortController();
  let hidden = false;
  const end = () => turn.abort();
  stop.addEventListener('abort', end);
  const seenAgain = world.onHidden(() => {
    hidden = true;
    end();
  });
  const silence = setTimeout(end, SILENCE_MS);
  try {
    const answer = await world.get<T>(index > 0 ? blocking(url, index) : url, turn.signal);
    return { kind: 'answer', data: answer.data, index: answer.index };
  } catch (error) {
    if (hidden) return { kind: 'hidden' };
    if (error instanceof Refused && !error.passing) return { kind: 'refused', why: error };
    return { kind: 'lost' };
  } finally {
    clearTimeout(silence);
    seenAgain();
    stop.removeEventListener('abort', end);
  }
}

function blocking(url: string, index: number): string {
  return `${url}${url.includes('?') ? '&' : '?'}index=${index}&wait=${WAIT_S}s`;
}
