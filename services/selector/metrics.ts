import { Gauge, type Registry } from 'prom-client';
import type { SourceRunner } from './source-runner.ts';

/** Metrics of the selector; its names and labels stand here only. */
export function registerSelectorMetrics(registry: Registry, runners: ReadonlyMap<string, SourceRunner>): void {
  const registers = [registry];
  new Gauge({
    name: 'lutra_selector_rows_total',
    help: 'Rows published since the process started.',
    labelNames: ['source', 'op'],
    registers,
    collect() {
      for (const [source, runner] of runners) {
        for (const [op, count] of Object.entries(runner.snapshot().rows)) this.set({ source, op }, count);
      }
    },
  });
  new Gauge({
    name: 'lutra_selector_running',
    help: '1 while the source is read.',
    labelNames: ['source'],
    registers,
    collect() {
      for (const [source, runner] of runners) this.set({ source }, runner.snapshot().state === 'running' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'lutra_selector_stalled',
    help: '1 while a stage makes no progress although work waits.',
    labelNames: ['source'],
    registers,
    collect() {
      for (const [source, runner] of runners) this.set({ source }, runner.snapshot().state === 'stalled' ? 1 : 0);
    },
  });
}
