import { expect, test } from 'vitest';
import type { JobStub } from '../api/types';
import { bar, ended, groups, matches } from './jobs';

const summary = { Queued: 1, Starting: 0, Running: 2, Failed: 4, Complete: 0, Lost: 0, Unknown: 0 };
const job = (over: Partial<JobStub> = {}): JobStub => ({
  ID: 'web', ParentID: '', Name: 'Web shop', Namespace: 'default', Type: 'service', Priority: 50, Periodic: false, ParameterizedJob: false,
  Stop: false, Status: 'running', StatusDescription: '', JobSummary: { JobID: 'web', Summary: { api: summary }, Children: null },
  JobModifyIndex: 1, SubmitTime: 0, ...over,
});
const any = { text: '', status: '', type: '', namespace: '' };

test('a search finds every word, in any case and order', () => {
  expect(matches(job(), { ...any, text: 'SHOP web' })).toBe(true);
  expect(matches(job(), { ...any, text: 'shop db' })).toBe(false);
});

test('a stopped job is found as stopped and as dead', () => {
  const stopped = job({ Status: 'dead', Stop: true });
  expect(matches(stopped, { ...any, status: 'stopped' })).toBe(true);
  expect(matches(stopped, { ...any, status: 'dead' })).toBe(true);
  expect(matches(stopped, { ...any, status: 'running' })).toBe(false);
});

test('a group shows what runs of what is wanted, as soon as that is known', () => {
  expect(groups(job(), undefined)).toEqual([{ name: 'api', running: 2, desired: undefined, starting: 0, queued: 1 }]);
  expect(groups(job(), { api: 3, cron: 1 }).map((group) => [group.name, group.desired])).toEqual([['api', 3], ['cron', 1]]);
});

test('a system job wants one on every node that suits it, whatever its count says', () => {
  expect(groups(job({ Type: 'system' }), { api: 1 })[0]?.desired).toBe(3);
});

test('failures of the past do not color a living service, but an ended batch job', () => {
  expect(bar(job()).some((part) => part.tone === 'bad')).toBe(false);
  expect(bar(job({ Type: 'batch' })).find((part) => part.tone === 'bad')?.count).toBe(4);
});

test('a job that ended by itself says how', () => {
  expect(ended(job())).toBe('');
  expect(ended(job({ Status: 'dead', Stop: true }))).toBe('');
  expect(ended(job({ Status: 'dead' }))).toBe('4 failed');
});
