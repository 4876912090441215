/**
 * How many allocations each group of a job shall have. The list of jobs does not say it, the job does: so the jobs that
 * are on screen are read once per version, two at a time.
 */
import { get } from './get';
import { job as jobPath } from './paths';
import type { Job, JobStub } from './types';

export type Counts = Record<string, number>;

const AT_ONCE = 2;
const REMEMBERED_MAX = 2_000;

class Desired {
  #known = new Map<string, Counts>();
  #asked = new Set<string>();
  #queue: { key: string; stub: JobStub }[] = [];
  #busy = 0;
  /** Grows with every answer, so that what was drawn without it is drawn again. */
  #answers = $state(0);

  /** Known counts of the job as it is now. */
  of(stub: JobStub): Counts | undefined {
    void this.#answers;
    return this.#known.get(key(stub));
  }

  /** Asks for the counts of these jobs where they are not known. */
  want(stubs: JobStub[]): void {
    // Those that scrolled away before their turn came are not asked for any more.
    for (const { key } of this.#queue) this.#asked.delete(key);
    this.#queue = [];
    for (const stub of stubs) {
      const name = key(stub);
      if (this.#known.has(name) || this.#asked.has(name)) continue;
      this.#asked.add(name);
      this.#queue.push({ key: name, stub });
    }
    this.#pump();
  }

  #pump(): void {
    while (this.#busy < AT_ONCE) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#busy += 1;
      void this.#read(next.key, next.stub);
    }
  }

  async #read(name: string, stub: JobStub): Promise<void> {
    try {
      const { data } = await get<Job>(jobPath(stub.Namespace ?? 'default', stub.ID));
      if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
      this.#known.set(name, Object.fromEntries((data.TaskGroups ?? []).map((group) => [group.Name, group.Count])));
      this.#answers += 1;
    } catch {
      // Asked again when the list changes; until then only what runs is shown.
    } finally {
      this.#asked.delete(name);
      this.#busy -= 1;
      this.#pump();
    }
  }
}

const key = (stub: JobStub) => JSON.stringify([stub.Namespace, stub.ID, stub.JobModifyIndex]);

export const desired = new Desired();
