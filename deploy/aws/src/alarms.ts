// What somebody is to be told of: the rules of examples/alarms.yml as far as CloudWatch sees them, and what belongs to Lambda
// and the queues. The cache's are in cache_alarms.ts. Where to begin, not laws.
import { Duration } from 'aws-cdk-lib';
import {
  Alarm, ComparisonOperator, IMetric, MathExpression, Metric, Stats, TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

import { Invalidation } from './invalidation';

const minute = Duration.minutes(1);

export interface AlarmOptions {
  readonly topicArn?: string; // one that is there
  readonly email?: string; // or a new one, for this address
}

export class Alarms extends Construct {
  private readonly topic?: ITopic;

  constructor(scope: Construct, id: string, options: AlarmOptions) {
    super(scope, id);
    if (options.topicArn !== undefined) this.topic = Topic.fromTopicArn(this, 'Topic', options.topicArn);
    if (options.email !== undefined) {
      const topic = new Topic(this, 'Topic', { displayName: 'Aside' });
      topic.addSubscription(new EmailSubscription(options.email));
      this.topic = topic;
    }
  }

  // In `minutes` minutes on end the metric is over the limit. Silence is not alarming: an idle function tells nothing.
  over(id: string, description: string, metric: IMetric, limit: number, minutes: number): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: `Aside: ${description}`,
      metric,
      threshold: limit,
      evaluationPeriods: minutes,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.topic) {
      alarm.addAlarmAction(new SnsAction(this.topic));
      alarm.addOkAction(new SnsAction(this.topic));
    }
  }
}

export function alarmOnServing(alarms: Alarms, serve: LambdaFunction, maxInstances?: number): void {
  const sum = { period: minute, statistic: Stats.SUM };
  // Answers of Aside with 502, 503 or 504 are no errors to Lambda; its URL counts both.
  const failed = new MathExpression({
    label: 'answers with 5xx, per cent',
    expression: '100 * failed / FILL(asked, 1)',
    usingMetrics: { failed: ofUrl(serve, 'Url5xxCount'), asked: ofUrl(serve, 'UrlRequestCount') },
    period: minute,
  });
  alarms.over('AnswersErrors', 'more than one request of a thousand is answered with 5xx', failed, 0.1, 2);
  alarms.over('ServeFails', 'the function that serves ends with errors or in its timeout', serve.metricErrors(sum), 0, 2);
  alarms.over(
    'IsSlow',
    'one request of a hundred takes over a second',
    serve.metricDuration({ period: minute, statistic: Stats.p(99) }),
    1000,
    5,
  );
  alarms.over('IsThrottled', 'Lambda turns requests away: too many at once', serve.metricThrottles(sum), 0, 2);
  if (maxInstances !== undefined) {
    alarms.over(
      'NearlyAllInstances',
      `over 80 % of maxInstances (${maxInstances}) are in use`,
      serve.metric('ConcurrentExecutions', { period: minute, statistic: Stats.MAXIMUM }),
      0.8 * maxInstances,
      5,
    );
  }
}

export function alarmOnIndex(alarms: Alarms, tableName: string): void {
  const throttled = new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: 'ReadThrottleEvents',
    dimensionsMap: { TableName: tableName },
    period: minute,
    statistic: Stats.SUM,
  });
  alarms.over('IndexThrottles', 'the table says that too much is asked of it', throttled, 0, 5);
}

export function alarmOnInvalidation(alarms: Alarms, invalidation: Invalidation): void {
  const invalidate = invalidation.function.lambda;
  const sum = { period: minute, statistic: Stats.SUM };
  const max = { period: minute, statistic: Stats.MAXIMUM };
  alarms.over('InvalidateFails', 'the function that invalidates ends with errors', invalidate.metricErrors(sum), 0, 5);
  alarms.over('InvalidateIsThrottled', 'Lambda turns invalidations away', invalidate.metricThrottles(sum), 0, 5);
  alarms.over(
    'ObjectEventsWait',
    'what was written to the bucket is told more than a minute late',
    invalidation.objectEvents.metricApproximateAgeOfOldestMessage(max),
    60,
    3,
  );
  alarms.over(
    'ObjectsNotTold',
    'objects changed and Aside was not told: their events are in the queue of failed objects',
    invalidation.failedObjects.metricApproximateNumberOfMessagesVisible(max),
    0,
    1,
  );
  if (invalidation.failedItems === undefined) return;
  alarms.over(
    'ItemsWait',
    'what was written to the table is told more than a minute late',
    invalidate.metric('IteratorAge', max),
    60_000,
    3,
  );
  alarms.over(
    'ItemsNotTold',
    'items changed and Aside was not told: which records is in the queue of failed items',
    invalidation.failedItems.metricApproximateNumberOfMessagesVisible(max),
    0,
    1,
  );
}

function ofUrl(serve: LambdaFunction, metricName: string): Metric {
  return serve.metric(metricName, { period: minute, statistic: Stats.SUM });
}
