// Tells Aside what others wrote: a function that turns S3's events and the table's stream into invalidations, through L2.
//
//   bucket -> EventBridge -> queue -> function      what fails five times -> failed objects
//   table's stream ----------------> function      what fails for an hour -> failed items
//
// S3's events come by EventBridge, not by the bucket's own notifications: those are part of the bucket, and an existing one
// could be given them only by a function of CloudFormation's that rewrites a configuration which others share. A rule is
// this stack's own. What is left to do on the bucket is one switch, which names nobody.
import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import { AsideFunction, AsideFunctionOptions } from './function';
import { Origin } from './origin';

const timeout = Duration.minutes(1);
const memoryMib = 256;
const objectsBatch = 10; // messages; the most there are without waiting for more
const objectsAttempts = 5;
const objectsInstances = 10; // at once, so that a bulk write does not take the cache's connections from those who serve
const itemsBatch = 100; // records
const itemsAttempts = 100;
const itemsAge = Duration.hours(1); // what is older has expired by itself: index.stale_if_error

export type InvalidationOptions = Omit<
  AsideFunctionOptions,
  'handler' | 'description' | 'rights' | 'memoryMib' | 'timeout' | 'maxInstances'
>;

export class Invalidation extends Construct {
  readonly function: AsideFunction;
  readonly objectEvents: Queue;
  readonly failedObjects: Queue;
  readonly failedItems?: Queue;

  constructor(scope: Construct, id: string, options: InvalidationOptions) {
    super(scope, id);
    this.failedObjects = failed(this, 'FailedObjects');
    this.objectEvents = new Queue(this, 'ObjectEvents', {
      visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()), // what Lambda asks for
      deadLetterQueue: { queue: this.failedObjects, maxReceiveCount: objectsAttempts },
    });
    const rights = [takeFrom(this.objectEvents)];
    const stream = options.origin.tableStreamArn;
    if (stream !== undefined) {
      this.failedItems = failed(this, 'FailedItems');
      rights.push(...followStream(stream), putInto(this.failedItems));
    }
    this.function = new AsideFunction(this, 'Invalidate', {
      ...options,
      handler: 'invalidate',
      description: 'Aside: forgets what has changed in the bucket and the table',
      memoryMib,
      timeout,
      rights,
    });
    objectRule(this, options.origin, this.objectEvents, this.failedObjects);
    this.followObjects();
    if (stream !== undefined && this.failedItems) this.followItems(stream, this.failedItems);
  }

  private followObjects(): void {
    new CfnEventSourceMapping(this, 'FromObjects', {
      functionName: this.function.lambda.functionName,
      eventSourceArn: this.objectEvents.queueArn,
      batchSize: objectsBatch,
      scalingConfig: { maximumConcurrency: objectsInstances },
      functionResponseTypes: ['ReportBatchItemFailures'],
    });
  }

  private followItems(stream: string, failedItems: Queue): void {
    new CfnEventSourceMapping(this, 'FromItems', {
      functionName: this.function.lambda.functionName,
      eventSourceArn: stream,
      startingPosition: 'LATEST',
      batchSize: itemsBatch,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: itemsAttempts,
      maximumRecordAgeInSeconds: itemsAge.toSeconds(),
      functionResponseTypes: ['ReportBatchItemFailures'],
      destinationConfig: { onFailure: { destination: failedItems.queueArn } },
    });
  }
}

function failed(scope: Construct, id: string): Queue {
  return new Queue(scope, id, { retentionPeriod: Duration.days(14) });
}

function objectRule(scope: Construct, origin: Origin, queue: Queue, failedObjects: Queue): void {
  new Rule(scope, 'ObjectsChanged', {
    description: 'Aside: objects that are written or removed',
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created', 'Object Deleted'],
      detail: {
        bucket: { name: [origin.bucketName] },
        ...(origin.prefix === '' ? {} : { object: { key: [{ prefix: origin.prefix }] } }),
      },
    },
    targets: [new SqsQueue(queue, { deadLetterQueue: failedObjects })],
  });
}

function takeFrom(queue: Queue): PolicyStatement {
  return new PolicyStatement({
    sid: 'TakeObjectEvents',
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: [queue.queueArn],
  });
}

function followStream(stream: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'FollowStream',
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [stream],
    }),
    // Lambda asks which streams there are, and that has no narrower form.
    new PolicyStatement({ sid: 'FindStream', actions: ['dynamodb:ListStreams'], resources: ['*'] }),
  ];
}

function putInto(queue: Queue): PolicyStatement {
  return new PolicyStatement({ sid: 'TellFailedItems', actions: ['sqs:SendMessage'], resources: [queue.queueArn] });
}
