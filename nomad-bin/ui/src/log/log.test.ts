import { expect, test } from 'vitest';
import { BLOCK, LINE_MAX, LINES_MAX, Lines } from './lines';
import { plain, PlainText } from './text';

const bytes = (text: string) => new TextEncoder().encode(text);
const all = (lines: Lines) => lines.blocks().flatMap((block) => block.lines);

test('colors, titles, links and control characters are stripped', () => {
  expect(plain('\x1b[1;31mred\x1b[0m \x1b]0;title\x07plain\x1b]8;;http://x\x1b\\link\x1b(B\x00!')).toBe('red plainlink!');
});

test('a sequence or a character cut in two is whole again with the next chunk', () => {
  const text = new PlainText();
  expect(text.push(bytes('a\x1b[3'))).toBe('a');
  expect(text.push(bytes('1mb'))).toBe('b');
  const euro = bytes('€');
  expect(text.push(euro.slice(0, 2))).toBe('');
  expect(text.push(euro.slice(2))).toBe('€');
});

test('an unfinished line is shown and grows', () => {
  const lines = new Lines();
  lines.push('one\ntw');
  expect(all(lines)).toEqual(['one', 'tw']);
  lines.push('o\n');
  expect(all(lines)).toEqual(['one', 'two']);
});

test('a carriage return writes over the line, before a line feed it is only an ending', () => {
  const lines = new Lines();
  lines.push('10%\r20%\r30%\nwindows\r\n');
  expect(all(lines)).toEqual(['30%', 'windows']);
});

test('the buffer is bounded in lines and in their length', () => {
  const lines = new Lines();
  for (let n = 0; n < LINES_MAX + 3 * BLOCK; n++) lines.push(`${n}\n`);
  lines.push('x'.repeat(LINE_MAX + 10));
  expect(lines.count).toBeLessThanOrEqual(LINES_MAX + 1);
  expect(all(lines).at(-2)).toBe(`${LINES_MAX + 3 * BLOCK - 1}`);
  expect(all(lines).at(-1)).toHaveLength(LINE_MAX);
  expect(lines.blocks()[0]?.first).toBe(lines.dropped);
});
