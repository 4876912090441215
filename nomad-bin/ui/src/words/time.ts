/** Times and spans as people read them. In: Unix milliseconds (the API's nanoseconds pass through `fromNanos`). */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Nanoseconds of the API as milliseconds; the fraction below a microsecond is lost in JSON numbers already. */
export const fromNanos = (nanos: number) => nanos / 1e6;

/** RFC 3339 text of the API as milliseconds; `null` for none and for Go's zero time. */
export function fromText(text: string | null | undefined): number | null {
  if (!text || text.startsWith('0001-')) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** `5s`, `3m`, `2h 5m`, `4d 3h`: at most two units, the second one only where it still matters. */
export function span(ms: number): string {
  const abs = Math.max(0, Math.round(ms / SECOND) * SECOND);
  if (abs < MINUTE) return `${abs / SECOND}s`;
  if (abs < HOUR) return two(abs, MINUTE, 'm', SECOND, 's', 10);
  if (abs < DAY) return two(abs, HOUR, 'h', MINUTE, 'm', 10);
  return two(abs, DAY, 'd', HOUR, 'h', 10);
}

function two(ms: number, big: number, bigName: string, small: number, smallName: string, until: number): string {
  const count = Math.floor(ms / big);
  const rest = Math.floor((ms % big) / small);
  return count >= until || rest === 0 ? `${count}${bigName}` : `${count}${bigName} ${rest}${smallName}`;
}

/** `3m ago`, `in 2m`, `just now`. */
export function ago(ms: number, now: number): string {
  const passed = now - ms;
  if (Math.abs(passed) < SECOND) return 'just now';
  return passed > 0 ? `${span(passed)} ago` : `in ${span(-passed)}`;
}

/** Local date and time to the second, for tooltips and event lists. */
export const stamp = (ms: number) =>
  new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Local time of day to the millisecond. */
export const clock = (ms: number) =>
  new Date(ms).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, fractionalSecondDigits: 3 });
