// The table and the bucket: those that are there, by name, or ones made for a test.
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

import { Parameters } from './parameters';

export class Origin extends Construct {
  readonly tableName: string;
  readonly tableArn: string;
  readonly tableStreamArn?: string;
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly prefix: string;
  readonly indexUrl: string; // index.url
  readonly objectsUrl: string; // objects.url
  private readonly kmsKeys: string[];

  constructor(scope: Construct, id: string, parameters: Parameters) {
    super(scope, id);
    const stack = Stack.of(this);
    if (parameters.table === undefined) {
      const table = madeTable(this);
      this.tableName = table.tableName;
      this.tableArn = table.tableArn;
      this.tableStreamArn = table.tableStreamArn;
    } else {
      this.tableName = parameters.table;
      this.tableArn = stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: this.tableName });
      this.tableStreamArn = parameters.tableStream;
    }
    this.bucketName = parameters.bucket ?? madeBucket(this).bucketName;
    this.bucketArn = `arn:${stack.partition}:s3:::${this.bucketName}`;
    this.prefix = parameters.prefix;
    this.kmsKeys = parameters.kmsKeys;

    const region = parameters.plan.region;
    const query = parameters.tableQuery === '' ? '' : `&${parameters.tableQuery}`;
    this.indexUrl = `dynamodb://${this.tableName}?region=${region}${query}`;
    const folder = this.prefix.split('/').map(encodeURIComponent).join('/');
    this.objectsUrl = `s3://${this.bucketName}/${folder}?region=${region}`;
  }

  // What a function that serves may do with them. docs/operating.md says what each is for.
  readRights(): PolicyStatement[] {
    const rights = [
      new PolicyStatement({
        sid: 'ReadIndex',
        actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
        resources: [this.tableArn],
      }),
      new PolicyStatement({
        sid: 'ReadObjects',
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: [`${this.bucketArn}/${this.prefix}*`],
      }),
      // Nothing is ever listed. S3 looks for this right, with the object's key as the prefix, before it says that an
      // object does not exist: without it, it answers 403, which Aside never takes for absence.
      new PolicyStatement({
        sid: 'TellAbsentFromForbidden',
        actions: ['s3:ListBucket'],
        resources: [this.bucketArn],
        conditions: { StringLike: { 's3:prefix': `${this.prefix}*` } },
      }),
    ];
    if (this.kmsKeys.length > 0) {
      rights.push(
        new PolicyStatement({ sid: 'Decrypt', effect: Effect.ALLOW, actions: ['kms:Decrypt'], resources: this.kmsKeys }),
      );
    }
    return rights;
  }
}

// Data outlives the stack. Only what could not be made in full goes again, so that a failed start leaves nothing behind.
const kept = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

function madeTable(scope: Construct): Table {
  return new Table(scope, 'Items', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType.KEYS_ONLY,
    removalPolicy: kept,
  });
}

function madeBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Objects', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    versioned: true,
    removalPolicy: kept,
  });
  // The construct's own switch for this would bring a Lambda function of its own to turn it.
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  return bucket;
}
