// Templates made in this process, and ways to read them: references as text, so that an expectation fits on a line.
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

import { readParameters } from '../src/parameters';
import { AsideStack } from '../src/stack';
import { packageFor, temporaryFile, temporaryFolder } from './zip_file';

export interface Resource {
  readonly Type: string;
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: unknown;
}

export const planFields = {
  version: 1,
  region: 'eu-central-1',
  cache: { node_type: 'cache.r7g.large', shards: 3, replicas_per_shard: 1 },
  function: { memory_mib: 1769 },
};

const packageFile = packageFor(62);

export const testContext = { region: 'eu-central-1', architecture: 'x86_64', package: packageFile };

export const productionContext = {
  stage: 'production',
  architecture: 'x86_64',
  package: packageFile,
  plan: temporaryFile('plan.json', JSON.stringify(planFields)),
  table: 'shop-items',
  tableStream: 'arn:aws:dynamodb:eu-central-1:111122223333:table/shop-items/stream/2026-01-31T08:00:00.000',
  bucket: 'shop',
  prefix: 'de',
};

export class Synthesised {
  private readonly resources: Record<string, Resource>;
  readonly outputs: Record<string, { Value: unknown }>;

  constructor(context: Record<string, unknown>) {
    const stack = new AsideStack(new App({ outdir: temporaryFolder() }), readParameters(context, {}));
    const template = Template.fromStack(stack).toJSON();
    this.resources = template['Resources'];
    this.outputs = template['Outputs'];
  }

  // By the names that the constructs have, without what is added to make them unique.
  all(type?: string): Record<string, Resource> {
    const entries = Object.entries(this.resources).filter(([, resource]) => type === undefined || resource.Type === type);
    return Object.fromEntries(entries.map(([id, resource]) => [shortened(id), resource]));
  }

  // The properties of the resources of a type, references as text.
  properties(type: string): Record<string, any> {
    return Object.fromEntries(Object.entries(this.all(type)).map(([id, each]) => [id, plain(each.Properties)]));
  }

  one(type: string): any {
    const all = Object.values(this.properties(type));
    if (all.length !== 1) throw new Error(`${all.length} resources of type ${type}`);
    return all[0];
  }

  types(): string[] {
    return Object.values(this.resources).map((resource) => resource.Type);
  }
}

const made = new Map<string, Synthesised>();

function once(context: Record<string, unknown>): Synthesised {
  const key = JSON.stringify(context);
  const known = made.get(key) ?? new Synthesised(context);
  made.set(key, known);
  return known;
}

export function testStage(more: Record<string, unknown> = {}): Synthesised {
  return once({ ...testContext, ...more });
}

export function production(more: Record<string, unknown> = {}): Synthesised {
  return once({ ...productionContext, ...more });
}

export const stages = [['stage=test', testStage], ['stage=production', production]] as const;

// {"Ref": "X"} is <X>, {"Fn::GetAtt": ["X", "Arn"]} <X.Arn>, and what is joined is joined.
export function plain(value: any): any {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return `<${shortened(value.Ref)}>`;
  if ('Fn::GetAtt' in value) return `<${shortened(value['Fn::GetAtt'][0])}.${value['Fn::GetAtt'][1]}>`;
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(plain).join(value['Fn::Join'][0]);
  if ('Fn::GetAZs' in value) return '<zones>';
  if ('Fn::Select' in value) return select(value['Fn::Select']);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

function select([index, of]: [string | number, any]): string {
  if ('Fn::Split' in of) return `${plain(of['Fn::Split'][1])} split by ${of['Fn::Split'][0]}, ${index}`;
  return `${plain(of)}[${index}]`;
}

function shortened(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}
