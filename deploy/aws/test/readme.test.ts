import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { knownParameters } from '../src/parameters';
import { planFrom } from '../src/plan';
import { production } from './synthesised';

const page = readFileSync('README.md', 'utf8');

test('README.md tells of every parameter there is, and of no other', () => {
  const section = /## Parameters\n(.*?)\n## /s.exec(page)?.[1] ?? '';
  const told = [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(told.sort(), [...knownParameters].sort());
});

test('the plan in README.md is one', () => {
  const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? '';
  assert.equal(planFrom(JSON.parse(example), 'README.md').shards, 3);
});

test('README.md tells of every variable the functions are given', () => {
  const told = new Set(page.match(/ASIDE_[A-Z0-9_]+/g));
  const { Variables: variables } = production().properties('AWS::Lambda::Function')['ServeFunction'].Environment;
  assert.deepEqual([...told].sort(), Object.keys(variables).sort());
});

test('README.md says what the endpoints that are not there would cost', () => {
  assert.match(page, /interface endpoints for these two, in three zones \| 0\.012 an hour each: 52\.56 a month/);
  assert.equal((2 * 3 * 0.012 * 730).toFixed(2), '52.56');
  assert.match(page, /a NAT in each of three zones \| 0\.052 an hour each: 113\.88 a month/);
  assert.equal((3 * 0.052 * 730).toFixed(2), '113.88');
  assert.match(page, /gateway endpoints for DynamoDB and S3 \| nothing/);
});
