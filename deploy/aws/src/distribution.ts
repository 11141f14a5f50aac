// CloudFront before the function that serves.
//
// The function is reached by its Function URL, which only this distribution may call: it signs what it asks (origin access
// control). An HTTP API would do too, but it is paid by the request, and anybody could call it past the cache. The price is
// that CloudFront does not sign bodies: a client that posts a batch says the body's SHA-256 itself, in x-amz-content-sha256.
import { Duration } from 'aws-cdk-lib';
import {
  AllowedMethods, BehaviorOptions, CachePolicy, CacheCookieBehavior, CachedMethods, CacheHeaderBehavior,
  CacheQueryStringBehavior, Distribution, ErrorResponse,
  FunctionUrlOriginAccessControl, HttpVersion, IOrigin, OriginRequestPolicy, ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import { absentFresh, maxAge, staleIfError } from './freshness';
import { shieldRegion } from './origin_shield';

export interface FrontOptions {
  readonly url: FunctionUrl;
  readonly region: string;
  readonly readTimeout: Duration;
  readonly name: string;
}

export class Front extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, options: FrontOptions) {
    super(scope, id);
    // CloudFront has one space of names for all regions of an account.
    const name = `${options.name}-${options.region}`;
    const origin = FunctionUrlOrigin.withOriginAccessControl(options.url, {
      originAccessControl: new FunctionUrlOriginAccessControl(this, 'Signing', { originAccessControlName: name }),
      originShieldRegion: shieldRegion(options.region),
      readTimeout: options.readTimeout,
      keepaliveTimeout: Duration.seconds(60),
    });
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Aside (${name})`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: reads(origin, cachePolicy(this, name)),
      additionalBehaviors: { '/items:batch': batches(origin) },
      errorResponses: errors(),
    });
  }
}

// By the path and the one query parameter that changes an answer; another one cannot be used to get past the cache. Nothing
// else of the request reaches the function, so that no answer can depend on it. That includes Host: a Function URL has its own.
function cachePolicy(scope: Construct, name: string): CachePolicy {
  return new CachePolicy(scope, 'ByPathAndVersion', {
    cachePolicyName: name,
    comment: 'Aside: by path and version',
    headerBehavior: CacheHeaderBehavior.none(),
    cookieBehavior: CacheCookieBehavior.none(),
    queryStringBehavior: CacheQueryStringBehavior.allowList('version'),
    enableAcceptEncodingGzip: false,
    enableAcceptEncodingBrotli: false,
    minTtl: Duration.seconds(0), // more would make CloudFront keep what says no-store
    defaultTtl: maxAge,
    // Not the time-to-live, which each answer's max-age is: it bounds that and what stale-while-revalidate and stale-if-error
    // may add. With three minutes here CloudFront would never answer stale.
    maxTtl: Duration.seconds(maxAge.toSeconds() + staleIfError.toSeconds()),
  });
}

function reads(origin: IOrigin, policy: CachePolicy): BehaviorOptions {
  return {
    origin,
    cachePolicy: policy,
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    cachedMethods: CachedMethods.CACHE_GET_HEAD,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    compress: false,
  };
}

// Never cached: its answers say no-store. CloudFront knows POST only together with every other method.
function batches(origin: IOrigin): BehaviorOptions {
  return {
    origin,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    compress: false,
  };
}

// Errors say no-store, but CloudFront keeps them for ten seconds unless told otherwise. An absence is believed as long as Aside
// believes it; a failure for a second, the least that its Retry-After asks for.
function errors(): ErrorResponse[] {
  const failed = [500, 502, 503, 504].map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(1) }));
  return [{ httpStatus: 404, ttl: absentFresh }, ...failed];
}
