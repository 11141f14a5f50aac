// Runs every test in one process: loading the library costs more than all the tests.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

for (const file of readdirSync(__dirname).sort()) {
  if (file.endsWith('.test.js')) require(join(__dirname, file));
}
