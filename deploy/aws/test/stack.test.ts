import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { plain, production, productionContext, Resource, stages, testContext, testStage } from './synthesised';
import { temporaryFolder } from './zip_file';

for (const [name, stage] of stages) {
  test(`${name}: data is kept when the stack goes`, () => {
    const kept = Object.values(stage().all()).filter((resource: Resource) =>
      ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'].includes(resource.Type),
    );
    assert.equal(kept.length, stage === testStage ? 4 : 2);
    for (const resource of kept) {
      assert.equal(resource.DeletionPolicy, 'RetainExceptOnCreate');
      assert.equal(resource.UpdateReplacePolicy, 'Retain');
    }
  });

  test(`${name}: it brings no function but Aside's two, and nothing that is made by one`, () => {
    const types = stage().types();
    assert.equal(types.filter((type) => type === 'AWS::Lambda::Function').length, 2);
    assert.deepEqual(types.filter((type) => type.startsWith('Custom::') || type.includes('CustomResource')), []);
  });

  test(`${name}: everything that can be tagged says what it belongs to`, () => {
    const untagged = Object.entries(stage().all()).filter(([, resource]) => {
      const tags = resource.Properties?.Tags ?? [];
      return !tags.some((tag: any) => tag.Key === 'application' && tag.Value === 'aside') ||
        !tags.some((tag: any) => tag.Key === 'stage' && `stage=${tag.Value}` === name);
    });
    const cannotBe = [
      'AWS::CloudFront::CachePolicy', 'AWS::CloudFront::OriginAccessControl', 'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::IAM::Policy', 'AWS::Lambda::Permission',
      'AWS::Lambda::Url', 'AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy',
    ];
    assert.deepEqual(untagged.filter(([, resource]) => !cannotBe.includes(resource.Type)).map(([id]) => id), []);
  });
}

test('outputs: the URL, the distribution, the cache\'s endpoint', () => {
  const values = Object.fromEntries(Object.entries(production().outputs).map(([id, output]) => [id, plain(output.Value)]));
  assert.deepEqual(values, {
    Url: 'https://<FrontDistribution.DomainName>',
    DistributionDomain: '<FrontDistribution.DomainName>',
    DistributionId: '<FrontDistribution>',
    CacheEndpoint: '<CacheNodes.ConfigurationEndPoint.Address>:<CacheNodes.ConfigurationEndPoint.Port>',
    Table: 'shop-items',
    Bucket: 'shop',
    ServeFunction: '<ServeFunction>',
    InvalidateFunction: '<InvalidationInvalidateFunction>',
  });
});

const offline = { ...process.env, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true' }; // no credentials are looked up

test('npm run synth writes the template', () => {
  const folder = temporaryFolder();
  const said = Object.entries(productionContext).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // As a user would, but for the compiler, which has just run.
  const command = ['run', '--silent', 'synth', '--', '--app', 'node dist/src/app.js', '--output', folder, ...said];
  const done = spawnSync('npm', command, { encoding: 'utf8', env: offline, timeout: 300_000 });
  assert.equal(done.status, 0, done.stderr);
  const template = JSON.parse(readFileSync(join(folder, 'Aside.template.json'), 'utf8'));
  assert.deepEqual(
    Object.values<Resource>(template.Resources).map((resource) => resource.Type).sort(),
    production().types().sort(),
  );
});

test('what is wrong is said in a line, without a stack', () => {
  const context = JSON.stringify({ ...testContext, package: '/nowhere/aside-lambda.zip' });
  const done = spawnSync('node', ['dist/src/app.js'], { encoding: 'utf8', env: { ...offline, CDK_CONTEXT_JSON: context } });
  assert.equal(done.status, 2);
  assert.match(done.stderr, /^aside: there is no package \/nowhere\/aside-lambda\.zip: make it with \.\/dev lambda.*\n$/);
});
