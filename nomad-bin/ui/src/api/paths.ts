/** The endpoints that the pages read, as URLs. */
import { url } from './get';

const part = encodeURIComponent;

export const jobs = () => url('/v1/jobs', { namespace: '*' });

export const job = (namespace: string, id: string, rest = '') =>
  url(`/v1/job/${part(id)}${rest}`, { namespace });

export const allocation = (id: string) => url(`/v1/allocation/${part(id)}`);

/** Raw text of a task's stream from its last `tail` bytes on. */
export const logs = (alloc: string, task: string, type: 'stdout' | 'stderr', tail: number, follow: boolean) =>
  url(`/v1/client/fs/logs/${part(alloc)}`, {
    task,
    type,
    plain: 'true',
    origin: 'end',
    offset: tail,
    follow: String(follow),
  });
