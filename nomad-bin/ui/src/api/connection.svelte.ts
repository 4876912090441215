/** Whether the page's answers are live: shown in the header on every page. */

class Connection {
  /** Loops that cannot reach the agent now. */
  #lost = $state<ReadonlySet<object>>(new Set());
  /** At least one answer came since the page was opened. */
  #answered = $state(false);

  get state(): 'connecting' | 'live' | 'reconnecting' {
    if (this.#lost.size > 0) return 'reconnecting';
    return this.#answered ? 'live' : 'connecting';
  }

  found(loop: object): void {
    this.#answered = true;
    this.forget(loop);
  }

  lose(loop: object): void {
    if (!this.#lost.has(loop)) this.#lost = new Set([...this.#lost, loop]);
  }

  forget(loop: object): void {
    if (!this.#lost.has(loop)) return;
    const rest = new Set(this.#lost);
    rest.delete(loop);
    this.#lost = rest;
  }
}

export const connection = new Connection();
