import { expect, test } from 'vitest';
import type { AllocMetric, Evaluation, GroupSpec } from '../api/types';
import { failures, unplaced } from './placement';

const metric = (over: Partial<AllocMetric>): AllocMetric => ({
  NodesEvaluated: 3, NodesFiltered: 0, NodesInPool: 3, NodePool: 'default', NodesAvailable: { dc1: 3 }, ClassFiltered: null,
  ConstraintFiltered: null, NodesExhausted: 0, ClassExhausted: null, DimensionExhausted: null, QuotaExhausted: null, CoalescedFailures: 0, ...over,
});
const evaluation = (over: Partial<Evaluation>): Evaluation => ({
  ID: 'e1', Status: 'complete', TriggeredBy: 'job-register', CreateIndex: 10, ModifyIndex: 11, CreateTime: 0, ModifyTime: 0, ...over,
});
const web: GroupSpec = {
  Name: 'web', Count: 2, EphemeralDisk: { SizeMB: 300 },
  Tasks: [{ Name: 'main', Driver: 'docker', Resources: { CPU: 500, Cores: 0, MemoryMB: 2048, MemoryMaxMB: 0 }, Lifecycle: null }],
};
const texts = (over: Partial<AllocMetric>) =>
  failures(evaluation({ FailedTGAllocs: { web: metric(over) } }), [web])[0]?.reasons.map((reason) => reason.text);

test('a constraint says what it wants and how many nodes do not have it', () => {
  expect(texts({ NodesFiltered: 2, ConstraintFiltered: { '${attr.cpu.arch} = riscv': 2 } })).toEqual([
    '2 nodes do not meet a constraint: attr.cpu.arch must be “riscv”.',
  ]);
  expect(texts({ ConstraintFiltered: { '${meta.rack} regexp r[12]': 1 } })).toEqual([
    '1 node does not meet a constraint: meta.rack must match “r[12]”.',
  ]);
  expect(texts({ ConstraintFiltered: { '${meta.gpu} is_set': 1 } })).toEqual(['1 node does not meet a constraint: meta.gpu must be set.']);
});

test('a missing driver is named', () => {
  expect(texts({ ConstraintFiltered: { 'missing drivers': 1 } })).toEqual(['1 node lacks a healthy task driver (docker).']);
});

test('a resource that is short comes with what was asked', () => {
  expect(texts({ NodesExhausted: 3, DimensionExhausted: { memory: 2, cpu: 1 } })).toEqual([
    '2 nodes have too little memory left: each allocation asks for 2 GiB.',
    '1 node has too little CPU left: each allocation asks for 500 MHz.',
  ]);
});

test('a static port that is taken is named', () => {
  expect(texts({ DimensionExhausted: { 'network: reserved port collision http=8080': 2 } })).toEqual(['Port 8080 (“http”) is taken on 2 nodes.']);
});

test('no node at all names the datacenter or the pool', () => {
  expect(texts({ NodesEvaluated: 0, NodesInPool: 0, NodesAvailable: { dc9: 0 } })).toEqual(['No ready node in datacenter “dc9”.']);
  expect(texts({ NodesEvaluated: 0, NodesInPool: 0, NodesAvailable: null, NodePool: 'edge' })).toEqual([
    'No ready node in node pool “edge” matches the job\'s datacenters.',
  ]);
});

test('a text nobody taught this page is shown as it is', () => {
  const [failure] = failures(evaluation({ FailedTGAllocs: { web: metric({ ConstraintFiltered: { 'phase of the moon': 1 } }) } }), [web]);
  expect(failure?.reasons).toEqual([{ nodes: 1, text: '1 node is ruled out by a constraint.', detail: 'phase of the moon' }]);
});

test('the number that waits counts the failures that were folded together', () => {
  const [failure] = failures(evaluation({ FailedTGAllocs: { web: metric({ CoalescedFailures: 4 }) } }), [web]);
  expect(failure?.waiting).toBe(5);
  expect(failure?.verdict).toBe('3 nodes were considered; not enough fit.');
});

test('the failures that hold are those of the evaluation that made the blocked one', () => {
  const failed = { web: metric({}) };
  const made = evaluation({ ID: 'a', BlockedEval: 'b', FailedTGAllocs: failed });
  const blocked = evaluation({ ID: 'b', Status: 'blocked', CreateIndex: 12 });
  expect(unplaced([made, blocked])?.ID).toBe('a');
  expect(unplaced([evaluation({ ID: 'c', CreateIndex: 20 }), { ...made, BlockedEval: '' }])).toBeUndefined();
  expect(unplaced([{ ...blocked, FailedTGAllocs: failed }])?.ID).toBe('b');
});
