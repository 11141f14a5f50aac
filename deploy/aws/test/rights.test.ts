// Every right of both roles, word for word: one that is added by accident fails here.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { production, productionContext, stages, Synthesised } from './synthesised';

function statements(stack: Synthesised, role: string): unknown[] {
  const policies = Object.values(stack.properties('AWS::IAM::Policy')).filter((policy) => policy.Roles.includes(`<${role}>`));
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
}

const networkInterfaces = [
  'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
];

const elasticache = 'arn:<AWS::Partition>:elasticache:eu-central-1:<AWS::AccountId>';

function common(logs: string): unknown[] {
  return [
    { Sid: 'WriteLogs', Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: `<${logs}.Arn>` },
    { Sid: 'AttachToVpc', Effect: 'Allow', Action: networkInterfaces, Resource: '*' },
    {
      Sid: 'ButNotByCode', Effect: 'Deny', Action: networkInterfaces, Resource: '*',
      Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    },
    {
      Sid: 'LogIn', Effect: 'Allow', Action: 'elasticache:Connect',
      Resource: [`${elasticache}:replicationgroup:<CacheNodes>`, `${elasticache}:user:<CacheUser>`],
    },
  ];
}

test('the function has exactly the rights it needs', () => {
  assert.deepEqual(statements(production(), 'ServeRole'), [
    ...common('ServeLogs'),
    {
      Sid: 'ReadIndex', Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      Resource: 'arn:<AWS::Partition>:dynamodb:eu-central-1:<AWS::AccountId>:table/shop-items',
    },
    {
      Sid: 'ReadObjects', Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: 'arn:<AWS::Partition>:s3:::shop/de/*',
    },
    {
      Sid: 'TellAbsentFromForbidden', Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:<AWS::Partition>:s3:::shop',
      Condition: { StringLike: { 's3:prefix': 'de/*' } },
    },
  ]);
});

test('the function that invalidates has exactly the rights it needs, and none on the data', () => {
  assert.deepEqual(statements(production(), 'InvalidationInvalidateRole'), [
    ...common('InvalidationInvalidateLogs'),
    {
      Sid: 'TakeObjectEvents', Effect: 'Allow',
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      Resource: '<InvalidationObjectEvents.Arn>',
    },
    {
      Sid: 'FollowStream', Effect: 'Allow',
      Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      Resource: productionContext.tableStream,
    },
    { Sid: 'FindStream', Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
    { Sid: 'TellFailedItems', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '<InvalidationFailedItems.Arn>' },
  ]);
});

for (const [name, stage] of stages) {
  test(`${name}: nobody has rights but these two, and none by a managed policy`, () => {
    const roles = stage().properties('AWS::IAM::Role');
    assert.deepEqual(Object.keys(roles).sort(), ['InvalidationInvalidateRole', 'ServeRole']);
    for (const role of Object.values(roles)) {
      assert.equal(role.ManagedPolicyArns, undefined);
      assert.equal(role.Policies, undefined);
      assert.deepEqual(role.AssumeRolePolicyDocument.Statement, [
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
    assert.equal(Object.keys(stage().all('AWS::IAM::Policy')).length, 2);
    assert.ok(!stage().types().includes('AWS::IAM::ManagedPolicy'));
  });
}

test('without a prefix the rights are for all of the bucket', () => {
  const found = statements(production({ prefix: undefined }), 'ServeRole') as any[];
  const resources = found.filter((each) => each.Sid === 'ReadObjects').map((each) => each.Resource);
  assert.deepEqual(resources, ['arn:<AWS::Partition>:s3:::shop/*']);
});

test('keys of KMS may be used when they are named', () => {
  const key = 'arn:aws:kms:eu-central-1:111122223333:key/0b8d4a52-33bd-4d4e-9d3c-6a3b1c1c0f00';
  const found = statements(production({ kmsKeys: key }), 'ServeRole') as any[];
  assert.deepEqual(found.filter((each) => each.Action === 'kms:Decrypt'), [
    { Sid: 'Decrypt', Effect: 'Allow', Action: 'kms:Decrypt', Resource: key },
  ]);
});

test('only what CloudFront and EventBridge need is allowed on resources', () => {
  const stack = production();
  const calls = Object.values(stack.properties('AWS::Lambda::Permission'));
  assert.deepEqual([...new Set(calls.map((call) => call.Principal))], ['cloudfront.amazonaws.com']);
  for (const policy of Object.values(stack.properties('AWS::SQS::QueuePolicy'))) {
    for (const statement of policy.PolicyDocument.Statement) {
      const actions = [statement.Action].flat();
      assert.ok(actions.every((action) => ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'].includes(action)));
      assert.deepEqual(statement.Principal, { Service: 'events.amazonaws.com' });
      assert.equal(statement.Condition.ArnEquals['aws:SourceArn'], '<InvalidationObjectsChanged.Arn>');
    }
  }
});
