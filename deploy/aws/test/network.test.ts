import assert from 'node:assert/strict';
import { test } from 'node:test';

import { production, stages, Synthesised, testStage } from './synthesised';

function subnets(stack: Synthesised, name: string) {
  return Object.entries(stack.properties('AWS::EC2::Subnet')).filter(([id]) => id.includes(`Vpc${name}Subnet`));
}

for (const [name, stage] of stages) {
  test(`${name}: a VPC over three zones with separate subnets for the function and the cache`, () => {
    const stack = stage();
    assert.equal(Object.keys(stack.all('AWS::EC2::VPC')).length, 1);
    const zones = ['<zones>[0]', '<zones>[1]', '<zones>[2]'];
    for (const name of ['function', 'cache']) {
      const found = subnets(stack, name).map(([, subnet]) => subnet);
      assert.deepEqual(found.map((subnet) => subnet.AvailabilityZone), zones);
      assert.ok(found.every((subnet) => subnet.MapPublicIpOnLaunch === false));
    }
    assert.equal(Object.keys(stack.all('AWS::EC2::Subnet')).length, 6);
    const functionIds = subnets(stack, 'function').map(([id]) => `<${id}>`);
    const cacheIds = subnets(stack, 'cache').map(([id]) => `<${id}>`);
    assert.deepEqual(stack.one('AWS::ElastiCache::SubnetGroup').SubnetIds, cacheIds);
    for (const each of Object.values(stack.properties('AWS::Lambda::Function'))) {
      assert.deepEqual(each.VpcConfig.SubnetIds, functionIds);
      assert.deepEqual(each.VpcConfig.SecurityGroupIds, ['<NetworkFunctionGroup.GroupId>']);
    }
  });
}

test('zones may be named', () => {
  const stack = testStage({ zones: 'eu-central-1a,eu-central-1c,eu-central-1b' });
  const zones = subnets(stack, 'cache').map(([, subnet]) => subnet.AvailabilityZone);
  assert.deepEqual(zones, ['eu-central-1a', 'eu-central-1c', 'eu-central-1b']);
});

test('gateway endpoints for DynamoDB and S3, and no interface endpoint', () => {
  const endpoints = Object.values(production().properties('AWS::EC2::VPCEndpoint'));
  const routes = Object.keys(production().all('AWS::EC2::RouteTable')).filter((id) => id.includes('Vpcfunction'));
  assert.equal(routes.length, 3);
  assert.deepEqual(
    endpoints.map((endpoint) => [endpoint.ServiceName, endpoint.VpcEndpointType, endpoint.RouteTableIds]),
    ['dynamodb', 's3'].map((service) => [
      `com.amazonaws.<AWS::Region>.${service}`, 'Gateway', routes.map((route) => `<${route}>`),
    ]),
  );
});

test('no NAT unless asked for: nothing leads out', () => {
  const types = production().types();
  for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EIP', 'AWS::EC2::Route']) {
    assert.ok(!types.includes(type), type);
  }
});

test('a NAT in each zone when asked for, and no range of addresses moves', () => {
  const without = production();
  const asked = production({ nat: 'true' });
  assert.equal(Object.keys(asked.all('AWS::EC2::NatGateway')).length, 3);
  for (const name of ['function', 'cache']) {
    assert.deepEqual(
      subnets(asked, name).map(([id, subnet]) => [id, subnet.CidrBlock]),
      subnets(without, name).map(([id, subnet]) => [id, subnet.CidrBlock]),
    );
  }
  const routes = Object.entries(asked.properties('AWS::EC2::Route')).filter(([, route]) => route.NatGatewayId);
  assert.equal(routes.length, 3);
  assert.ok(routes.every(([, route]) => route.RouteTableId.includes('Vpcfunction')), 'the cache has no way out');
});

test('port 6379 of the cache is reachable from the function\'s group alone', () => {
  const stack = production();
  const { Description, ...rule } = stack.one('AWS::EC2::SecurityGroupIngress');
  assert.equal(Description, 'the functions, to the cache');
  assert.deepEqual(rule, {
    GroupId: '<NetworkCacheGroup.GroupId>',
    SourceSecurityGroupId: '<NetworkFunctionGroup.GroupId>',
    IpProtocol: 'tcp',
    FromPort: 6379,
    ToPort: 6379,
  });
  const groups = Object.values(stack.properties('AWS::EC2::SecurityGroup'));
  assert.equal(groups.length, 2);
  assert.ok(groups.every((group) => group.SecurityGroupIngress === undefined), 'nothing else is let in anywhere');
  const cache = stack.one('AWS::ElastiCache::ReplicationGroup');
  assert.deepEqual(cache.SecurityGroupIds, ['<NetworkCacheGroup.GroupId>']);
  assert.equal(cache.Port, 6379);
});

test('the cache\'s group lets nothing out', () => {
  const stack = production();
  const { SecurityGroupEgress: egress } = stack.properties('AWS::EC2::SecurityGroup')['NetworkCacheGroup'];
  // How "nothing" is written: an empty list would be taken for "everything".
  assert.equal(egress.length, 1);
  assert.equal(egress[0].CidrIp, '255.255.255.255/32');
  assert.equal(egress[0].IpProtocol, 'icmp');
  assert.notEqual(stack.one('AWS::EC2::SecurityGroupEgress').GroupId, '<NetworkCacheGroup.GroupId>');
});

test('the functions reach the cache\'s port, and 443', () => {
  const stack = production();
  const inline = stack.properties('AWS::EC2::SecurityGroup')['NetworkFunctionGroup'].SecurityGroupEgress;
  assert.deepEqual(
    inline.map((rule: any) => [rule.CidrIp, rule.IpProtocol, rule.FromPort, rule.ToPort]),
    [['0.0.0.0/0', 'tcp', 443, 443]],
  );
  const { Description, ...rule } = stack.one('AWS::EC2::SecurityGroupEgress');
  assert.equal(Description, 'the functions, to the cache');
  assert.deepEqual(rule, {
    GroupId: '<NetworkFunctionGroup.GroupId>',
    DestinationSecurityGroupId: '<NetworkCacheGroup.GroupId>',
    IpProtocol: 'tcp',
    FromPort: 6379,
    ToPort: 6379,
  });
});
