// All of it together: CloudFront, the function that serves, the cache it shares, the function that invalidates, and alarms.
import { App, CfnOutput, Duration, Stack, Tags } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';

import { Alarms, alarmOnIndex, alarmOnInvalidation, alarmOnServing } from './alarms';
import { Cache } from './cache';
import { alarmOnCache } from './cache_alarms';
import { Front } from './distribution';
import { AsideFunction } from './function';
import { Invalidation } from './invalidation';
import { firstZones, Network } from './network';
import { Origin } from './origin';
import { checkPackage } from './package_file';
import { Parameters } from './parameters';

const zoneCount = 3;
const timeout = Duration.seconds(10); // Aside's own deadline for a request (request.deadline) is three
const readTimeout = Duration.seconds(15); // CloudFront waits longer than the function may take

export class AsideStack extends Stack {
  constructor(app: App, parameters: Parameters) {
    super(app, 'Aside', {
      stackName: parameters.name,
      description: `Aside (${parameters.stage}): a cache-aside engine on Lambda, behind CloudFront`,
      env: { region: parameters.plan.region },
    });
    checkPackage(parameters.packageFile, parameters.architecture);
    Tags.of(this).add('application', 'aside');
    Tags.of(this).add('stage', parameters.stage);

    const network = new Network(this, 'Network', {
      cidr: parameters.cidr,
      nat: parameters.nat,
      zones: parameters.zones.length > 0 ? parameters.zones : firstZones(zoneCount),
    });
    const cache = new Cache(this, 'Cache', { name: parameters.name, network, plan: parameters.plan });
    const origin = new Origin(this, 'Origin', parameters);
    const shared = {
      packageFile: parameters.packageFile,
      architecture: parameters.architecture,
      logDays: parameters.logDays,
      network,
      cache,
      origin,
    };
    const serve = new AsideFunction(this, 'Serve', {
      ...shared,
      handler: 'serve',
      description: 'Aside: answers for items and objects',
      memoryMib: parameters.plan.functionMemoryMib,
      timeout,
      maxInstances: parameters.maxInstances,
      rights: origin.readRights(),
    });
    const url = serve.lambda.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
    const front = new Front(this, 'Front', { url, region: parameters.plan.region, readTimeout, name: parameters.name });
    const invalidation = new Invalidation(this, 'Invalidation', shared);

    const alarms = new Alarms(this, 'Alarms', { topicArn: parameters.alarmTopic, email: parameters.alarmEmail });
    alarmOnServing(alarms, serve.lambda, parameters.maxInstances);
    alarmOnCache(alarms, cache, parameters.maxInstances, parameters.plan.replicasPerShard > 0);
    alarmOnIndex(alarms, origin.tableName);
    alarmOnInvalidation(alarms, invalidation);

    this.tell('Url', `https://${front.distribution.distributionDomainName}`, 'where items and objects are asked for');
    this.tell('DistributionDomain', front.distribution.distributionDomainName, 'what a name of your own is an alias for');
    this.tell('DistributionId', front.distribution.distributionId, 'of CloudFront, to invalidate what it keeps');
    this.tell('CacheEndpoint', cache.endpoint, 'reachable from the functions alone');
    this.tell('Table', origin.tableName, 'the index');
    this.tell('Bucket', origin.bucketName, 'the objects');
    this.tell('ServeFunction', serve.lambda.functionName, 'answers');
    this.tell('InvalidateFunction', invalidation.function.lambda.functionName, 'forgets what has changed');
  }

  private tell(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
