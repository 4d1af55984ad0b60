import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ChaosBed } from '../../chaos/bed.ts';
import { runChaos } from '../../chaos/run.ts';
import { reportLines, verdictLine } from '../../chaos/verdict.ts';
import { silentReport } from '../../stack/report.ts';

const MINUTES = Number(process.env.MINUTES ?? 1.2);
const EVERY_SECONDS = 4;

test('chaos: random faults under load leave nothing lost, doubled, torn, out of order or held', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`SEED=${seed}`);
  const dir = mkdtempSync(join(tmpdir(), 'lutra-chaos-'));
  const lines: string[] = [];
  {
    await using bed = await ChaosBed.open(dir, silentReport);
    const options = {
      seed,
      minutes: MINUTES,
      everySeconds: EVERY_SECONDS,
      rate: 100,
      faults: [],
      rttMs: 0,
      lossPercent: 0,
    };
    const found = await runChaos(bed, options, (line) => lines.push(line), new AbortController().signal);
    for (const line of reportLines(found)) t.diagnostic(line);
    assert.deepEqual(found.violations, [], `${lines.join('\n')}\n${verdictLine(found)}; logs are in ${dir}/logs`);
  }
  rmSync(dir, { recursive: true, force: true });
});
