import assert from 'node:assert/strict';
import { test } from 'node:test';

import { production, productionContext, Synthesised, testStage } from './synthesised';

function mapping(stack: Synthesised, id: string): any {
  const { Tags, ...properties } = stack.properties('AWS::Lambda::EventSourceMapping')[id];
  return properties;
}

test('S3\'s events go by EventBridge to a queue, those of the prefix alone', () => {
  const rule = production().one('AWS::Events::Rule');
  assert.deepEqual(rule.EventPattern, {
    'source': ['aws.s3'],
    'detail-type': ['Object Created', 'Object Deleted'],
    'detail': { bucket: { name: ['shop'] }, object: { key: [{ prefix: 'de/' }] } },
  });
  assert.equal(rule.State, 'ENABLED');
  assert.deepEqual(rule.Targets, [
    { Id: 'Target0', Arn: '<InvalidationObjectEvents.Arn>', DeadLetterConfig: { Arn: '<InvalidationFailedObjects.Arn>' } },
  ]);
  const whole = production({ prefix: undefined }).one('AWS::Events::Rule');
  assert.deepEqual(whole.EventPattern.detail, { bucket: { name: ['shop'] } });
});

test('EventBridge may send to both queues', () => {
  const policies = Object.values(production().properties('AWS::SQS::QueuePolicy'));
  assert.deepEqual(
    policies.flatMap((policy) => policy.Queues).sort(),
    ['<InvalidationFailedObjects>', '<InvalidationObjectEvents>'],
  );
});

test('a second function turns S3 events into invalidations, and what fails again and again is kept', () => {
  const stack = production();
  assert.deepEqual(mapping(stack, 'InvalidationFromObjects'), {
    FunctionName: '<InvalidationInvalidateFunction>',
    EventSourceArn: '<InvalidationObjectEvents.Arn>',
    BatchSize: 10,
    ScalingConfig: { MaximumConcurrency: 10 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  const queues = stack.properties('AWS::SQS::Queue');
  assert.deepEqual(queues['InvalidationObjectEvents'].RedrivePolicy, {
    deadLetterTargetArn: '<InvalidationFailedObjects.Arn>',
    maxReceiveCount: 5,
  });
  const { Timeout: timeout } = stack.properties('AWS::Lambda::Function')['InvalidationInvalidateFunction'];
  assert.equal(queues['InvalidationObjectEvents'].VisibilityTimeout, 6 * timeout);
  assert.equal(queues['InvalidationFailedObjects'].MessageRetentionPeriod, 14 * 24 * 3600);
});

test('and DynamoDB Streams, with bisecting, retries and a destination for what fails', () => {
  const stack = production();
  assert.deepEqual(mapping(stack, 'InvalidationFromItems'), {
    FunctionName: '<InvalidationInvalidateFunction>',
    EventSourceArn: productionContext.tableStream,
    StartingPosition: 'LATEST',
    BatchSize: 100,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 100,
    MaximumRecordAgeInSeconds: 3600,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    DestinationConfig: { OnFailure: { Destination: '<InvalidationFailedItems.Arn>' } },
  });
  assert.equal(stack.properties('AWS::SQS::Queue')['InvalidationFailedItems'].MessageRetentionPeriod, 14 * 24 * 3600);
});

test('a table and a bucket made for a test tell what changes, keys alone', () => {
  const stack = testStage();
  assert.deepEqual(stack.one('AWS::DynamoDB::Table').StreamSpecification, { StreamViewType: 'KEYS_ONLY' });
  assert.equal(mapping(stack, 'InvalidationFromItems').EventSourceArn, '<OriginItems.StreamArn>');
  const { EventBridgeConfiguration: switched } = stack.one('AWS::S3::Bucket').NotificationConfiguration;
  assert.deepEqual(switched, { EventBridgeEnabled: true });
  assert.deepEqual(stack.one('AWS::Events::Rule').EventPattern.detail.bucket.name, ['<OriginObjects>']);
});

test('without a stream only S3\'s events are followed', () => {
  const stack = production({ tableStream: undefined });
  assert.deepEqual(Object.keys(stack.all('AWS::Lambda::EventSourceMapping')), ['InvalidationFromObjects']);
  assert.equal(stack.properties('AWS::SQS::Queue')['InvalidationFailedItems'], undefined);
  assert.equal(stack.properties('AWS::CloudWatch::Alarm')['AlarmsItemsWait'], undefined);
});
