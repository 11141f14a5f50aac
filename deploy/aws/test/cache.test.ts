import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { accessString } from '../src/cache';
import { planFields, production, stages, Synthesised, testStage } from './synthesised';
import { temporaryFile } from './zip_file';

const nodes = (stack: Synthesised) => stack.one('AWS::ElastiCache::ReplicationGroup');

test('an ElastiCache replication group of Valkey in cluster mode', () => {
  const stack = production();
  assert.equal(nodes(stack).Engine, 'valkey');
  assert.match(nodes(stack).EngineVersion, /^8\./);
  assert.equal(nodes(stack).CacheParameterGroupName, '<CacheSettings>');
  const settings = stack.one('AWS::ElastiCache::ParameterGroup');
  assert.equal(settings.CacheParameterGroupFamily, 'valkey8');
  assert.deepEqual(settings.Properties, {
    'cluster-enabled': 'yes',
    'maxmemory-policy': 'allkeys-lru',
    'cluster-require-full-coverage': 'no',
    'cluster-allow-reads-when-down': 'yes',
  });
});

for (const [name, stage] of stages) {
  test(`${name}: with TLS, and encryption at rest`, () => {
    assert.equal(nodes(stage()).TransitEncryptionEnabled, true);
    assert.equal(nodes(stage()).TransitEncryptionMode, 'required');
    assert.equal(nodes(stage()).AtRestEncryptionEnabled, true);
  });

  test(`${name}: auth by IAM, of one user, who is the only one that may do anything`, () => {
    const stack = stage();
    const { Tags, ...user } = stack.one('AWS::ElastiCache::User');
    const own = stage === testStage ? 'aside-test' : 'aside-production';
    assert.deepEqual(user, {
      Engine: 'valkey',
      UserId: own,
      UserName: own,
      AuthenticationMode: { Type: 'iam' },
      AccessString: accessString,
    });
    const group = stack.one('AWS::ElastiCache::UserGroup');
    assert.equal(group.Engine, 'valkey');
    assert.deepEqual(group.UserIds, ['<CacheUser>']);
    assert.deepEqual(nodes(stack).UserGroupIds, ['<CacheUsers>']);
    assert.equal(nodes(stack).AuthToken, undefined);
  });
}

test('the user may do what docs/operating.md says, and no more', () => {
  const page = readFileSync('../../docs/operating.md', 'utf8');
  const rules = /^ACL SETUSER aside on >PASSWORD resetkeys (.*)$/m.exec(page);
  assert.equal(accessString, `on ${rules?.[1]}`);
});

test('automatic failover, Multi-AZ', () => {
  assert.equal(nodes(production()).AutomaticFailoverEnabled, true);
  assert.equal(nodes(production()).MultiAZEnabled, true);
  assert.equal(nodes(production()).ReplicasPerNodeGroup, 1);
});

test('stage=test picks the cheap single-shard form', () => {
  assert.equal(nodes(testStage()).CacheNodeType, 'cache.t4g.micro');
  assert.equal(nodes(testStage()).NumNodeGroups, 1);
  // Multi-AZ needs a replica; cluster mode needs automatic failover even so.
  assert.equal(nodes(testStage()).ReplicasPerNodeGroup, 0);
  assert.equal(nodes(testStage()).MultiAZEnabled, false);
  assert.equal(nodes(testStage()).AutomaticFailoverEnabled, true);
});

test('stage=production takes the shard count and node type from a plan file', () => {
  assert.equal(nodes(production()).CacheNodeType, 'cache.r7g.large');
  assert.equal(nodes(production()).NumNodeGroups, 3);
  const bigger = { ...planFields, cache: { node_type: 'cache.r7g.2xlarge', shards: 5, replicas_per_shard: 2 } };
  const stack = production({ plan: temporaryFile('plan.json', JSON.stringify(bigger)) });
  assert.equal(nodes(stack).CacheNodeType, 'cache.r7g.2xlarge');
  assert.equal(nodes(stack).NumNodeGroups, 5);
  assert.equal(nodes(stack).ReplicasPerNodeGroup, 2);
});

test('another number of shards moves slots in place', () => {
  const group = Object.values(production().all('AWS::ElastiCache::ReplicationGroup'))[0];
  assert.deepEqual(group?.UpdatePolicy, { UseOnlineResharding: true });
});
