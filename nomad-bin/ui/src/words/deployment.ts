/** A deployment in numbers and sentences, group by group. */
import type { Deployment, DeploymentGroup } from '../api/types';
import { count, short } from './count';
import type { Tone } from './status';

const ACTIVE = new Set(['running', 'paused', 'pending', 'blocked', 'unblocking', 'initializing']);

export const active = (deployment: Deployment) => ACTIVE.has(deployment.Status);

/** Parts of the group's bar; what is not placed yet is the rest of it. */
export function progress(group: DeploymentGroup): { tone: Tone; count: number }[] {
  return [
    { tone: 'good', count: group.HealthyAllocs },
    { tone: 'busy', count: Math.max(0, group.PlacedAllocs - group.HealthyAllocs - group.UnhealthyAllocs) },
    { tone: 'bad', count: group.UnhealthyAllocs },
  ];
}

/** `2 of 3 healthy, 1 unhealthy, 3 placed`. */
export function inNumbers(group: DeploymentGroup): string {
  const parts = [`${group.HealthyAllocs} of ${group.DesiredTotal} healthy`];
  if (group.UnhealthyAllocs > 0) parts.push(`${group.UnhealthyAllocs} unhealthy`);
  parts.push(`${group.PlacedAllocs} placed`);
  return parts.join(', ');
}

/** What the canaries do and wait for; `undefined` where there are none. */
export function canaries(group: DeploymentGroup): string | undefined {
  if (group.DesiredCanaries === 0) return undefined;
  const placed = group.PlacedCanaries?.length ?? 0;
  if (group.Promoted) return `${count(group.DesiredCanaries, 'canary', 'canaries')} promoted.`;
  const now = `${placed} of ${count(group.DesiredCanaries, 'canary', 'canaries')} placed`;
  return group.AutoPromote ? `${now}; promoted automatically when all are healthy.` : `${now}; the rest waits for promotion.`;
}

/** The command that is waited for, if any. */
export function promotion(deployment: Deployment): string | undefined {
  if (!active(deployment)) return undefined;
  const waits = Object.values(deployment.TaskGroups ?? {}).some(
    (group) => group.DesiredCanaries > 0 && !group.Promoted && !group.AutoPromote,
  );
  return waits ? `nomad deployment promote ${short(deployment.ID)}` : undefined;
}
