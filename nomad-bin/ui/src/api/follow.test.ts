import { expect, test } from 'vitest';
import { follow, type World } from './follow';
import { Refused, type Answer } from './get';

/** A world that answers from a script and tells what it was asked. */
function scripted(script: (Answer<string> | Error)[]) {
  const asked: string[] = [];
  const slept: number[] = [];
  const heard: string[] = [];
  const world: World = {
    get: async <T>(url: string) => {
      asked.push(url);
      const next = script.shift();
      if (!next) return new Promise<Answer<T>>(() => {});
      if (next instanceof Error) throw next;
      return next as Answer<T>;
    },
    sleep: async (ms) => void slept.push(ms),
    seen: async () => {},
    onHidden: () => () => {},
  };
  const stop = follow<string>(
    '/v1/x',
    { answer: (data) => heard.push(data), refused: (why) => heard.push(`refused ${why.status}`), lost: () => heard.push('lost') },
    world,
  );
  const settle = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop();
    return { asked, slept, heard };
  };
  return settle;
}

const answer = (data: string, index: number): Answer<string> => ({ data, index });

test('the first question does not wait, the next ones wait for a later index', async () => {
  const { asked, heard } = await scripted([answer('a', 7), answer('b', 9)])();
  expect(asked).toEqual(['/v1/x', '/v1/x?index=7&wait=55s', '/v1/x?index=9&wait=55s']);
  expect(heard).toEqual(['a', 'b']);
});

test('an answer that says nothing new is not passed on', async () => {
  const { heard } = await scripted([answer('a', 7), answer('a', 7), answer('b', 8)])();
  expect(heard).toEqual(['a', 'b']);
});

test('an index that went backwards starts over', async () => {
  const { asked, heard } = await scripted([answer('a', 7), answer('restored', 3), answer('restored', 3)])();
  expect(asked.slice(0, 3)).toEqual(['/v1/x', '/v1/x?index=7&wait=55s', '/v1/x']);
  expect(heard).toContain('restored');
});

test('without an index the loop polls calmly', async () => {
  const { asked, slept } = await scripted([answer('a', 0), answer('a', 0)])();
  expect(asked[1]).toBe('/v1/x');
  expect(slept.every((ms) => ms >= 2_000)).toBe(true);
});

test('a lost agent is asked again with growing pauses, and the first question after it does not wait', async () => {
  const gone = () => new TypeError('failed to fetch');
  const { asked, slept, heard } = await scripted([answer('a', 7), gone(), gone(), gone(), answer('b', 9)])();
  expect(heard).toEqual(['a', 'lost', 'lost', 'lost', 'b']);
  expect(slept.slice(1, 4)).toEqual([500, 1_000, 2_000]);
  expect(asked[4]).toBe('/v1/x');
});

test('no leader is a lost agent, not found is a refusal', async () => {
  const { heard } = await scripted([new Refused(500, 'No cluster leader'), new Refused(404, 'job not found')])();
  expect(heard).toEqual(['lost', 'refused 404']);
});

test('a page that is hidden lets go of its question, and asks afresh when it is seen', async () => {
  const asked: string[] = [];
  let hide = () => {};
  const world: World = {
    get: <T>(url: string, signal: AbortSignal) => {
      asked.push(url);
      if (asked.length === 1) return Promise.resolve({ data: 'a' as T, index: 7 });
      return new Promise<Answer<T>>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
    sleep: async () => {},
    seen: async () => {},
    onHidden: (call) => {
      hide = call;
      return () => {};
    },
  };
  const heard: string[] = [];
  const stop = follow<string>('/v1/x', { answer: (data) => heard.push(data), refused: () => {}, lost: () => heard.push('lost') }, world);
  await new Promise((resolve) => setTimeout(resolve, 5));
  hide();
  await new Promise((resolve) => setTimeout(resolve, 5));
  stop();
  expect(asked).toEqual(['/v1/x', '/v1/x?index=7&wait=55s', '/v1/x']);
  expect(heard).toEqual(['a']);
});
