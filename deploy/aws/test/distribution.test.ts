import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shieldRegion } from '../src/origin_shield';
import { production, testStage } from './synthesised';

const config = () => production().one('AWS::CloudFront::Distribution').DistributionConfig;
const policy = () => production().one('AWS::CloudFront::CachePolicy').CachePolicyConfig;

test('the 3-minute time-to-live', () => {
  assert.equal(policy().DefaultTTL, 180);
  assert.equal(policy().MinTTL, 0);
  const { Variables: variables } = production().properties('AWS::Lambda::Function')['ServeFunction'].Environment;
  assert.equal(variables.ASIDE_HTTP_MAX_AGE, '180s');
});

test('stale-while-revalidate and stale-if-error have room under the greatest time-to-live', () => {
  const { Variables: variables } = production().properties('AWS::Lambda::Function')['ServeFunction'].Environment;
  const seconds = (name: string) => Number(/^(\d+)s$/.exec(variables[name])?.[1]);
  assert.equal(seconds('ASIDE_HTTP_STALE_WHILE_REVALIDATE'), 60);
  assert.ok(policy().MaxTTL >= seconds('ASIDE_HTTP_MAX_AGE') + seconds('ASIDE_HTTP_STALE_WHILE_REVALIDATE'));
  assert.equal(policy().MaxTTL, seconds('ASIDE_HTTP_MAX_AGE') + seconds('ASIDE_HTTP_STALE_IF_ERROR'));
});

test('origin shield in the region', () => {
  assert.equal(config().Origins.length, 1);
  assert.deepEqual(config().Origins[0].OriginShield, { Enabled: true, OriginShieldRegion: 'eu-central-1' });
});

test('where a region has no origin shield, the nearest one', () => {
  const stack = testStage({ region: 'eu-north-1' });
  const { Origins: origins } = stack.one('AWS::CloudFront::Distribution').DistributionConfig;
  assert.equal(origins[0].OriginShield.OriginShieldRegion, 'eu-west-2');
  assert.throws(() => shieldRegion('xx-nowhere-1'), /^Error: no origin shield is known near xx-nowhere-1/);
});

test('caching is by the path and ?version= only', () => {
  assert.deepEqual(policy().ParametersInCacheKeyAndForwardedToOrigin, {
    HeadersConfig: { HeaderBehavior: 'none' },
    CookiesConfig: { CookieBehavior: 'none' },
    QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['version'] },
    EnableAcceptEncodingBrotli: false,
    EnableAcceptEncodingGzip: false,
  });
  const { DefaultCacheBehavior: reads } = config();
  assert.equal(reads.CachePolicyId, '<FrontByPathAndVersion>');
  // Nothing else of the request reaches the function, its Host least of all.
  assert.equal(reads.OriginRequestPolicyId, undefined);
  assert.equal(reads.Compress, false);
  assert.deepEqual(reads.AllowedMethods, ['GET', 'HEAD']);
  assert.deepEqual(reads.CachedMethods, ['GET', 'HEAD']);
});

test('batches are never cached', () => {
  const { CacheBehaviors: others } = config();
  assert.deepEqual(others.map((each: any) => each.PathPattern), ['/items:batch']);
  assert.equal(others[0].CachePolicyId, '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'); // CloudFront's CachingDisabled
  assert.equal(others[0].OriginRequestPolicyId, 'b689b0a8-53d0-40ab-baf2-68738e2966ac'); // AllViewerExceptHostHeader
  assert.ok(others[0].AllowedMethods.includes('POST'));
});

test('errors are kept no longer than Aside believes them', () => {
  assert.deepEqual(
    config().CustomErrorResponses.map((each: any) => [each.ErrorCode, each.ErrorCachingMinTTL]),
    [[404, 2], [500, 1], [502, 1], [503, 1], [504, 1]],
  );
  assert.ok(config().CustomErrorResponses.every((each: any) => each.ResponsePagePath === undefined));
});

test('only this distribution may call the function, and signs what it asks', () => {
  const stack = production();
  assert.equal(stack.one('AWS::Lambda::Url').AuthType, 'AWS_IAM');
  assert.equal(stack.one('AWS::Lambda::Url').TargetFunctionArn, '<ServeFunction.Arn>');
  const { OriginAccessControlConfig: control } = stack.one('AWS::CloudFront::OriginAccessControl');
  assert.equal(control.OriginAccessControlOriginType, 'lambda');
  assert.equal(control.SigningBehavior, 'always');
  assert.equal(control.SigningProtocol, 'sigv4');
  const [origin] = config().Origins;
  assert.equal(origin.OriginAccessControlId, '<FrontSigning.Id>');
  assert.equal(origin.DomainName, '<ServeFunctionFunctionUrl.FunctionUrl> split by /, 2');
  assert.equal(origin.CustomOriginConfig.OriginProtocolPolicy, 'https-only');
  const from = 'arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<FrontDistribution>';
  const calls = Object.values(stack.properties('AWS::Lambda::Permission'));
  // Both are needed since October 2025.
  assert.deepEqual(
    calls.map((call) => [call.Action, call.Principal, call.SourceArn, call.FunctionName, call.InvokedViaFunctionUrl]),
    [
      ['lambda:InvokeFunctionUrl', 'cloudfront.amazonaws.com', from, '<ServeFunctionFunctionUrl.FunctionArn>', undefined],
      ['lambda:InvokeFunction', 'cloudfront.amazonaws.com', from, '<ServeFunctionFunctionUrl.FunctionArn>', true],
    ],
  );
});

test('CloudFront waits longer than the function may take', () => {
  const { Timeout: timeout } = production().properties('AWS::Lambda::Function')['ServeFunction'];
  assert.ok(config().Origins[0].CustomOriginConfig.OriginReadTimeout > timeout);
});

test('readers are led to https, writers must use it', () => {
  assert.equal(config().DefaultCacheBehavior.ViewerProtocolPolicy, 'redirect-to-https');
  assert.equal(config().CacheBehaviors[0].ViewerProtocolPolicy, 'https-only');
});

test('names in CloudFront, which has one space of them, tell stacks and regions apart', () => {
  const names = [production(), testStage(), testStage({ region: 'eu-west-1' }), testStage({ name: 'other' })].map((stack) => [
    stack.one('AWS::CloudFront::CachePolicy').CachePolicyConfig.Name,
    stack.one('AWS::CloudFront::OriginAccessControl').OriginAccessControlConfig.Name,
  ]);
  const expected = ['aside-production-eu-central-1', 'aside-test-eu-central-1', 'aside-test-eu-west-1', 'other-eu-central-1'];
  assert.deepEqual(names, expected.map((name) => [name, name]));
});
