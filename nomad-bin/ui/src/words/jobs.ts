/** The list of jobs as it is shown: what of it, and each job's groups in numbers. */
import type { GroupSummary, JobStub } from '../api/types';
import type { Tone } from './status';
import { jobStatus } from './status';

export interface Filter {
  text: string;
  status: string;
  type: string;
  namespace: string;
}

/** Every word of the text must be in the name, id, type, status or namespace. */
export function matches(job: JobStub, filter: Filter): boolean {
  const { word } = jobStatus(job);
  if (filter.status && filter.status !== word && filter.status !== job.Status) return false;
  if (filter.type && filter.type !== job.Type) return false;
  if (filter.namespace && filter.namespace !== (job.Namespace ?? 'default')) return false;
  const hay = `${job.ID} ${job.Name} ${job.Type} ${word} ${job.Namespace ?? ''}`.toLowerCase();
  return filter.text.toLowerCase().split(/\s+/).every((needle) => hay.includes(needle));
}

/** Jobs whose counts are per node. */
export const perNode = (type: string) => type === 'system' || type === 'sysbatch';

export interface GroupNumbers {
  name: string;
  running: number;
  /** `undefined` until it is known. */
  desired: number | undefined;
  /** Alive and not running yet: starting, or queued because there is no place. */
  starting: number;
  queued: number;
}

export function groups(job: JobStub, desired: Record<string, number> | undefined): GroupNumbers[] {
  const names = new Set([...Object.keys(job.JobSummary?.Summary ?? {}), ...Object.keys(desired ?? {})]);
  return [...names].sort().map((name) => {
    const summary = job.JobSummary?.Summary?.[name];
    const [running, starting, queued] = [summary?.Running ?? 0, summary?.Starting ?? 0, summary?.Queued ?? 0];
    // A system job wants one for every node that suits it: as many as there are or wait.
    const wanted = perNode(job.Type) ? running + starting + queued : desired?.[name];
    return { name, running, desired: job.Stop ? 0 : wanted, starting, queued };
  });
}

/** How a job's allocations ended: `7 complete, 1 failed`; empty while it has others. */
export function ended(job: JobStub): string {
  if (job.Status !== 'dead' || job.Stop) return '';
  const groups = Object.values(job.JobSummary?.Summary ?? {});
  const words: [keyof GroupSummary, string][] = [['Complete', 'complete'], ['Failed', 'failed'], ['Lost', 'lost']];
  return words
    .map(([key, word]) => [groups.reduce((total, group) => total + group[key], 0), word] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(', ');
}

const TONES: [keyof GroupSummary, Tone][] = [
  ['Running', 'good'],
  ['Starting', 'busy'],
  ['Queued', 'wait'],
  ['Lost', 'lost'],
  ['Failed', 'bad'],
  ['Complete', 'done'],
];

/** Parts of the job's bar: what lives now; for a job that ended, how its allocations ended. */
export function bar(job: JobStub): { tone: Tone; count: number }[] {
  const groups = Object.values(job.JobSummary?.Summary ?? {});
  const sum = (key: keyof GroupSummary) => groups.reduce((total, group) => total + group[key], 0);
  const living = job.Status === 'dead' || job.Type === 'batch' || job.Type === 'sysbatch' ? TONES : TONES.slice(0, 3);
  return living.map(([key, tone]) => ({ tone, count: sum(key) }));
}
