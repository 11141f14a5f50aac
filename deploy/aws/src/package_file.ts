// Looks into the package before anything is made of it: that it is there, that Lambda can start it, and that it was
// built for the processor the function will have. A wrong one would be found out only by a function that does not start.
//
// The format: APPNOTE.TXT of PKWARE, sections 4.3 and 4.4; e_machine: the ELF specification's psABI supplements.
import { existsSync, readFileSync } from 'node:fs';
import { constants, inflateRawSync } from 'node:zlib';

import { Refused } from './refused';

export type Architecture = 'arm64' | 'x86_64';

export function checkPackage(file: string, architecture: Architecture): void {
  if (!existsSync(file)) {
    throw new Refused(`there is no package ${file}: make it with ./dev lambda, or name another one with -c package=FILE`);
  }
  const bytes = readFileSync(file);
  const entries = entriesOf(bytes, file);
  const bootstrap = entries.find((entry) => entry.name === 'bootstrap');
  if (!bootstrap) throw new Refused(`${file}: it has no bootstrap; make it with ./dev lambda`);
  if (!bootstrap.executable) throw new Refused(`${file}: its bootstrap may not be executed`);
  const built = architectureOf(beginningOf(bytes, bootstrap, file));
  if (!built) throw new Refused(`${file}: its bootstrap is no program for arm64 or x86_64`);
  if (built !== architecture) {
    throw new Refused(
      `${file}: built for ${built}, and the function would be ${architecture}: say -c architecture=${built}, ` +
        `or build it on the other kind of machine`,
    );
  }
}

export function architectureOf(program: Buffer): Architecture | undefined {
  const machineAt = 18;
  if (program.length < machineAt + 2 || program.readUInt32BE(0) !== 0x7f454c46) return undefined;
  switch (program.readUInt16LE(machineAt)) {
    case 183:
      return 'arm64';
    case 62:
      return 'x86_64';
    default:
      return undefined;
  }
}

interface Entry {
  readonly name: string;
  readonly executable: boolean;
  readonly deflated: boolean;
  readonly compressedBytes: number;
  readonly headerAt: number;
}

const endBytes = 22; // without its comment, which may have up to 65,535
const directoryEntryBytes = 46;
const fileHeaderBytes = 30;

function entriesOf(zip: Buffer, file: string): Entry[] {
  const broken = new Refused(`${file}: not a whole zip archive; make it with ./dev lambda`);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + endBytes > zip.length) throw broken;
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (at + directoryEntryBytes > zip.length || zip.readUInt32LE(at) !== 0x02014b50) throw broken;
    const nameEnds = at + directoryEntryBytes + zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString('utf8', at + directoryEntryBytes, nameEnds),
      executable: ((zip.readUInt32LE(at + 38) >>> 16) & 0o111) !== 0,
      deflated: zip.readUInt16LE(at + 10) !== 0,
      compressedBytes: zip.readUInt32LE(at + 20),
      headerAt: zip.readUInt32LE(at + 42),
    });
    at = nameEnds + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

// The first bytes of an entry, enough for a program's header.
function beginningOf(zip: Buffer, entry: Entry, file: string): Buffer {
  const enough = 4096;
  if (entry.headerAt + fileHeaderBytes > zip.length) throw new Refused(`${file}: not a whole zip archive`);
  const begins =
    entry.headerAt + fileHeaderBytes + zip.readUInt16LE(entry.headerAt + 26) + zip.readUInt16LE(entry.headerAt + 28);
  const part = zip.subarray(begins, begins + Math.min(entry.compressedBytes, enough));
  if (!entry.deflated) return part;
  try {
    // The input ends early on purpose: without this flag zlib takes that for an error.
    return inflateRawSync(part, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    throw new Refused(`${file}: its bootstrap cannot be unpacked`);
  }
}
