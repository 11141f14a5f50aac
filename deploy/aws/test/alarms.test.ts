import assert from 'node:assert/strict';
import { test } from 'node:test';

import { planFields, production, Synthesised, testStage } from './synthesised';
import { temporaryFile } from './zip_file';

const alarms = (stack: Synthesised) => stack.properties('AWS::CloudWatch::Alarm');

// What an alarm looks at: its metric's name, or those in its expression.
function metrics(alarm: any): string[] {
  if (alarm.MetricName) return [alarm.MetricName];
  return alarm.Metrics.filter((each: any) => each.MetricStat).map((each: any) => each.MetricStat.Metric.MetricName);
}

const expected: Record<string, [string[], number, number]> = {
  AlarmsAnswersErrors: [['Url5xxCount', 'UrlRequestCount'], 0.1, 2],
  AlarmsServeFails: [['Errors'], 0, 2],
  AlarmsIsSlow: [['Duration'], 1000, 5],
  AlarmsIsThrottled: [['Throttles'], 0, 2],
  AlarmsIndexThrottles: [['ReadThrottleEvents'], 0, 5],
  AlarmsInvalidateFails: [['Errors'], 0, 5],
  AlarmsInvalidateIsThrottled: [['Throttles'], 0, 5],
  AlarmsObjectEventsWait: [['ApproximateAgeOfOldestMessage'], 60, 3],
  AlarmsObjectsNotTold: [['ApproximateNumberOfMessagesVisible'], 0, 1],
  AlarmsItemsWait: [['IteratorAge'], 60000, 3],
  AlarmsItemsNotTold: [['ApproximateNumberOfMessagesVisible'], 0, 1],
};

const nodesExpected: Record<string, [string, number, number]> = {
  AlarmsCacheEngineBusy: ['EngineCPUUtilization', 80, 5],
  AlarmsCacheNodeBusy: ['CPUUtilization', 80, 5],
  AlarmsCacheMemoryFull: ['DatabaseMemoryUsagePercentage', 90, 15],
  AlarmsCacheEvicts: ['Evictions', 100, 15],
  AlarmsCacheTooManyConnections: ['CurrConnections', 4000, 5],
  AlarmsCacheLoginsFail: ['AuthenticationFailures', 0, 2],
  AlarmsCacheNetworkFull: ['NetworkBandwidthOutAllowanceExceeded', 0, 5],
  AlarmsCacheReplicaLags: ['ReplicationLag', 1, 5],
};

test('alarms that matter: these and no others, each with its limit', () => {
  const found = alarms(production());
  assert.deepEqual(Object.keys(found).sort(), [...Object.keys(expected), ...Object.keys(nodesExpected)].sort());
  for (const [id, [names, limit, minutes]] of Object.entries(expected)) {
    assert.deepEqual(metrics(found[id]), names, id);
    assert.equal(found[id].Threshold, limit, id);
    assert.equal(found[id].EvaluationPeriods, minutes, id);
  }
  for (const alarm of Object.values(found)) {
    assert.equal(alarm.ComparisonOperator, 'GreaterThanThreshold');
    assert.equal(alarm.TreatMissingData, 'notBreaching');
    assert.match(alarm.AlarmDescription, /^Aside: ./);
  }
});

test('alarms of the cache watch the worst of its nodes', () => {
  const found = alarms(production());
  const nodes = ['0001-001', '0001-002', '0002-001', '0002-002', '0003-001', '0003-002'];
  for (const [id, [name, limit, minutes]] of Object.entries(nodesExpected)) {
    const parts = found[id].Metrics.filter((each: any) => each.MetricStat);
    assert.ok(parts.every((part: any) => part.MetricStat.Metric.MetricName === name), id);
    assert.ok(parts.every((part: any) => part.MetricStat.Period === 60), id);
    assert.deepEqual(
      parts.map((part: any) => part.MetricStat.Metric.Dimensions),
      nodes.map((node) => [
        { Name: 'CacheClusterId', Value: `<CacheNodes>-${node}` },
        { Name: 'CacheNodeId', Value: '0001' },
      ]),
    );
    const returned = found[id].Metrics.filter((each: any) => each.ReturnData);
    assert.deepEqual(returned.map((each: any) => each.Expression), ['MAX([node1, node2, node3, node4, node5, node6])']);
    assert.equal(found[id].Threshold, limit, id);
    assert.equal(found[id].EvaluationPeriods, minutes, id);
  }
});

test('more nodes than an alarm may watch are watched by several', () => {
  const cache = { node_type: 'cache.r7g.large', shards: 7, replicas_per_shard: 2 };
  const found = alarms(production({ plan: temporaryFile('plan.json', JSON.stringify({ ...planFields, cache })) }));
  const parts = Object.keys(found).filter((id) => id.startsWith('AlarmsCacheEngineBusy')).sort();
  assert.deepEqual(parts, ['AlarmsCacheEngineBusy1', 'AlarmsCacheEngineBusy2', 'AlarmsCacheEngineBusy3']);
  const watched = parts.flatMap((id) => metrics(found[id]));
  assert.equal(watched.length, 21);
  assert.deepEqual(parts.map((id) => metrics(found[id]).length), [10, 10, 1]);
});

test('without replicas none can lag', () => {
  const ids = Object.keys(alarms(testStage()));
  assert.ok(!ids.includes('AlarmsCacheReplicaLags'));
  assert.ok(ids.includes('AlarmsCacheEngineBusy'));
});

test('a bound on instances bounds connections, and has an alarm of its own', () => {
  const found = alarms(production({ maxInstances: '200' }));
  assert.equal(found['AlarmsCacheTooManyConnections'].Threshold, 800);
  assert.equal(found['AlarmsNearlyAllInstances'].Threshold, 160);
  assert.deepEqual(metrics(found['AlarmsNearlyAllInstances']), ['ConcurrentExecutions']);
});

test('nobody is told unless asked for', () => {
  assert.ok(!production().types().includes('AWS::SNS::Topic'));
  assert.ok(Object.values(alarms(production())).every((alarm) => alarm.AlarmActions === undefined));
});

test('a topic that is there is told of each alarm, and of its end', () => {
  const topic = 'arn:aws:sns:eu-central-1:111122223333:on-call';
  for (const alarm of Object.values(alarms(production({ alarmTopic: topic })))) {
    assert.deepEqual(alarm.AlarmActions, [topic]);
    assert.deepEqual(alarm.OKActions, [topic]);
  }
});

test('an address gets a topic of its own', () => {
  const stack = production({ alarmEmail: 'on-call@example.org' });
  const subscription = stack.one('AWS::SNS::Subscription');
  assert.deepEqual([subscription.Protocol, subscription.Endpoint], ['email', 'on-call@example.org']);
  assert.equal(subscription.TopicArn, '<AlarmsTopic>');
  for (const alarm of Object.values(alarms(stack))) assert.deepEqual(alarm.AlarmActions, ['<AlarmsTopic>']);
});
