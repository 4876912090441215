/** The pages: each is fetched when it is needed first, or when the browser has nothing else to do. */
import type { Component } from 'svelte';

class Later<Props extends Record<string, unknown>> {
  /** The page, once it is here. */
  component = $state.raw<Component<Props> | undefined>();
  /** It could not be fetched: the agent is gone, or has been replaced by another version. */
  failed = $state(false);
  #load: () => Promise<{ default: Component<Props> }>;
  #asked = false;

  constructor(load: () => Promise<{ default: Component<Props> }>) {
    this.#load = load;
  }

  async want(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    try {
      this.component = (await this.#load()).default;
      this.failed = false;
    } catch {
      this.#asked = false;
      this.failed = true;
    }
  }
}

export const jobsPage = new Later<Record<string, never>>(() => import('./Jobs.svelte'));
export const jobPage = new Later<{ id: string; namespace: string }>(() => import('./Job.svelte'));
export const allocationPage = new Later<{ id: string }>(() => import('./Allocation.svelte'));

/** Fetches all of them once the first one stands. */
export function fetchWhenIdle(): void {
  const fetchAll = () => {
    void jobsPage.want();
    void jobPage.want();
    void allocationPage.want();
  };
  if ('requestIdleCallback' in window) requestIdleCallback(fetchAll, { timeout: 2_000 });
  else setTimeout(fetchAll, 500);
}
