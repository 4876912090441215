/** One task's stream as component state: its last lines, and whether more will come. */
import { untrack } from 'svelte';
import { browser } from '../api/browser';
import { Refused } from '../api/get';
import { logs } from '../api/paths';
import { Lines, type Block } from './lines';
import { PlainText } from './text';

/** Bytes of the past that the first request asks for. */
const TAIL_BYTES = 256 * 1024;
const AGAIN_MS = 1_000;
const AGAIN_LAST_MS = 8_000;

export type Phase = 'opening' | 'following' | 'ended' | 'waiting' | 'reconnecting' | 'failed';

/** What to read. `over`: the task will write nothing more. */
export interface Source {
  alloc: string;
  task: string;
  type: 'stdout' | 'stderr';
  over: boolean;
}

export class Feed {
  blocks = $state.raw<Block[]>([]);
  count = $state(0);
  dropped = $state(0);
  phase = $state<Phase>('opening');
  /** The agent's words when it refuses. */
  message = $state('');

  /** Follows the source while the calling component lives. */
  constructor(source: () => Source) {
    let shown = '';
    $effect(() => {
      const { alloc, task, type, over } = source();
      const stop = new AbortController();
      const key = `${alloc}/${task}/${type}`;
      untrack(() => {
        if (shown !== key) this.#show(new Lines(), 'opening');
        shown = key;
        void this.#run({ alloc, task, type, over }, stop.signal);
      });
      return () => stop.abort();
    });
  }

  #show(lines: Lines, phase: Phase): void {
    this.blocks = lines.blocks();
    this.count = lines.count;
    this.dropped = lines.dropped;
    this.phase = phase;
  }

  async #run(source: Source, stop: AbortSignal): Promise<void> {
    for (let failures = 0; !stop.aborted; failures++) {
      await browser.seen(stop);
      try {
        await this.#read(source, stop);
        failures = 0;
        if (source.over && !stop.aborted) this.phase = 'ended';
        if (source.over) return;
      } catch (error) {
        if (stop.aborted) return;
        this.#trouble(error);
      }
      await browser.sleep(Math.min(AGAIN_MS * 2 ** Math.min(failures, 6), AGAIN_LAST_MS), stop);
    }
  }

  #trouble(error: unknown): void {
    if (!(error instanceof Refused) || error.passing) this.phase = 'reconnecting';
    else if (error.missing) this.phase = 'waiting';
    else this.phase = 'failed';
    this.message = error instanceof Refused ? error.message : '';
  }

  /** Reads until the stream ends. A stream read anew replaces the lines with its own, so nothing is shown twice. */
  async #read({ alloc, task, type, over }: Source, stop: AbortSignal): Promise<void> {
    const response = await fetch(logs(alloc, task, type, TAIL_BYTES, !over), { signal: stop });
    if (!response.ok) throw new Refused(response.status, await response.text());
    const lines = new Lines();
    const text = new PlainText();
    let drawn = 0;
    const draw = () => {
      drawn = 0;
      if (!stop.aborted) this.#show(lines, 'following');
    };
    const reader = response.body?.getReader();
    draw();
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) break;
      lines.push(text.push(chunk.value));
      drawn ||= requestAnimationFrame(draw);
    }
    cancelAnimationFrame(drawn);
    draw();
  }
}
