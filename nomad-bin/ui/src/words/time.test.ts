import { expect, test } from 'vitest';
import { ago, fromNanos, fromText, span } from './time';

test('a span has the two units that matter', () => {
  expect(span(0)).toBe('0s');
  expect(span(59_400)).toBe('59s');
  expect(span(61_000)).toBe('1m 1s');
  expect(span(12 * 60_000 + 5_000)).toBe('12m');
  expect(span(2 * 3_600_000 + 5 * 60_000)).toBe('2h 5m');
  expect(span(4 * 86_400_000 + 3 * 3_600_000)).toBe('4d 3h');
  expect(span(30 * 86_400_000)).toBe('30d');
});

test('past and future are told apart', () => {
  expect(ago(1_000, 1_200)).toBe('just now');
  expect(ago(0, 90_000)).toBe('1m 30s ago');
  expect(ago(120_000, 0)).toBe('in 2m');
});

test('the zero time is no time', () => {
  expect(fromText('0001-01-01T00:00:00Z')).toBeNull();
  expect(fromText(null)).toBeNull();
  expect(fromText('2026-01-01T00:00:00.123456789Z')).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
  expect(fromNanos(1_500_000)).toBe(1.5);
});
