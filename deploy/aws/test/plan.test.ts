import assert from 'node:assert/strict';
import { test } from 'node:test';

import { planFrom, readPlan } from '../src/plan';
import { planFields } from './synthesised';
import { temporaryFile } from './zip_file';

// The plan with one field replaced; undefined takes it away.
function planWith(path: string, value: unknown): unknown {
  const copy = structuredClone(planFields) as Record<string, any>;
  const names = path.split('.');
  const last = names.pop() as string;
  const at = names.reduce((object, name) => object[name], copy);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

test('a plan file has a region, nodes and memory', () => {
  assert.deepEqual(readPlan(temporaryFile('plan.json', JSON.stringify(planFields))), {
    region: 'eu-central-1',
    nodeType: 'cache.r7g.large',
    shards: 3,
    replicasPerShard: 1,
    functionMemoryMib: 1769,
  });
});

test('what else stands in it is passed over', () => {
  const more = { ...planFields, why: 'see the report', cache: { ...planFields.cache, usable_gib: 29.4 } };
  assert.deepEqual(planFrom(more, 'plan.json'), planFrom(planFields, 'plan.json'));
});

for (const type of ['cache.t4g.micro', 'cache.r6gd.xlarge', 'cache.c7gn.16xlarge', 'cache.m7g.2xlarge']) {
  test(`${type} is a node type`, () => {
    assert.equal(planFrom(planWith('cache.node_type', type), 'plan.json').nodeType, type);
  });
}

const refused: [string, unknown, string][] = [
  ['version', undefined, 'version: missing'],
  ['version', 2, 'version: expected 1, the only version there is'],
  ['region', undefined, 'region: missing'],
  ['region', 'Frankfurt', 'region: "Frankfurt" is not a region, such as "eu-central-1"'],
  ['cache', undefined, 'cache: missing'],
  ['cache', [], 'cache: expected an object'],
  ['cache.node_type', undefined, 'cache.node_type: missing'],
  ['cache.node_type', 'r7g.large', 'cache.node_type: "r7g.large" is not a node type, such as "cache.r7g.large"'],
  ['cache.node_type', 'cache.r7g.huge', 'cache.node_type: "cache.r7g.huge" is not a node type, such as "cache.r7g.large"'],
  ['cache.node_type', 'cache.r7g.0xlarge', 'cache.node_type: "cache.r7g.0xlarge" is not a node type, such as "cache.r7g.large"'],
  ['cache.shards', 0, 'cache.shards: 0 is not a whole number from 1 to 500'],
  ['cache.shards', 2.5, 'cache.shards: 2.5 is not a whole number from 1 to 500'],
  ['cache.shards', '3', 'cache.shards: "3" is not a whole number from 1 to 500'],
  ['cache.shards', 251, 'cache.shards: makes 502 nodes; a cluster has at most 500'],
  ['cache.replicas_per_shard', 0, 'cache.replicas_per_shard: 0 is not a whole number from 1 to 5'],
  ['cache.replicas_per_shard', undefined, 'cache.replicas_per_shard: missing'],
  ['function', null, 'function: expected an object'],
  ['function.memory_mib', 128, 'function.memory_mib: 128 is not a whole number from 256 to 10240'],
  ['function.memory_mib', undefined, 'function.memory_mib: missing'],
];

for (const [path, value, why] of refused) {
  test(`refused: ${path} ${JSON.stringify(value) ?? 'left out'}`, () => {
    assert.throws(() => planFrom(planWith(path, value), 'plan.json'), { message: `plan.json: ${why}` });
  });
}

test('refused: no object, no JSON, no file', () => {
  assert.throws(() => planFrom([], 'plan.json'), { message: 'plan.json: the whole: expected an object' });
  assert.throws(() => readPlan(temporaryFile('plan.json', '{')), /plan\.json: not JSON: /);
  assert.throws(() => readPlan('/nowhere/plan.json'), { message: 'plan: cannot read /nowhere/plan.json' });
});
