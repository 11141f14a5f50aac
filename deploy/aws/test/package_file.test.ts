import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { architectureOf, checkPackage } from '../src/package_file';
import { longProgram, packageFor, program, temporaryFile, zip, ZipEntry } from './zip_file';

function packageOf(...entries: ZipEntry[]): string {
  return temporaryFile('aside-lambda.zip', zip(entries));
}

test('a package for the processor it was built for', () => {
  checkPackage(packageFor(62), 'x86_64');
  checkPackage(packageFor(183), 'arm64');
});

test('stored or deflated, first or last', () => {
  checkPackage(packageOf({ name: 'aside', body: longProgram(62) }, { name: 'bootstrap', body: program(62), stored: true }), 'x86_64');
});

test('this very node is a program for this very processor', () => {
  const here = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  assert.equal(architectureOf(readFileSync(process.execPath).subarray(0, 64)), here);
});

test('a missing package is an error that tells to run ./dev lambda', () => {
  assert.throws(() => checkPackage('/nowhere/aside-lambda.zip', 'x86_64'), {
    message: /^there is no package \/nowhere\/aside-lambda\.zip: make it with \.\/dev lambda, or name another one/,
  });
});

const refused: [string, string, RegExp][] = [
  ['another processor', packageFor(183), /built for arm64, and the function would be x86_64: say -c architecture=arm64/],
  ['a third processor', packageFor(243), /its bootstrap is no program for arm64 or x86_64$/],
  ['a script', packageOf({ name: 'bootstrap', body: Buffer.from('#!/bin/sh\n') }), /its bootstrap is no program/],
  ['nothing to start', packageOf({ name: 'aside', body: program(62) }), /it has no bootstrap; make it with \.\/dev lambda$/],
  ['one in a folder', packageOf({ name: 'bin/bootstrap', body: program(62) }), /it has no bootstrap/],
  ['one that may not be executed', packageOf({ name: 'bootstrap', body: program(62), mode: 0o100644 }), /may not be executed$/],
  ['an empty bootstrap', packageOf({ name: 'bootstrap', body: Buffer.alloc(0) }), /its bootstrap is no program/],
  ['no archive', temporaryFile('aside-lambda.zip', 'hello'), /not a whole zip archive/],
  ['an empty file', temporaryFile('aside-lambda.zip', ''), /not a whole zip archive/],
];

for (const [what, file, why] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(() => checkPackage(file, 'x86_64'), { message: why });
  });
}

test('a package that was cut off anywhere is refused, and does not break anything', () => {
  const whole = readFileSync(packageOf({ name: 'bootstrap', body: longProgram(62) }, { name: 'aside', body: program(62) }));
  const file = temporaryFile('aside-lambda.zip', '');
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length));
    assert.throws(() => checkPackage(file, 'x86_64'), { name: 'Error', message: /aside-lambda\.zip/ }, `${length} bytes`);
  }
});
