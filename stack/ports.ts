/** Free and busy ports on the loopback address. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { type Place, PORT_BLOCK } from './layout.ts';

const FIRST_BLOCK = 22000;
/** Below the range from which the kernel takes outgoing ports. */
const LAST_BLOCK = 32500;
/** A stack listens at all its ports long before this is over. */
const CLAIM_MS = 120_000;

/** True when nothing listens at the port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Throws one sentence that names the first busy port, the process that wants it and the remedy. */
export async function refuseBusyPorts(basePort: number, places: readonly Place[]): Promise<void> {
  for (const place of places) {
    for (const offset of place.offsets) {
      const port = basePort + offset;
      if (await isFree(port)) continue;
      throw new StackError(
        `Port ${port} is in use by another program, and ${place.name} needs it; stop that program, or choose another block with --port or LUTRA_STACK_PORT.`,
      );
    }
  }
}

/** A base port whose places are all free, and which is nobody else's for two minutes: stacks that start at once look before any of them listens. */
export async function freeBlock(places: readonly Place[]): Promise<number> {
  const blocks = Math.floor((LAST_BLOCK - FIRST_BLOCK) / PORT_BLOCK);
  for (let attempt = 0; attempt < 200; attempt++) {
    const base = FIRST_BLOCK + Math.floor(Math.random() * blocks) * PORT_BLOCK;
    const busy = await refuseBusyPorts(base, places).then(
      () => false,
      () => true,
    );
    if (!busy && claim(base)) return base;
  }
  throw new StackError(`No free block of ports was found between ${FIRST_BLOCK} and ${LAST_BLOCK}; stop some stacks.`);
}

/** False: another process has claimed the block a moment ago. Claims are empty files of the user in the system's temporary folder. */
function claim(base: number): boolean {
  const folder = join(tmpdir(), `lutra-ports-${userInfo().uid}`);
  const file = join(folder, String(base));
  mkdirSync(folder, { recursive: true });
  const claimed = statSync(file, { throwIfNoEntry: false });
  if (claimed !== undefined && Date.now() - claimed.mtimeMs > CLAIM_MS) rmSync(file, { force: true });
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
