import { type NodeReport, nodeReportSchema } from '../../../shared/model/node.ts';
import type { Status } from '../../../shared/model/status.ts';
import type { Node } from '../schemas/nodes.ts';

/** A process reports every 3 s; one that is silent for longer than this is lost. */
export const NODE_LOST_MS = 8_000;
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

export type SeenNode = { readonly report: NodeReport; readonly seenAt: number };

/**
 * The processes of all sites as they report themselves. A lost one is shown for a day, or until a process of its role has started on its host after it
 * fell silent. A report is as old as its arrival here, so clocks of other sites do not matter; one that was there before this process is as old as it says.
 */
export class NodeView {
  private readonly latest = new Map<string, SeenNode>();
  private readonly listeners = new Set<(node: SeenNode) => void>();

  /** A record of a status topic whose key begins with `node/`. Returns false when it is no report. */
  accept(key: string, value: Buffer | null, isLive: boolean): boolean {
    if (value === null) {
      this.latest.delete(key);
      return true;
    }
    const report = parse(value);
    if (report === undefined) return false;
    const now = Date.now();
    const seen = { report, seenAt: isLive ? now : Math.min(report.at, now) };
    this.latest.set(key, seen);
    for (const listener of this.listeners) listener(seen);
    return true;
  }

  onReport(listener: (node: SeenNode) => void): void {
    this.listeners.add(listener);
  }

  /** By site, role and instance. */
  all(now = Date.now()): SeenNode[] {
    const seen = [...this.latest.values()];
    return seen
      .filter((node) => isUp(node, now) || !isForgotten(node, seen, now))
      .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }

  /** Whether a process of a role lives besides this one. */
  hasOther(role: NodeReport['role'], instance: string, now = Date.now()): boolean {
    return [...this.latest.values()].some(
      (node) => node.report.role === role && node.report.instance !== instance && isUp(node, now),
    );
  }

  /** `statuses`: of everything that works; what a process does is found among them by its name. */
  list(statuses: readonly Status[], now = Date.now()): Node[] {
    const work = new Map<string, Status[]>();
    for (const status of statuses) {
      const key = workerOf(status);
      const known = work.get(key);
      if (known === undefined) work.set(key, [status]);
      else known.push(status);
    }
    return this.all(now).map((seen) => nodeOf(seen, work.get(workerOf(seen.report)) ?? [], now));
  }
}

export function isUp({ seenAt }: Pick<SeenNode, 'seenAt'>, now: number): boolean {
  return now - seenAt <= NODE_LOST_MS;
}

export function nodeOf({ report, seenAt }: SeenNode, work: readonly Status[], now: number): Node {
  const { at: _at, links: _links, ...shown } = report;
  return {
    ...shown,
    seenAt,
    state: isUp({ seenAt }, now) ? 'up' : 'lost',
    work: work.map(({ channel, pipeline, source, state }) => ({
      ...(channel === undefined ? {} : { channel }),
      ...(pipeline === undefined ? {} : { pipeline }),
      source,
      state,
    })),
  };
}

function isForgotten({ report, seenAt }: SeenNode, all: readonly SeenNode[], now: number): boolean {
  const { role, site, host } = report;
  const follows = (other: NodeReport): boolean =>
    other.role === role && other.site === site && other.host === host && other.startedAt > report.at;
  return now - seenAt > FORGOTTEN_AFTER_MS || all.some((other) => follows(other.report));
}

function workerOf({ role, site, instance }: { role: string; site: string; instance: string }): string {
  return `${role} ${site} ${instance}`;
}

function orderOf({ report }: SeenNode): string {
  return workerOf({ role: report.site, site: report.role, instance: report.instance });
}

function parse(value: Buffer): NodeReport | undefined {
  try {
    return nodeReportSchema.parse(JSON.parse(value.toString('utf8')));
  } catch {
    return undefined;
  }
}
