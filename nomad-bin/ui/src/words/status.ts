/** Status words with their tone (color) and their meaning (tooltip). Color never stands alone: the word is always there. */

export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'lost' | 'done';

export interface Status {
  word: string;
  tone: Tone;
  meaning: string;
}

const JOB: Record<string, [Tone, string]> = {
  pending: ['wait', 'Registered; nothing of it runs yet.'],
  running: ['good', 'At least one allocation runs, or the job waits for its next launch.'],
  dead: ['done', 'Nothing of it runs, and nothing is to be started.'],
};

const ALLOCATION: Record<string, [Tone, string]> = {
  pending: ['busy', 'Placed on a node; its tasks are being started.'],
  running: ['good', 'Its tasks run.'],
  complete: ['done', 'All tasks ended well, or were stopped on purpose.'],
  failed: ['bad', 'A task failed and is not restarted here any more.'],
  lost: ['lost', 'Its node was lost; it may be replaced elsewhere.'],
  unknown: ['lost', 'Its node is disconnected; what it does is not known.'],
};

const TASK: Record<string, [Tone, string]> = {
  pending: ['busy', 'Not started yet.'],
  running: ['good', 'Its process runs.'],
  dead: ['done', 'Ended.'],
};

const DEPLOYMENT: Record<string, [Tone, string]> = {
  running: ['busy', 'The new version is being rolled out.'],
  pending: ['wait', 'Waits for its turn.'],
  initializing: ['wait', 'Is being set up.'],
  paused: ['wait', 'Stopped by an operator until it is resumed.'],
  blocked: ['wait', 'Waits for other regions.'],
  unblocking: ['busy', 'Is being released.'],
  successful: ['good', 'All allocations became healthy.'],
  failed: ['bad', 'Allocations did not become healthy in time, or an operator failed it.'],
  cancelled: ['done', 'Replaced by a newer version, or the job was stopped.'],
};

const of = (table: Record<string, [Tone, string]>, word: string): Status => {
  const [tone, meaning] = table[word] ?? ['wait', ''];
  return { word, tone, meaning };
};

export function jobStatus(job: { Status: string; Stop: boolean }): Status {
  if (job.Status === 'dead' && job.Stop) return { word: 'stopped', tone: 'done', meaning: 'Stopped by an operator.' };
  return of(JOB, job.Status);
}

/** An allocation that runs but shall stop says so. */
export function allocationStatus(alloc: { ClientStatus: string; DesiredStatus: string }): Status {
  const leaving = alloc.DesiredStatus !== 'run' && (alloc.ClientStatus === 'running' || alloc.ClientStatus === 'pending');
  if (leaving) return { word: 'stopping', tone: 'wait', meaning: 'Is to stop; its tasks are being ended.' };
  return of(ALLOCATION, alloc.ClientStatus);
}

export function taskStatus(task: { State: string; Failed: boolean }): Status {
  if (task.State === 'dead' && task.Failed) return { word: 'failed', tone: 'bad', meaning: 'Ended with a failure.' };
  return of(TASK, task.State);
}

export const deploymentStatus = (status: string): Status => of(DEPLOYMENT, status);

/** Health in a deployment: `healthy`, `unhealthy`, or nothing yet. */
export function health(status: { Healthy: boolean | null } | null | undefined): string {
  if (status?.Healthy == null) return '';
  return status.Healthy ? 'healthy' : 'unhealthy';
}
