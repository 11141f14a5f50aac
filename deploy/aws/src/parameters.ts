// What the user says with -c NAME=VALUE, checked: every name is known, every value has its form, and nothing contradicts.
import { resolve } from 'node:path';

import { Architecture } from './package_file';
import { isRegion, Plan, readPlan, testPlan } from './plan';
import { Refused } from './refused';

export interface Parameters {
  readonly stage: 'test' | 'production';
  readonly name: string;
  readonly plan: Plan;
  readonly zones: string[]; // empty: the region's first three
  readonly cidr: string;
  readonly nat: boolean;
  readonly packageFile: string;
  readonly architecture: Architecture;
  readonly table?: string; // undefined: one is made
  readonly tableStream?: string;
  readonly tableQuery: string; // what stands in the index's URL beside the region
  readonly bucket?: string; // undefined: one is made
  readonly prefix: string; // empty, or ends in '/'
  readonly kmsKeys: string[];
  readonly maxInstances?: number;
  readonly logDays: number;
  readonly alarmTopic?: string;
  readonly alarmEmail?: string;
}

// Context holds more than ours, but all of that has colons, slashes or dashes in its name.
export const knownParameters = [
  'stage', 'name', 'plan', 'region', 'zones', 'cidr', 'nat', 'package', 'architecture', 'table', 'tableStream',
  'tableQuery', 'bucket', 'prefix', 'kmsKeys', 'maxInstances', 'logDays', 'alarmTopic', 'alarmEmail',
];

// Days that CloudWatch Logs has for a log group's retention, up to two years.
const logDaysChoices = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731];

const forms = {
  // A replication group's name is the narrowest of those made of this one: 40 characters, no two dashes in a row.
  name: /^(?=.{2,32}$)[a-z](-?[a-z0-9])+$/,
  zone: /^[a-z]{2}(-[a-z]+)+-[1-9][0-9]?[a-z]$/,
  cidr: /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|20)$/,
  table: /^[A-Za-z0-9_.-]{3,255}$/,
  tableStream: /^arn:[a-z-]+:dynamodb:[a-z0-9-]+:\d{12}:table\/[A-Za-z0-9_.-]+\/stream\/[0-9T:.-]+$/,
  tableQuery: /^(?:(?:^|&)(?:key|refs|position|object_key|object_version|consistent)=[^&=?#\s]+)+$/,
  bucket: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  // Without what policies and event patterns take for more than themselves.
  prefix: /^[^*?$\\"\s/][^*?$\\"\s]*$/,
  kmsKey: /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[a-z0-9-]+$/,
  alarmTopic: /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/,
  alarmEmail: /^[^@\s]+@[^@\s]+$/,
};

// `context` is the app's whole context. `environment` gives a region where none is said.
export function readParameters(
  context: Record<string, unknown>,
  environment: Record<string, string | undefined>,
): Parameters {
  const said = new Said(context);
  const stage = said.choice('stage', ['test', 'production'], 'test');
  const plan = planFor(stage, said, environment);
  const table = said.text('table', forms.table, 'a table\'s name');
  const bucket = said.text('bucket', forms.bucket, 'a bucket\'s name');
  const tableStream = said.text('tableStream', forms.tableStream, 'the ARN of a table\'s stream');
  const prefix = said.text('prefix', forms.prefix, 'a folder of the bucket, such as "de/"');
  const parameters: Parameters = {
    stage,
    name: said.text('name', forms.name, 'a name of lower-case letters, digits and single dashes') ?? `aside-${stage}`,
    plan,
    zones: said.list('zones', forms.zone, 'an availability zone'),
    cidr: said.text('cidr', forms.cidr, 'a range of addresses from /16 to /20') ?? '10.42.0.0/16',
    nat: said.choice('nat', ['false', 'true'], 'false') === 'true',
    packageFile: resolve(said.text('package', /./, 'a file') ?? '../../build/lambda/aside-lambda.zip'),
    architecture: said.choice('architecture', ['arm64', 'x86_64'], process.arch === 'arm64' ? 'arm64' : 'x86_64'),
    table,
    tableStream,
    tableQuery: said.text('tableQuery', forms.tableQuery, 'parameters of a URL, such as "key=pk&refs=objects"') ?? '',
    bucket,
    prefix: prefix === undefined || prefix.endsWith('/') ? (prefix ?? '') : `${prefix}/`,
    kmsKeys: said.list('kmsKeys', forms.kmsKey, 'the ARN of a key'),
    maxInstances: said.whole('maxInstances', 1, 100_000),
    logDays: said.whole('logDays', 1, 731) ?? (stage === 'test' ? 7 : 30),
    alarmTopic: said.text('alarmTopic', forms.alarmTopic, 'the ARN of an SNS topic'),
    alarmEmail: said.text('alarmEmail', forms.alarmEmail, 'an address'),
  };
  checkTogether(parameters);
  return parameters;
}

function planFor(stage: string, said: Said, environment: Record<string, string | undefined>): Plan {
  const file = said.text('plan', /./, 'a file');
  const region = said.text('region', /./, 'a region');
  if (region !== undefined && !isRegion(region)) throw new Refused(`region: "${region}" is not a region`);
  if (stage === 'test') {
    if (file !== undefined) throw new Refused('plan: only stage=production has one; stage=test is the cheapest form');
    const where = region ?? environment['CDK_DEFAULT_REGION'] ?? environment['AWS_REGION'];
    if (where === undefined || !isRegion(where)) throw new Refused('region: say where, for one -c region=eu-central-1');
    return testPlan(where);
  }
  if (file === undefined) throw new Refused('plan: stage=production needs a plan file, -c plan=FILE (README.md has its form)');
  const plan = readPlan(file);
  if (region !== undefined && region !== plan.region) {
    throw new Refused(`region: ${region}, but the plan is for ${plan.region}`);
  }
  return plan;
}

function checkTogether(parameters: Parameters): void {
  const { stage, table, bucket, tableStream, tableQuery, zones, logDays } = parameters;
  if (stage === 'production' && (table === undefined || bucket === undefined)) {
    throw new Refused('stage=production serves data that is there: name it with -c table=NAME and -c bucket=NAME');
  }
  if (zones.length !== 0 && zones.length !== 3) throw new Refused(`zones: ${zones.length} are named; it takes three`);
  if (zones.some((zone) => !zone.startsWith(parameters.plan.region))) {
    throw new Refused(`zones: they are not all in ${parameters.plan.region}`);
  }
  if (new Set(zones).size !== zones.length) throw new Refused('zones: one stands twice');
  if (tableStream !== undefined && !tableStream.includes(`:${parameters.plan.region}:`)) {
    throw new Refused(`tableStream: the stream is not in ${parameters.plan.region}`);
  }
  if (tableStream !== undefined && tableStream.split('/')[1] !== table) {
    throw new Refused('tableStream: it is not the stream of the table that is named by -c table=NAME');
  }
  if (table === undefined && tableQuery !== '') throw new Refused('tableQuery: the table that is made has its own form');
  if (!logDaysChoices.includes(logDays)) throw new Refused(`logDays: CloudWatch has ${logDaysChoices.join(', ')}`);
  if (parameters.alarmTopic !== undefined && parameters.alarmEmail !== undefined) {
    throw new Refused('alarmTopic and alarmEmail: one of them');
  }
}

class Said {
  constructor(private readonly context: Record<string, unknown>) {
    const unknown = Object.keys(context).find((name) => /^[A-Za-z]+$/.test(name) && !knownParameters.includes(name));
    if (unknown !== undefined) throw new Refused(`-c ${unknown}: not known; known are ${knownParameters.join(', ')}`);
  }

  text(name: string, form: RegExp, what: string): string | undefined {
    const value = this.context[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || !form.test(value)) {
      throw new Refused(`${name}: ${JSON.stringify(value)} is not ${what}`);
    }
    return value;
  }

  choice<Choice extends string>(name: string, choices: Choice[], otherwise: Choice): Choice {
    const value = this.context[name] ?? otherwise;
    const chosen = choices.find((choice) => choice === String(value));
    if (chosen === undefined) throw new Refused(`${name}: ${JSON.stringify(value)} is not ${choices.join(' or ')}`);
    return chosen;
  }

  list(name: string, form: RegExp, what: string): string[] {
    const all = this.text(name, /./, 'a list') ?? '';
    const parts = all.split(',').filter((part) => part !== '');
    const wrong = parts.find((part) => !form.test(part));
    if (wrong !== undefined) throw new Refused(`${name}: "${wrong}" is not ${what}`);
    return parts;
  }

  whole(name: string, least: number, most: number): number | undefined {
    const value = this.context[name];
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^\d+$/.test(String(value)) || number < least || number > most) {
      throw new Refused(`${name}: ${JSON.stringify(value)} is not a whole number from ${least} to ${most}`);
    }
    return number;
  }
}
