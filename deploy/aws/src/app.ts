// What `cdk` runs: reads the parameters, and makes the stack of them.
import { App } from 'aws-cdk-lib';

import { readParameters } from './parameters';
import { Refused } from './refused';
import { AsideStack } from './stack';

try {
  const app = new App();
  new AsideStack(app, readParameters(app.node.getAllContext(), process.env));
  app.synth();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(`aside: ${error.message}`);
  process.exitCode = 2;
}
