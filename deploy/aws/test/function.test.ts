import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { production, productionContext, stages, Synthesised, testStage } from './synthesised';
import { packageFor } from './zip_file';

function lambda(stack: Synthesised, handler: string): any {
  const found = Object.values(stack.properties('AWS::Lambda::Function')).filter((each) => each.Handler === handler);
  assert.equal(found.length, 1);
  return found[0];
}

const serve = (stack: Synthesised) => lambda(stack, 'serve');

for (const [name, stage] of stages) {
  test(`${name}: one package serves both functions, and the handler says which`, () => {
    const functions = Object.values(stage().properties('AWS::Lambda::Function'));
    assert.deepEqual(functions.map((each) => each.Handler).sort(), ['invalidate', 'serve']);
    assert.deepEqual(functions[0].Code, functions[1].Code);
    for (const each of functions) {
      assert.equal(each.Runtime, 'provided.al2023');
      assert.deepEqual(each.Architectures, ['x86_64']);
    }
  });
}

test('the architecture is that of the package', () => {
  const stack = production({ architecture: 'arm64', package: packageFor(183) });
  assert.deepEqual(serve(stack).Architectures, ['arm64']);
});

test('the function knows the table, the bucket with its prefix, and the cache', () => {
  const { Variables: variables } = serve(production()).Environment;
  assert.equal(variables.ASIDE_INDEX_URL, 'dynamodb://shop-items?region=eu-central-1');
  assert.equal(variables.ASIDE_OBJECTS_URL, 's3://shop/de/?region=eu-central-1');
  assert.equal(
    variables.ASIDE_L2_URL,
    'rediss://aside-production@<CacheNodes.ConfigurationEndPoint.Address>:<CacheNodes.ConfigurationEndPoint.Port>' +
      '?auth=iam&name=<CacheNodes>&region=eu-central-1',
  );
  assert.deepEqual(lambda(production(), 'invalidate').Environment.Variables.ASIDE_L2_URL, variables.ASIDE_L2_URL);
});

test('another form of the table is told, and a prefix is written as a URL wants it', () => {
  const stack = production({ tableQuery: 'key=pk&refs=objects', prefix: 'größe/a+b' });
  const { Variables: variables } = serve(stack).Environment;
  assert.equal(variables.ASIDE_INDEX_URL, 'dynamodb://shop-items?region=eu-central-1&key=pk&refs=objects');
  assert.equal(variables.ASIDE_OBJECTS_URL, 's3://shop/gr%C3%B6%C3%9Fe/a%2Bb/?region=eu-central-1');
});

test('every variable is a parameter of docs/configuration.md, in its form and range', () => {
  const page = readFileSync('../../docs/configuration.md', 'utf8');
  const types = new Map<string, string>();
  for (const [, name, type] of page.matchAll(/^\| `([a-z0-9_.]+)`(?: `--[a-z0-9-]+`)? \| (\w+) \|/gm)) {
    types.set(`ASIDE_${name?.replaceAll('.', '_').toUpperCase()}`, type ?? '');
  }
  const forms: Record<string, RegExp> = {
    url: /^[a-z0-9]+:\/\/./,
    bytes: /^[1-9]\d*(B|KiB|MiB|GiB|TiB)$/,
    duration: /^[1-9]\d*(ms|s|m|h|d)$/,
    choice: /^json$/,
  };
  for (const handler of ['serve', 'invalidate']) {
    const { Variables: variables } = lambda(production(), handler).Environment;
    for (const [name, value] of Object.entries<string>(variables)) {
      assert.match(value, forms[types.get(name) ?? ''] ?? /there is no such parameter/, name);
    }
  }
});

test('memory is the plan\'s; half of it is L1, and values on their way have a quarter', () => {
  const planned = serve(production());
  assert.equal(planned.MemorySize, 1769);
  assert.equal(planned.Environment.Variables.ASIDE_MEMORY_CAPACITY, '884MiB');
  assert.equal(planned.Environment.Variables.ASIDE_MEMORY_LENT_MAX, '221MiB');
  assert.equal(planned.Environment.Variables.ASIDE_ORIGIN_MAX_BYTES_IN_FLIGHT, '221MiB');
});

test('log retention: each function has a group of its own that empties itself', () => {
  for (const [stack, days] of [[production(), 30], [testStage(), 7], [production({ logDays: '90' }), 90]] as const) {
    const groups = stack.properties('AWS::Logs::LogGroup');
    assert.deepEqual(Object.values(groups).map((group) => group.RetentionInDays), [days, days]);
    assert.deepEqual(serve(stack).LoggingConfig, { LogGroup: '<ServeLogs>' });
    assert.deepEqual(lambda(stack, 'invalidate').LoggingConfig, { LogGroup: '<InvalidationInvalidateLogs>' });
  }
});

test('as many instances as Lambda has, or as many as are allowed', () => {
  assert.equal(serve(production()).ReservedConcurrentExecutions, undefined);
  assert.equal(serve(production({ maxInstances: '200' })).ReservedConcurrentExecutions, 200);
  assert.equal(lambda(production({ maxInstances: '200' }), 'invalidate').ReservedConcurrentExecutions, undefined);
});

test('no table or bucket is made where they are named, both where they are not', () => {
  for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy']) {
    assert.ok(!production().types().includes(type), type);
    assert.ok(testStage().types().includes(type), type);
  }
  const named = testStage({ table: productionContext.table, bucket: 'shop' });
  assert.ok(!named.types().includes('AWS::DynamoDB::Table'));
});
