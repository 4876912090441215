import { expect, test } from 'vitest';
import { echo } from './echo';
import { follow, type World } from './follow';

test('an echo is read again when nudged, and holds no request meanwhile', async () => {
  const asked: string[] = [];
  const world: World = {
    get: async <T>(url: string) => {
      asked.push(url);
      return { data: undefined as T, index: 7 };
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || ms < 1_000) return resolve();
        signal.addEventListener('abort', () => resolve());
      }),
    seen: async () => {},
    onHidden: () => () => {},
  };
  const one = echo(world);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  const stop = follow('/v1/x', { answer: () => {}, refused: () => {}, lost: () => {} }, one);
  await settle();
  expect(asked).toEqual(['/v1/x']);
  one.nudge();
  one.nudge();
  await settle();
  expect(asked).toEqual(['/v1/x', '/v1/x']);
  stop();
});
