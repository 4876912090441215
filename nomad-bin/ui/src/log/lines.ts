/** The last lines of a stream. Always true: at most `LINES_MAX` lines of at most `LINE_MAX` characters are held. */

export const LINES_MAX = 5_000;
export const LINE_MAX = 8_192;
/** Lines drawn as one block. */
export const BLOCK = 100;

export interface Block {
  /** Number of its first line, counted from the first line ever seen: a stable key. */
  first: number;
  lines: string[];
}

export class Lines {
  #blocks: Block[] = [];
  #next = 0;
  #open = '';

  /** Lines dropped at the top so far. */
  dropped = 0;

  push(text: string): void {
    const parts = (this.#open + text).split('\n');
    this.#open = (parts.pop() ?? '').slice(0, LINE_MAX);
    for (const part of parts) this.#add(overwritten(part).slice(0, LINE_MAX));
  }

  /** All blocks, the unfinished last line included. */
  blocks(): Block[] {
    if (this.#open === '') return this.#blocks.slice();
    const last = this.#blocks.at(-1);
    const open = overwritten(this.#open);
    if (!last || last.lines.length >= BLOCK) return [...this.#blocks, { first: this.#next, lines: [open] }];
    return [...this.#blocks.slice(0, -1), { first: last.first, lines: [...last.lines, open] }];
  }

  get count(): number {
    return this.#next - this.dropped + (this.#open === '' ? 0 : 1);
  }

  clear(): void {
    this.#blocks = [];
    this.#next = 0;
    this.#open = '';
    this.dropped = 0;
  }

  #add(line: string): void {
    const last = this.#blocks.at(-1);
    if (last && last.lines.length < BLOCK) {
      // A new object, so that the page sees which block changed.
      this.#blocks[this.#blocks.length - 1] = { first: last.first, lines: [...last.lines, line] };
    } else {
      this.#blocks.push({ first: this.#next, lines: [line] });
    }
    this.#next += 1;
    const oldest = this.#blocks[0];
    if (oldest && this.#next - this.dropped > LINES_MAX) {
      this.#blocks.shift();
      this.dropped += oldest.lines.length;
    }
  }
}

/** A carriage return goes back to the start of the line: what was written last is what one sees. */
function overwritten(line: string): string {
  const end = line.endsWith('\r') ? line.slice(0, -1) : line;
  const back = end.lastIndexOf('\r');
  return back < 0 ? end : end.slice(back + 1);
}
