// Three zones; in each a subnet for the functions and one for the cache. Neither leads out: DynamoDB and S3 are reached by
// gateway endpoints, which are routes and cost nothing, and nothing else is needed (README.md says why).
import { Fn } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService, IpAddresses, Peer, Port, SecurityGroup, SubnetConfiguration, SubnetType, Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export const cachePort = 6379;

const functionSubnets = 'function';
const cacheSubnets = 'cache';
const subnetBits = 24; // 251 addresses a zone; a function needs a few, whatever its concurrency

export interface NetworkOptions {
  readonly cidr: string;
  readonly zones: string[];
  readonly nat: boolean;
}

// Named by its place in the region's list, since names are not known before it is deployed.
export function firstZones(count: number): string[] {
  return Array.from({ length: count }, (_, index) => Fn.select(index, Fn.getAzs()));
}

export class Network extends Construct {
  readonly vpc: Vpc;
  readonly functionGroup: SecurityGroup;
  readonly cacheGroup: SecurityGroup;

  constructor(scope: Construct, id: string, options: NetworkOptions) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(options.cidr),
      availabilityZones: options.zones,
      natGateways: options.nat ? options.zones.length : 0,
      subnetConfiguration: subnets(options.nat),
    });
    for (const [name, service] of [
      ['Dynamodb', GatewayVpcEndpointAwsService.DYNAMODB],
      ['S3', GatewayVpcEndpointAwsService.S3],
    ] as const) {
      this.vpc.addGatewayEndpoint(name, { service, subnets: [{ subnetGroupName: functionSubnets }] });
    }
    this.functionGroup = this.group('FunctionGroup', 'Aside: the functions');
    this.cacheGroup = this.group('CacheGroup', 'Aside: the cache, which opens no connection itself');
    this.cacheGroup.addIngressRule(this.functionGroup, Port.tcp(cachePort), 'the functions, to the cache');
    this.functionGroup.addEgressRule(this.cacheGroup, Port.tcp(cachePort), 'the functions, to the cache');
    // To any address, since those of DynamoDB and S3 are known by prefix lists whose ids differ by region. Without a NAT
    // the subnet's routes lead to those two and nowhere else.
    this.functionGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'DynamoDB and S3');
  }

  get functionSubnets() {
    return this.vpc.selectSubnets({ subnetGroupName: functionSubnets });
  }

  get cacheSubnetIds(): string[] {
    return this.vpc.selectSubnets({ subnetGroupName: cacheSubnets }).subnetIds;
  }

  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }
}

// Ranges are handed out in this order: the public subnets are last, so that a NAT added later moves nothing.
function subnets(nat: boolean): SubnetConfiguration[] {
  const all: SubnetConfiguration[] = [
    {
      name: functionSubnets,
      subnetType: nat ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
      cidrMask: subnetBits,
    },
    { name: cacheSubnets, subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: subnetBits },
  ];
  if (nat) all.push({ name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: subnetBits, mapPublicIpOnLaunch: false });
  return all;
}
