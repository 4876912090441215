/** Bytes of a task's stream as plain lines: no escape sequences, no control characters, no lost halves. */

/** Escape sequences: CSI, OSC (to BEL or ST), other two-character ones. */
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])/g;
/** An escape sequence that has begun and not ended yet. */
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)$/;
/** Control characters but tab, line feed and carriage return. */
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
/** An unfinished sequence longer than this is no sequence. */
const UNFINISHED_MAX = 4_096;

/** Turns chunks of bytes into plain text; keeps what a chunk cut in two until the next one. */
export class PlainText {
  #decoder = new TextDecoder();
  #cut = '';

  push(bytes: Uint8Array): string {
    const text = this.#cut + this.#decoder.decode(bytes, { stream: true });
    const tail = UNFINISHED.exec(text);
    this.#cut = tail && tail[0].length <= UNFINISHED_MAX ? tail[0] : '';
    return plain(this.#cut ? text.slice(0, -this.#cut.length) : text);
  }
}

/** The text without escape sequences and control characters. */
export function plain(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, '');
}
