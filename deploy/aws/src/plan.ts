// How big a stage is: read from a plan file for production, the cheapest form for a test.
//
// A plan file is JSON, and every field is needed:
//
//   { "version": 1, "region": "eu-central-1",
//     "cache": { "node_type": "cache.r7g.large", "shards": 3, "replicas_per_shard": 1 },
//     "function": { "memory_mib": 1769 } }
//
// Fields that are not named here are passed over: whoever wrote the file may keep its reasons in it.
import { readFileSync } from 'node:fs';

import { Refused } from './refused';

export interface Plan {
  readonly region: string;
  readonly nodeType: string;
  readonly shards: number;
  readonly replicasPerShard: number;
  readonly functionMemoryMib: number;
}

const version = 1;
const nodesMax = 500; // of one cluster, where the account's quota was raised that far
const replicasMax = 5; // of one shard
const memoryMibMin = 256; // half of it is L1; with less there is no room left for values on their way
const memoryMibMax = 10240; // of a Lambda function

const region = /^[a-z]{2}(-[a-z]+)+-[1-9][0-9]?$/;
const nodeType = /^cache\.[a-z][0-9][a-z0-9]*\.(micro|small|medium|large|([1-9][0-9]?)?xlarge)$/;

// One shard without a replica. ElastiCache has no Multi-AZ without one: a node that fails is replaced by an empty one.
export function testPlan(region: string): Plan {
  return { region, nodeType: 'cache.t4g.micro', shards: 1, replicasPerShard: 0, functionMemoryMib: 512 };
}

export function isRegion(text: string): boolean {
  return region.test(text);
}

export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Refused(`plan: cannot read ${file}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refused(`${file}: not JSON: ${(error as Error).message}`);
  }
  return planFrom(json, file);
}

export function planFrom(json: unknown, file: string): Plan {
  const fields = new Fields(json, file);
  const said = fields.value('version');
  if (said !== version) throw fields.wrong('version', `expected ${version}, the only version there is`);
  const plan = {
    region: fields.text('region', region, 'a region, such as "eu-central-1"'),
    nodeType: fields.text('cache.node_type', nodeType, 'a node type, such as "cache.r7g.large"'),
    shards: fields.whole('cache.shards', 1, nodesMax),
    // None would leave the cluster without failover, and its shard's keys cold whenever a node is replaced.
    replicasPerShard: fields.whole('cache.replicas_per_shard', 1, replicasMax),
    functionMemoryMib: fields.whole('function.memory_mib', memoryMibMin, memoryMibMax),
  };
  const nodes = plan.shards * (1 + plan.replicasPerShard);
  if (nodes > nodesMax) throw fields.wrong('cache.shards', `makes ${nodes} nodes; a cluster has at most ${nodesMax}`);
  return plan;
}

class Fields {
  constructor(
    private readonly json: unknown,
    private readonly file: string,
  ) {}

  wrong(path: string, why: string): Refused {
    return new Refused(`${this.file}: ${path}: ${why}`);
  }

  // `path` goes through objects: "cache.shards".
  value(path: string): unknown {
    let at: unknown = this.json;
    let walked = '';
    for (const name of path.split('.')) {
      if (typeof at !== 'object' || at === null || Array.isArray(at)) {
        throw new Refused(`${this.file}: ${walked || 'the whole'}: expected an object`);
      }
      walked = walked ? `${walked}.${name}` : name;
      at = (at as Record<string, unknown>)[name];
      if (at === undefined) throw new Refused(`${this.file}: ${walked}: missing`);
    }
    return at;
  }

  text(path: string, form: RegExp, what: string): string {
    const value = this.value(path);
    if (typeof value !== 'string' || !form.test(value)) {
      throw this.wrong(path, `${JSON.stringify(value)} is not ${what}`);
    }
    return value;
  }

  whole(path: string, least: number, most: number): number {
    const value = this.value(path);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.wrong(path, `${JSON.stringify(value)} is not a whole number from ${least} to ${most}`);
    }
    return value;
  }
}
