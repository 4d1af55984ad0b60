import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelStatus, Channels } from './channels.ts';
import type { LagProbe } from './lag-probe.ts';
import { number } from './run.ts';
import type { Screen } from './screen.ts';
import { TUTORIAL_CHANNEL } from './tutorial.ts';
import type { Workload } from './workload.ts';

export type Watched = {
  readonly workload: Workload;
  readonly probes: readonly LagProbe[];
  readonly channels: Channels;
  readonly screen: Screen;
};

/** Shows rates and lag once a second until the signal. */
export async function watchProgress(watched: Watched, signal: AbortSignal): Promise<void> {
  const start = performance.now();
  let before = { changes: 0, at: start };
  while (!signal.aborted) {
    await delay(1_000, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    const now = { changes: watched.workload.changes, at: performance.now() };
    const rate = ((now.changes - before.changes) * 1_000) / (now.at - before.at);
    before = now;
    const status = await watched.channels.status(TUTORIAL_CHANNEL).catch(() => undefined);
    const seconds = String(Math.round((now.at - start) / 1_000)).padStart(3);
    watched.screen.show(
      `${seconds} s  ${number(now.changes)} changes  source ${number(rate)}/s  ${flowText(watched.probes, status)}`,
    );
  }
  watched.screen.clear();
}

/** `target 512/s  lag order 31 ms, user 28 ms` and, when a pipeline does not run, its state. */
function flowText(probes: readonly LagProbe[], status: ChannelStatus | undefined): string {
  const lags = probes.map(
    ({ route, currentMs }) => `${route.name} ${currentMs === undefined ? '-' : number(currentMs)} ms`,
  );
  const pipelines = status?.pipelines ?? [];
  const rate = number(pipelines.reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0));
  const troubled = pipelines.filter(({ state }) => state !== 'running').map(({ name, state }) => `${name} ${state}`);
  return [`target ${rate}/s`, `lag ${lags.join(', ')}`, ...troubled].join('  ');
}
