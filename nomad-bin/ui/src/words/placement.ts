/**
 * Why a group could not be placed, in sentences.
 *
 * In: the evaluations of a job and its groups. Out: one `Failure` per group that waits, with the reasons ordered by how
 * many nodes each ruled out. The keys of the metrics are the scheduler's texts (`missing drivers`, `${attr.x} = y`,
 * `memory`, `network: reserved port collision http=8080`); a text not known here is shown as it is.
 */
import type { AllocMetric, Evaluation, GroupSpec } from '../api/types';
import { count, list, mebibytes, number } from './count';

export interface Failure {
  group: string;
  /** How many allocations wait. */
  waiting: number;
  /** `3 nodes were considered; none fits.` */
  verdict: string;
  reasons: Reason[];
}

export interface Reason {
  /** Nodes that it ruled out; 0 where it is about all of them. */
  nodes: number;
  text: string;
  /** The scheduler's own text, where there is no sentence for it. */
  detail?: string;
}

/** The evaluation whose failures hold now: the newest one that left something unplaced and still waits. */
export function unplaced(evaluations: Evaluation[]): Evaluation | undefined {
  const newestFirst = [...evaluations].sort((a, b) => b.CreateIndex - a.CreateIndex || b.ModifyIndex - a.ModifyIndex);
  const waiting = newestFirst.find((evaluation) => evaluation.Status === 'blocked');
  const failed = (evaluation: Evaluation) => Object.keys(evaluation.FailedTGAllocs ?? {}).length > 0;
  if (waiting) {
    return newestFirst.find((evaluation) => evaluation.BlockedEval === waiting.ID && failed(evaluation)) ?? (failed(waiting) ? waiting : undefined);
  }
  const newest = newestFirst.find((evaluation) => evaluation.Status === 'complete' || evaluation.Status === 'failed');
  return newest && failed(newest) ? newest : undefined;
}

export function failures(evaluation: Evaluation, groups: GroupSpec[]): Failure[] {
  return Object.entries(evaluation.FailedTGAllocs ?? {})
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([group, metric]) => ({
      group,
      waiting: Math.max(evaluation.QueuedAllocations?.[group] ?? 0, metric.CoalescedFailures + 1),
      verdict: verdict(metric),
      reasons: reasons(metric, groups.find((spec) => spec.Name === group)),
    }));
}

function verdict(metric: AllocMetric): string {
  if (metric.NodesEvaluated === 0) return 'No node could be considered.';
  const ruledOut = metric.NodesFiltered + metric.NodesExhausted;
  const none = metric.NodesEvaluated === 1 ? 'it does not fit' : ruledOut >= metric.NodesEvaluated ? 'none fits' : 'not enough fit';
  return `${count(metric.NodesEvaluated, 'node was', 'nodes were')} considered; ${none}.`;
}

function reasons(metric: AllocMetric, group: GroupSpec | undefined): Reason[] {
  return [
    ...nowhere(metric),
    ...ranked(metric.ConstraintFiltered, (text, nodes) => filtered(text, nodes, group)),
    ...ranked(metric.DimensionExhausted, (text, nodes) => exhausted(text, nodes, group)),
    ...(metric.QuotaExhausted ?? []).map((limit) => ({ nodes: 0, text: `The quota of the namespace is used up: ${limit}.` })),
  ];
}

function ranked(counts: Record<string, number> | null, reason: (text: string, nodes: number) => Reason): Reason[] {
  return Object.entries(counts ?? {})
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .map(([text, nodes]) => reason(text, nodes));
}

/** Nothing to choose from: no ready node in the pool, or none in a datacenter. */
function nowhere(metric: AllocMetric): Reason[] {
  if (metric.NodesEvaluated > 0) return [];
  const empty = Object.entries(metric.NodesAvailable ?? {}).filter(([, nodes]) => nodes === 0);
  if (empty.length > 0) {
    return [{ nodes: 0, text: `No ready node in ${empty.length === 1 ? 'datacenter' : 'datacenters'} ${list(empty.map(([dc]) => `“${dc}”`).sort())}.` }];
  }
  if (metric.NodesInPool > 0) return [];
  return [{ nodes: 0, text: `No ready node in node pool “${metric.NodePool || 'default'}” matches the job's datacenters.` }];
}

const FILTERED: [RegExp, (match: RegExpExecArray, nodes: number, group: GroupSpec | undefined) => string][] = [
  [/^missing drivers$/, (_, nodes, group) => `${lack(nodes)} a healthy task driver${drivers(group)}.`],
  [/^missing devices$/, (_, nodes) => `${lack(nodes)} the devices that the group asks for.`],
  [/^missing network$/, (_, nodes) => `${lack(nodes)} the network mode that the group asks for.`],
  [/^missing host network (.+) for port (.+)$/, (m, nodes) => `${lack(nodes)} the host network ${m[1]} of port ${m[2]}.`],
  [/^missing compatible host volumes$/, (_, nodes) => `${lack(nodes)} the host volumes that the group asks for.`],
  [/^missing CSI (?:volume\(s\)|Volume) (.+)$/, (m, nodes) => `${lack(nodes)} the volume ${m[1]}.`],
  [/^distinct_hosts$/, (_, nodes) => `${have(nodes)} an allocation of this job already, and each needs a node of its own.`],
  [/^distinct_property: (.+)=(.*) used by (\d+) allocs$/, (m, nodes) => `${have(nodes)} ${plain(m[1] ?? '')} “${m[2]}”, which ${count(Number(m[3]), 'allocation')} of this job ${m[3] === '1' ? 'uses' : 'use'} already.`],
  [/^computed class ineligible$/, (_, nodes) => `${are(nodes)} of a kind that was ruled out before.`],
  [/^(\$\{.+?\}) (\S+) ?(.*)$/, (m, nodes) => compare(m, nodes)],
];

function filtered(text: string, nodes: number, group: GroupSpec | undefined): Reason {
  for (const [shape, sentence] of FILTERED) {
    const match = shape.exec(text);
    if (match) return { nodes, text: sentence(match, nodes, group) };
  }
  return { nodes, text: `${are(nodes)} ruled out by a constraint.`, detail: text };
}

const COMPARISONS: Record<string, string> = {
  '=': 'be',
  '==': 'be',
  is: 'be',
  '!=': 'not be',
  not: 'not be',
  regexp: 'match',
  version: 'be a version',
  semver: 'be a version',
  set_contains: 'contain',
  set_contains_all: 'contain',
  set_contains_any: 'contain one of',
  '<': 'be less than',
  '<=': 'be at most',
  '>': 'be more than',
  '>=': 'be at least',
};

function compare(match: RegExpExecArray, nodes: number): string {
  const [, target = '', operator = '', wanted = ''] = match;
  const failing = `${nodes === 1 ? '1 node does' : `${number(nodes)} nodes do`} not meet a constraint`;
  if (operator === 'is_set') return `${failing}: ${plain(target)} must be set.`;
  if (operator === 'is_not_set') return `${failing}: ${plain(target)} must not be set.`;
  return `${failing}: ${plain(target)} must ${COMPARISONS[operator] ?? operator} “${wanted}”.`;
}

function exhausted(text: string, nodes: number, group: GroupSpec | undefined): Reason {
  const port = /^network: reserved port collision (.*?)=?(\d+)$/.exec(text);
  if (port) {
    const label = port[1] ? ` (“${port[1]}”)` : '';
    return { nodes, text: `Port ${port[2]}${label} is taken on ${count(nodes, 'node')}.` };
  }
  const ask = group && asked(text, group);
  const little = `${have(nodes)} too little ${text === 'cpu' ? 'CPU' : text} left`;
  if (ask) return { nodes, text: `${little}: each allocation asks for ${ask}.` };
  if (/^(cpu|memory|disk|cores|devices)$/.test(text)) return { nodes, text: `${little}.` };
  return { nodes, text: `${have(nodes)} no room for it.`, detail: text };
}

/** What one allocation of the group asks of a dimension. */
function asked(dimension: string, group: GroupSpec): string | undefined {
  const sum = (of: (resources: { CPU: number; Cores: number; MemoryMB: number }) => number) =>
    (group.Tasks ?? []).reduce((total, task) => total + (task.Resources ? of(task.Resources) : 0), 0);
  switch (dimension) {
    case 'memory':
      return mebibytes(sum((r) => r.MemoryMB));
    case 'cpu':
      return `${number(sum((r) => r.CPU))} MHz`;
    case 'cores':
      return count(sum((r) => r.Cores), 'core');
    case 'disk':
      return group.EphemeralDisk ? mebibytes(group.EphemeralDisk.SizeMB) : undefined;
    default:
      return undefined;
  }
}

const lack = (nodes: number) => (nodes === 1 ? '1 node lacks' : `${number(nodes)} nodes lack`);
const have = (nodes: number) => (nodes === 1 ? '1 node has' : `${number(nodes)} nodes have`);
const are = (nodes: number) => (nodes === 1 ? '1 node is' : `${number(nodes)} nodes are`);

/** `${attr.kernel.name}` without its wrapping. */
const plain = (target: string) => target.replace(/^\$\{(.*)\}$/, '$1');

function drivers(group: GroupSpec | undefined): string {
  const names = [...new Set((group?.Tasks ?? []).map((task) => task.Driver))].sort();
  return names.length === 0 ? '' : ` (${list(names)})`;
}
