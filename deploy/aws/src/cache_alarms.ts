// What somebody is to be told of the cache's nodes. ElastiCache has its metrics by node, and an alarm takes at most ten of
// them: each alarm watches the worst of up to ten nodes.
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

import { Alarms } from './alarms';
import { Cache } from './cache';

const nodesAnAlarm = 10;

interface Watched {
  readonly id: string;
  readonly metric: string;
  readonly statistic: string;
  readonly limit: number;
  readonly minutes: number;
  readonly description: string;
}

// Lambda opens so many instances unless the account or maxInstances says otherwise, and each has up to four connections to a
// node (redis.connections_per_node with one worker).
const instancesUsual = 1000;
const connectionsAnInstance = 4;

function watched(maxInstances: number | undefined, withReplicas: boolean): Watched[] {
  const connections = connectionsAnInstance * (maxInstances ?? instancesUsual);
  const all: Watched[] = [
    {
      id: 'EngineBusy', metric: 'EngineCPUUtilization', statistic: Stats.AVERAGE, limit: 80, minutes: 5,
      description: 'the thread that runs commands is busy: more shards',
    },
    {
      id: 'NodeBusy', metric: 'CPUUtilization', statistic: Stats.AVERAGE, limit: 80, minutes: 5,
      description: 'the processor is busy, TLS and replication included: bigger nodes',
    },
    {
      id: 'MemoryFull', metric: 'DatabaseMemoryUsagePercentage', statistic: Stats.MAXIMUM, limit: 90, minutes: 15,
      description: 'memory is nearly full; after that values are evicted',
    },
    {
      id: 'Evicts', metric: 'Evictions', statistic: Stats.SUM, limit: 100, minutes: 15,
      description: 'values are evicted before their time: the cluster is too small',
    },
    {
      id: 'TooManyConnections', metric: 'CurrConnections', statistic: Stats.MAXIMUM, limit: connections, minutes: 5,
      description: `more than ${connections} connections, which Aside's instances do not need`,
    },
    {
      id: 'LoginsFail', metric: 'AuthenticationFailures', statistic: Stats.SUM, limit: 0, minutes: 2,
      description: 'logins are refused: the role, the user or the token',
    },
    {
      id: 'NetworkFull', metric: 'NetworkBandwidthOutAllowanceExceeded', statistic: Stats.SUM, limit: 0, minutes: 5,
      description: 'packets wait or are dropped, because the node\'s network allowance is used up',
    },
  ];
  if (withReplicas) {
    all.push({
      id: 'ReplicaLags', metric: 'ReplicationLag', statistic: Stats.MAXIMUM, limit: 1, minutes: 5,
      description: 'a replica is more than a second behind: what it takes over would be older',
    });
  }
  return all;
}

export function alarmOnCache(alarms: Alarms, cache: Cache, maxInstances: number | undefined, withReplicas: boolean): void {
  for (const each of watched(maxInstances, withReplicas)) {
    for (let first = 0; first < cache.nodeNames.length; first += nodesAnAlarm) {
      const nodes = cache.nodeNames.slice(first, first + nodesAnAlarm);
      const part = cache.nodeNames.length > nodesAnAlarm ? String(first / nodesAnAlarm + 1) : '';
      alarms.over(`Cache${each.id}${part}`, `cache: ${each.description}`, worst(each, nodes), each.limit, each.minutes);
    }
  }
}

function worst(each: Watched, nodes: string[]): MathExpression {
  const metrics = nodes.map((node, index) => [
    `node${index + 1}`,
    new Metric({
      namespace: 'AWS/ElastiCache',
      metricName: each.metric,
      dimensionsMap: { CacheClusterId: node, CacheNodeId: '0001' },
      statistic: each.statistic,
      period: Duration.minutes(1),
    }),
  ] as const);
  return new MathExpression({
    label: `${each.metric}, the worst node's`,
    expression: `MAX([${metrics.map(([name]) => name).join(', ')}])`,
    usingMetrics: Object.fromEntries(metrics),
    period: Duration.minutes(1),
  });
}
