import type { Channel } from '../../../shared/model/channel.ts';
import type { Diagnostics, Link } from '../schemas/nodes.ts';
import type { MirrorWatch } from './mirror-watch.ts';
import { isUp, type NodeView, type SeenNode } from './node-view.ts';

/** Processes report every 3 s; a mirror takes about a second. */
const MIRROR_LATE_MS = 10_000;

export type DiagnosticsParts = {
  readonly nodes: NodeView;
  readonly mirrors: MirrorWatch;
  readonly channels: Iterable<Channel>;
  readonly sites: readonly string[];
  readonly controlSite: string;
  /** Name of this admin API among the nodes. */
  readonly instance: string;
};

type DiagnosedNode = Diagnostics['nodes'][number];

/** Who reaches whom: what the processes say of what they need, who is heard here, and which mirror brings what it should. */
export function diagnose(parts: DiagnosticsParts, now = Date.now()): Diagnostics {
  const seen = parts.nodes.all(now);
  const reported = seen.filter((node) => isUp(node, now)).flatMap((node) => linksOf(node));
  const kafkas = new Set(reported.filter(({ ok, kind }) => ok && kind === 'kafka').map(({ to }) => to));
  const heard = seen.filter(({ report }) => report.instance !== parts.instance);
  const links = [
    ...reported,
    ...heard.map((node) => statusLink(node, parts, kafkas, now)),
    ...mirrorPairs(parts).flatMap(([origin, at]) => mirrorLink(parts, origin, at, kafkas, now) ?? []),
  ];
  return { nodes: nodesOf(seen, links, parts), links };
}

function linksOf({ report }: SeenNode): Link[] {
  return report.links.map((link) => ({ from: report.instance, ...link }));
}

function statusLink(
  node: SeenNode,
  { instance, controlSite }: DiagnosticsParts,
  kafkas: ReadonlySet<string>,
  now: number,
): Link {
  const { report, seenAt } = node;
  const link = { from: report.instance, to: instance, kind: 'status' as const, latencyMs: now - seenAt };
  if (isUp(node, now)) return { ...link, checkedAt: now, ok: true };
  const silence = `the ${report.role} ${report.instance} of site ${report.site} was last heard ${Math.round((now - seenAt) / 1_000)} s ago`;
  const isKafkaUp = kafkas.has(`kafka:${report.site}`);
  const mirror = report.site === controlSite ? '' : `, then the mirror from ${report.site} to ${controlSite}`;
  return {
    ...link,
    checkedAt: now,
    ok: false,
    code: 'NODE_SILENT',
    message: isKafkaUp ? `${silence}, although the Kafka of its site answers` : silence,
    remedy: isKafkaUp
      ? `look whether the process runs on ${report.host} (pid ${report.pid}) and what its log says${mirror}`
      : `start the Kafka of site ${report.site}: nobody can be heard from there without it`,
  };
}

/** A mirror is needed to and from the control site, and wherever a pipeline goes. */
function mirrorPairs({ sites, controlSite, channels }: DiagnosticsParts): [origin: string, at: string][] {
  const pairs = new Map<string, [string, string]>();
  const need = (origin: string | undefined, at: string | undefined): void => {
    if (origin === undefined || at === undefined || origin === at) return;
    if (sites.includes(origin) && sites.includes(at)) pairs.set(`${origin} ${at}`, [origin, at]);
  };
  for (const site of sites) {
    need(site, controlSite);
    need(controlSite, site);
  }
  for (const { pipelines, resolved } of channels)
    for (const { from, to } of pipelines) need(resolved[from]?.site, resolved[to]?.site);
  return [...pairs.values()];
}

function mirrorLink(
  { mirrors }: DiagnosticsParts,
  origin: string,
  at: string,
  kafkas: ReadonlySet<string>,
  now: number,
): Link | undefined {
  const delay = mirrors.delay(origin, at);
  if (delay === undefined) return undefined;
  const { behindMs } = delay;
  const link = {
    ...{ from: `kafka:${origin}`, to: `kafka:${at}`, kind: 'mirror' as const, checkedAt: now },
    ...(behindMs === undefined ? {} : { latencyMs: behindMs }),
  };
  const away = [origin, at].find((site) => !kafkas.has(`kafka:${site}`));
  if (away !== undefined) {
    const message = `the Kafka of site ${away} does not answer, so nothing can be mirrored from ${origin} to ${at}`;
    return { ...link, ok: false, code: 'KAFKA_UNREACHABLE', message, remedy: `start the Kafka of site ${away}` };
  }
  if (behindMs !== undefined && behindMs < MIRROR_LATE_MS) return { ...link, ok: true };
  const late = behindMs === undefined ? 'has not come' : `is ${Math.round(behindMs / 1_000)} s late`;
  return {
    ...link,
    ok: false,
    code: 'MIRROR_LATE',
    message: `what site ${origin} tells ${late} at site ${at}`,
    remedy: `look whether the MirrorMaker of site ${at} runs, what its log says, and whether it reaches the Kafka of ${origin}`,
  };
}

function nodesOf(
  seen: readonly SeenNode[],
  links: readonly Link[],
  { controlSite }: DiagnosticsParts,
): DiagnosedNode[] {
  const nodes = new Map<string, DiagnosedNode>();
  for (const { report } of seen)
    nodes.set(report.instance, { id: report.instance, role: report.role, site: report.site });
  const sites = new Map(seen.map(({ report }) => [report.instance, report.site]));
  for (const { from, to } of links) {
    for (const id of [from, to]) {
      if (!nodes.has(id)) nodes.set(id, partOf(id, sites.get(from) ?? controlSite));
    }
  }
  return [...nodes.values()];
}

/** Of `kafka:us`, `database:us.otter`, `registry:host:port`: the last stands at the site of who asks first. */
function partOf(id: string, siteOfCaller: string): DiagnosedNode {
  const [kind = '', rest = ''] = split(id, ':');
  if (kind === 'kafka') return { id, role: 'kafka', site: rest };
  if (kind === 'database') return { id, role: 'database', site: split(rest, '.')[0] ?? rest };
  return { id, role: kind === 'redis' ? 'redis' : kind === 'registry' ? 'registry' : 'admin-api', site: siteOfCaller };
}

function split(text: string, by: string): string[] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
