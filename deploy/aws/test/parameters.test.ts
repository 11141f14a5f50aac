import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readParameters } from '../src/parameters';
import { planFields, productionContext, testContext } from './synthesised';
import { temporaryFile } from './zip_file';

test('a test needs nothing but a region, which the environment may give', () => {
  const parameters = readParameters({}, { AWS_REGION: 'eu-west-1' });
  assert.equal(parameters.stage, 'test');
  assert.equal(parameters.name, 'aside-test');
  assert.equal(parameters.plan.region, 'eu-west-1');
  assert.equal(parameters.nat, false);
  assert.match(parameters.packageFile, /\/build\/lambda\/aside-lambda\.zip$/);
  assert.equal(readParameters({}, { CDK_DEFAULT_REGION: 'us-east-1', AWS_REGION: 'eu-west-1' }).plan.region, 'us-east-1');
  assert.equal(readParameters({ region: 'eu-north-1' }, { AWS_REGION: 'eu-west-1' }).plan.region, 'eu-north-1');
});

test('a package is for the machine that built it unless said otherwise', () => {
  const here = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  assert.equal(readParameters({ region: 'eu-west-1' }, {}).architecture, here);
});

test('a prefix is a folder', () => {
  for (const [said, prefix] of [['de', 'de/'], ['de/', 'de/'], ['a/b', 'a/b/'], [undefined, '']]) {
    assert.equal(readParameters({ ...productionContext, prefix: said }, {}).prefix, prefix);
  }
});

test('what tools put into the context is passed over', () => {
  readParameters({ ...testContext, 'aws:cdk:bundling-stacks': ['**'], '@aws-cdk/x:y': true, 'cli-telemetry': false }, {});
});

const refused: [string, Record<string, unknown>, RegExp][] = [
  ['no region', {}, /^region: say where, for one -c region=eu-central-1$/],
  ['a region that is none', { region: 'here' }, /^region: "here" is not a region$/],
  ['an unknown stage', { ...testContext, stage: 'live' }, /^stage: "live" is not test or production$/],
  ['an unknown name', { ...testContext, tabel: 'x' }, /^-c tabel: not known; known are stage, name, /],
  ['a plan for a test', { ...testContext, plan: 'plan.json' }, /^plan: only stage=production has one/],
  ['production without a plan', { ...productionContext, plan: undefined }, /^plan: stage=production needs a plan file/],
  ['production without a table', { ...productionContext, table: undefined, tableStream: undefined }, /^stage=production serves data/],
  ['production without a bucket', { ...productionContext, bucket: undefined }, /^stage=production serves data that is there/],
  ['another region than the plan\'s', { ...productionContext, region: 'eu-west-1' }, /^region: eu-west-1, but the plan is for eu-/],
  ['two zones', { ...testContext, zones: 'eu-central-1a,eu-central-1b' }, /^zones: 2 are named; it takes three$/],
  ['a zone elsewhere', { ...testContext, zones: 'eu-central-1a,eu-central-1b,eu-west-1a' }, /^zones: they are not all in eu-/],
  ['a zone twice', { ...testContext, zones: 'eu-central-1a,eu-central-1b,eu-central-1a' }, /^zones: one stands twice$/],
  ['a zone that is none', { ...testContext, zones: 'a,b,c' }, /^zones: "a" is not an availability zone$/],
  ['nat that is neither', { ...testContext, nat: 'yes' }, /^nat: "yes" is not false or true$/],
  ['an unknown processor', { ...testContext, architecture: 'riscv' }, /^architecture: "riscv" is not arm64 or x86_64$/],
  ['a prefix that means more than itself', { ...testContext, prefix: 'd*' }, /^prefix: "d\*" is not a folder/],
  ['a variable in a prefix', { ...testContext, prefix: '${aws:username}' }, /^prefix: /],
  ['a name with two dashes', { ...testContext, name: 'a--b' }, /^name: "a--b" is not a name of lower-case/],
  ['a name that is too long', { ...testContext, name: 'a'.repeat(33) }, /^name: /],
  ['a range that is too small', { ...testContext, cidr: '10.0.0.0/24' }, /^cidr: "10.0.0.0\/24" is not a range/],
  ['logs for an unusual time', { ...testContext, logDays: '8' }, /^logDays: CloudWatch has 1, 3, 5, /],
  ['instances in words', { ...testContext, maxInstances: 'many' }, /^maxInstances: "many" is not a whole number/],
  ['no instances', { ...testContext, maxInstances: '0' }, /^maxInstances: "0" is not a whole number from 1/],
  ['a topic and an address', {
    ...testContext, alarmTopic: 'arn:aws:sns:eu-central-1:111122223333:t', alarmEmail: 'a@example.org',
  }, /^alarmTopic and alarmEmail: one of them$/],
  ['another table\'s stream', { ...productionContext, table: 'other' }, /^tableStream: it is not the stream of the table/],
  ['a stream elsewhere', {
    ...productionContext, plan: temporaryFile('plan.json', JSON.stringify({ ...planFields, region: 'eu-west-1' })),
  }, /^tableStream: the stream is not in eu-west-1$/],
  ['a stream of no table', { ...testContext, tableStream: productionContext.tableStream }, /^tableStream: it is not the stream/],
  ['a form for the table that is made', { ...testContext, tableQuery: 'key=pk' }, /^tableQuery: the table that is made/],
  ['a region in the table\'s form', { ...productionContext, tableQuery: 'region=eu-west-1' }, /^tableQuery: "region=eu-west-1"/],
  ['a key that is none', { ...testContext, kmsKeys: 'alias/x' }, /^kmsKeys: "alias\/x" is not the ARN of a key$/],
];

for (const [what, context, why] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(() => readParameters(context, {}), { message: why });
  });
}
