// Where CloudFront's origin shield stands: in the function's region, or in the nearest that has one.
//
// Source: "Use Amazon CloudFront Origin Shield" of the CloudFront developer guide, which lists both.
import { Refused } from './refused';

const withShield = new Set([
  'us-east-1', 'us-east-2', 'us-west-2', 'ap-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-southeast-1',
  'ap-southeast-2', 'eu-central-1', 'eu-west-1', 'eu-west-2', 'sa-east-1',
]);

const nearest: Record<string, string> = {
  'us-west-1': 'us-west-2',
  'af-south-1': 'eu-west-1',
  'ap-east-1': 'ap-southeast-1',
  'ap-northeast-3': 'ap-northeast-1',
  'ca-central-1': 'us-east-1',
  'eu-north-1': 'eu-west-2',
  'eu-south-1': 'eu-central-1',
  'eu-west-3': 'eu-west-2',
  'me-south-1': 'ap-south-1',
};

export function shieldRegion(region: string): string {
  const shield = withShield.has(region) ? region : nearest[region];
  if (shield === undefined) {
    throw new Refused(`no origin shield is known near ${region}: add it to src/origin_shield.ts`);
  }
  return shield;
}
