// How long browsers and CloudFront may use an answer: one set of numbers, told to Aside as its configuration
// and to CloudFront as the bounds of its cache policy, so that the two cannot disagree.
import { Duration } from 'aws-cdk-lib';

export const maxAge = Duration.minutes(3);
export const staleWhileRevalidate = Duration.minutes(1);
export const staleIfError = Duration.hours(1);

// How long Aside itself believes that a thing does not exist (absent.fresh).
export const absentFresh = Duration.seconds(2);

export const freshnessVariables = {
  ASIDE_HTTP_MAX_AGE: `${maxAge.toSeconds()}s`,
  ASIDE_HTTP_STALE_WHILE_REVALIDATE: `${staleWhileRevalidate.toSeconds()}s`,
  ASIDE_HTTP_STALE_IF_ERROR: `${staleIfError.toSeconds()}s`,
  ASIDE_ABSENT_FRESH: `${absentFresh.toSeconds()}s`,
};
