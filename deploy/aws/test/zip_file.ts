// A small package for tests: a zip archive with the beginning of a program in it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly body: Buffer;
  readonly mode?: number;
  readonly stored?: boolean;
}

const temporary = mkdtempSync(join(tmpdir(), 'aside-aws-test-'));
process.on('exit', () => rmSync(temporary, { recursive: true }));

export function temporaryFolder(): string {
  return mkdtempSync(join(temporary, 'x'));
}

export function temporaryFile(name: string, content: string | Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

// The header of an ELF file for a machine: 62 is x86_64, 183 arm64.
export function program(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(machine, 18);
  return header;
}

// As a real program is, longer than what is read of it.
export function longProgram(machine: number): Buffer {
  return Buffer.concat([program(machine), Buffer.alloc(100_000, 'of little order ')]);
}

export function packageFor(machine: number): string {
  return temporaryFile('aside-lambda.zip', zip([{ name: 'bootstrap', body: longProgram(machine) }]));
}

export function zip(entries: ZipEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const body = entry.stored ? entry.body : deflateRawSync(entry.body);
    const name = Buffer.from(entry.name);
    const same = Buffer.alloc(26); // what both headers say
    same.writeUInt16LE(20, 0);
    same.writeUInt16LE(entry.stored ? 0 : 8, 4);
    same.writeUInt32LE(crc32(entry.body), 10);
    same.writeUInt32LE(body.length, 14);
    same.writeUInt32LE(entry.body.length, 18);
    same.writeUInt16LE(name.length, 22);
    bodies.push(Buffer.from('PK\x03\x04', 'latin1'), same, name, body);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((entry.mode ?? 0o100755) << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), same, rest, name);
    at += 30 + name.length + body.length;
  }
  const files = Buffer.concat(bodies);
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(files.length, 16);
  return Buffer.concat([files, list, end]);
}
