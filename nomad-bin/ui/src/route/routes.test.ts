import { expect, test } from 'vitest';
import { match, toAllocation, toJob } from './routes';

test('the bare mount is the list of jobs', () => {
  expect(match('/ui')).toEqual({ page: 'jobs' });
  expect(match('/ui/')).toEqual({ page: 'jobs' });
  expect(match('/ui/jobs')).toEqual({ page: 'jobs' });
});

test('every job name survives the address bar', () => {
  for (const [id, namespace] of [['web', 'default'], ['a/b', 'prod'], ['mail@home', 'x'], ['50% off?', 'n-1'], ['é#', 'default']] as const) {
    expect(match(toJob(id, namespace))).toEqual({ page: 'job', id, namespace });
  }
});

test('a job without a namespace is in the default one', () => {
  expect(match('/ui/jobs/web')).toEqual({ page: 'job', id: 'web', namespace: 'default' });
});

test('an allocation has its id', () => {
  expect(match(toAllocation('11fe22aa'))).toEqual({ page: 'allocation', id: '11fe22aa' });
});

test('anything else is missing, broken escapes too', () => {
  for (const path of ['/ui/nope', '/ui/jobs/a/b', '/ui/allocations', '/ui/jobs/%E0%A4%A', '/ui/jobs/@x']) {
    expect(match(path)).toEqual({ page: 'missing' });
  }
});
