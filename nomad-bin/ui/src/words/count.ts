/** Numbers with their nouns. */

const grouped = new Intl.NumberFormat('en-US');

/** `1,234`. */
export const number = (n: number) => grouped.format(n);

/** `1 node`, `2 nodes`; the plural may be given. */
export const count = (n: number, one: string, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export function list(words: string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** MiB as `512 MiB`, `1.5 GiB`. */
export function mebibytes(mb: number): string {
  if (mb < 1024) return `${number(mb)} MiB`;
  return `${grouped.format(Math.round((mb / 1024) * 10) / 10)} GiB`;
}

/** First eight characters, as the command line shows ids. */
export const short = (id: string) => id.slice(0, 8);
