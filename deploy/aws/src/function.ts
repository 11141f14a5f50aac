// One of the two functions that the package serves; its handler says which. Each has a role of its own, with these rights
// and what its maker adds.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SecurityGroup, SubnetSelection, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture as Processor, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { Cache } from './cache';
import { freshnessVariables } from './freshness';
import { Network } from './network';
import { Origin } from './origin';
import { Architecture } from './package_file';

export interface AsideFunctionOptions {
  readonly handler: 'serve' | 'invalidate';
  readonly description: string;
  readonly packageFile: string;
  readonly architecture: Architecture;
  readonly memoryMib: number;
  readonly timeout: Duration;
  readonly logDays: number;
  readonly maxInstances?: number;
  readonly network: Network;
  readonly cache: Cache;
  readonly origin: Origin;
  readonly rights: PolicyStatement[];
}

export class AsideFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, options: AsideFunctionOptions) {
    super(scope, id);
    const logs = new LogGroup(this, 'Logs', {
      retention: options.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // it empties itself
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    for (const right of [...commonRights(logs, options.cache), ...options.rights]) this.role.addToPolicy(right);
    this.lambda = new LambdaFunction(this, 'Function', {
      description: options.description,
      runtime: Runtime.PROVIDED_AL2023,
      architecture: options.architecture === 'arm64' ? Processor.ARM_64 : Processor.X86_64,
      code: Code.fromAsset(options.packageFile),
      handler: options.handler,
      memorySize: options.memoryMib,
      timeout: options.timeout,
      reservedConcurrentExecutions: options.maxInstances,
      role: this.role,
      logGroup: logs,
      environment: variables(options),
      ...placement(options.network),
    });
  }
}

function placement(network: Network): { vpc: Vpc; vpcSubnets: SubnetSelection; securityGroups: SecurityGroup[] } {
  return {
    vpc: network.vpc,
    vpcSubnets: { subnets: network.functionSubnets.subnets },
    securityGroups: [network.functionGroup],
  };
}

// Parameters of docs/configuration.md. A half of the memory is L1, a quarter is for values on their way out and in, and a
// quarter is left for the program, its connections and buffers.
function variables(options: AsideFunctionOptions): Record<string, string> {
  return {
    ASIDE_INDEX_URL: options.origin.indexUrl,
    ASIDE_OBJECTS_URL: options.origin.objectsUrl,
    ASIDE_L2_URL: options.cache.url,
    ASIDE_MEMORY_CAPACITY: `${Math.floor(options.memoryMib / 2)}MiB`,
    ASIDE_MEMORY_LENT_MAX: `${Math.floor(options.memoryMib / 8)}MiB`,
    ASIDE_ORIGIN_MAX_BYTES_IN_FLIGHT: `${Math.floor(options.memoryMib / 8)}MiB`,
    ASIDE_LOG_FORMAT: 'json',
    ...freshnessVariables,
  };
}

// Lambda's own part of a function in a VPC uses these in the role's name. The managed policy AWSLambdaVPCAccessExecutionRole
// has them too, but also lets the function write every log group of the account.
const networkInterfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

function commonRights(logs: LogGroup, cache: Cache): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logs.logGroupArn],
    }),
    // Lambda wants these on every resource.
    new PolicyStatement({ sid: 'AttachToVpc', actions: networkInterfaceActions, resources: ['*'] }),
    // And this takes them from the code: only its own calls carry the function's ARN, not those Lambda makes for it.
    new PolicyStatement({
      sid: 'ButNotByCode',
      effect: Effect.DENY,
      actions: networkInterfaceActions,
      resources: ['*'],
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
    new PolicyStatement({ sid: 'LogIn', actions: ['elasticache:Connect'], resources: cache.connectResources }),
  ];
}
