import { expect, test } from 'vitest';
import type { Deployment, DeploymentGroup } from '../api/types';
import { canaries, inNumbers, progress, promotion } from './deployment';

const group = (over: Partial<DeploymentGroup> = {}): DeploymentGroup => ({
  AutoRevert: false, AutoPromote: false, Promoted: false, ProgressDeadline: 0, RequireProgressBy: null, PlacedCanaries: null,
  DesiredCanaries: 0, DesiredTotal: 3, PlacedAllocs: 0, HealthyAllocs: 0, UnhealthyAllocs: 0, ...over,
});
const deployment = (of: DeploymentGroup, status = 'running'): Deployment => ({
  ID: '11fe22aa-0000-0000-0000-000000000000', JobVersion: 1, Status: status, StatusDescription: '', TaskGroups: { web: of }, CreateTime: 0, ModifyTime: 0,
});

test('what is placed and not judged yet is under way', () => {
  const half = group({ PlacedAllocs: 3, HealthyAllocs: 1, UnhealthyAllocs: 1 });
  expect(progress(half).map((part) => part.count)).toEqual([1, 1, 1]);
  expect(inNumbers(half)).toBe('1 of 3 healthy, 1 unhealthy, 3 placed');
});

test('canaries say what they wait for', () => {
  const waiting = group({ DesiredCanaries: 1, PlacedCanaries: ['a'] });
  expect(canaries(waiting)).toBe('1 of 1 canary placed; the rest waits for promotion.');
  expect(promotion(deployment(waiting))).toBe('nomad deployment promote 11fe22aa');
  expect(promotion(deployment(waiting, 'failed'))).toBeUndefined();
  expect(promotion(deployment(group({ DesiredCanaries: 1, AutoPromote: true })))).toBeUndefined();
  expect(canaries(group())).toBeUndefined();
});
