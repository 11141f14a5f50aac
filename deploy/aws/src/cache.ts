// L2: a replication group of Valkey in cluster mode, which only the functions' IAM identities may use.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import {
  CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup, CfnUser, CfnUserGroup,
} from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';

import { cachePort, Network } from './network';
import { Plan } from './plan';

// What `aside config --acl` prints, as ElastiCache writes it.
export const accessString =
  'on ~aside:* resetchannels -@all +hello +auth +ping +client|tracking +client|setname +readonly +asking ' +
  '+cluster|slots +cluster|info +get +pttl +set +evalsha +eval +del +exists +pexpire';

export interface CacheOptions {
  readonly name: string;
  readonly network: Network;
  readonly plan: Plan;
}

export class Cache extends Construct {
  readonly name: string;
  readonly endpoint: string;
  readonly url: string; // l2.url
  readonly connectResources: string[]; // of elasticache:Connect

  // Each is a cluster of one node to CloudWatch. They are named so at the start; ElastiCache numbers on when shards
  // come and go.
  readonly nodeNames: string[];

  constructor(scope: Construct, id: string, options: CacheOptions) {
    super(scope, id);
    const { plan } = options;
    const user = iamUser(this, options.name);
    const users = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: options.name,
      // A group of Valkey's needs no user "default", unlike one of Redis: who does not log in as this user may nothing.
      userIds: [user.ref],
    });
    const group = new CfnReplicationGroup(this, 'Nodes', {
      replicationGroupId: options.name,
      replicationGroupDescription: 'Aside: the cache that its functions share',
      engine: 'valkey',
      engineVersion: '8.1',
      cacheNodeType: plan.nodeType,
      numNodeGroups: plan.shards,
      replicasPerNodeGroup: plan.replicasPerShard,
      automaticFailoverEnabled: true, // cluster mode has no other way, also without a replica
      multiAzEnabled: plan.replicasPerShard > 0,
      port: cachePort,
      cacheSubnetGroupName: subnetGroup(this, options).ref,
      securityGroupIds: [options.network.cacheGroup.securityGroupId],
      cacheParameterGroupName: parameterGroup(this).ref,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      userGroupIds: [users.ref],
      snapshotRetentionLimit: 0, // everything in it can be loaded again
      autoMinorVersionUpgrade: true,
    });
    // Another number of shards moves slots, while it serves. Without this CloudFormation would make a new, empty cluster.
    group.cfnOptions.updatePolicy = { useOnlineResharding: true };

    this.name = group.ref;
    this.endpoint = `${group.attrConfigurationEndPointAddress}:${group.attrConfigurationEndPointPort}`;
    this.url = `rediss://${options.name}@${this.endpoint}?auth=iam&name=${this.name}&region=${plan.region}`;
    this.connectResources = [
      Stack.of(this).formatArn({
        service: 'elasticache',
        resource: 'replicationgroup',
        resourceName: this.name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      Stack.of(this).formatArn({
        service: 'elasticache',
        resource: 'user',
        resourceName: user.ref,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ];
    this.nodeNames = nodeNames(this.name, plan);
  }
}

function iamUser(scope: Construct, name: string): CfnUser {
  return new CfnUser(scope, 'User', {
    engine: 'valkey',
    userId: name,
    userName: name, // must be the same where IAM authenticates
    authenticationMode: { Type: 'iam' },
    accessString,
  });
}

function subnetGroup(scope: Construct, options: CacheOptions): CfnSubnetGroup {
  return new CfnSubnetGroup(scope, 'Subnets', {
    description: 'Aside: the cache',
    subnetIds: options.network.cacheSubnetIds,
  });
}

// docs/operating.md says what each is for.
function parameterGroup(scope: Construct): CfnParameterGroup {
  return new CfnParameterGroup(scope, 'Settings', {
    cacheParameterGroupFamily: 'valkey8',
    description: 'Aside: a cache, in cluster mode',
    properties: {
      'cluster-enabled': 'yes',
      'maxmemory-policy': 'allkeys-lru',
      'cluster-require-full-coverage': 'no',
      'cluster-allow-reads-when-down': 'yes',
    },
  });
}

function nodeNames(group: string, plan: Plan): string[] {
  const names: string[] = [];
  for (let shard = 1; shard <= plan.shards; shard++) {
    for (let node = 1; node <= 1 + plan.replicasPerShard; node++) {
      names.push(`${group}-${String(shard).padStart(4, '0')}-${String(node).padStart(3, '0')}`);
    }
  }
  return names;
}
