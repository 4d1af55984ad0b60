import type { AlarmRule } from '../../../shared/model/alarm.ts';
import type { Reason } from '../../../shared/model/status.ts';
import type { Node } from '../schemas/nodes.ts';
import type { PipelineView } from '../schemas/status.ts';

/** Something that a rule asks about and that is so now. */
export type Condition = {
  /** `channel/pipeline`, or the instance of a process. */
  readonly subject: string;
  readonly channel?: string;
  readonly pipeline?: string;
  readonly code?: string;
  readonly message: string;
  readonly remedy: string;
};

export type Standing = {
  readonly channel: string;
  readonly view: PipelineView;
  /** For how long neither position nor rows have moved although rows wait, ms; 0: they move. */
  readonly stuckMs: number;
};
export type World = { readonly pipelines: readonly Standing[]; readonly nodes: readonly Node[] };

type Finding = Pick<Condition, 'code' | 'message' | 'remedy'>;

const TROUBLE: ReadonlySet<string> = new Set(['waiting', 'stalled', 'blocked', 'gap']);
const SILENT: ReadonlySet<string> = new Set([
  'SELECTOR_ABSENT',
  'LOADER_ABSENT',
  'SELECTOR_LOST',
  'LOADER_LOST',
  'STREAM_SILENT',
]);
const DEFAULTS = { delay: 60, 'position-stuck': 600, quarantine: 1, 'ddl-held': 1 } as const;

/** What of a rule is so now. Paused pipelines are as they should be. */
export function conditionsOf(rule: AlarmRule, { pipelines, nodes }: World): Condition[] {
  const isMeant = compileName(rule.channel);
  if (rule.kind === 'node-lost') {
    return nodes.filter(({ instance, state }) => state === 'lost' && isMeant(instance)).map(lostNode);
  }
  return pipelines.flatMap((standing) => {
    const { channel, view } = standing;
    if (view.state === 'paused' || !isMeant(channel)) return [];
    const found = findings(rule, standing);
    return found === undefined ? [] : { subject: `${channel}/${view.name}`, channel, pipeline: view.name, ...found };
  });
}

function findings(rule: AlarmRule, { channel, view, stuckMs }: Standing): Finding | undefined {
  const name = `pipeline ${channel}/${view.name}`;
  const { threshold } = rule;
  switch (rule.kind) {
    case 'delay': {
      const most = threshold ?? DEFAULTS.delay;
      if (view.lagMs === undefined || view.lagMs <= most * 1_000) return undefined;
      return {
        message: `${name} lags ${Math.round(view.lagMs / 1_000)} s, more than ${most} s`,
        remedy: whatHolds(view.reason),
      };
    }
    case 'error':
      return TROUBLE.has(view.state) && holds(view.reason, rule.match) ? troubled(name, view) : undefined;
    case 'silent':
      return view.state === 'lost' || SILENT.has(view.reason?.code ?? '') ? troubled(name, view) : undefined;
    case 'position-stuck': {
      const most = threshold ?? DEFAULTS['position-stuck'];
      if (stuckMs < most * 1_000) return undefined;
      const message = `the position of ${name} has not moved for ${Math.round(stuckMs / 1_000)} s although rows wait`;
      return { message, remedy: whatHolds(view.reason) };
    }
    case 'quarantine': {
      const rows = view.loader?.quarantine?.rows ?? 0;
      if (rows < Math.max(1, threshold ?? DEFAULTS.quarantine)) return undefined;
      const remedy = `lutra quarantine list ${channel} says why; retry, edit or skip them`;
      return { message: `${rows} rows of ${name} wait in quarantine`, remedy };
    }
    case 'ddl-held': {
      const held = view.loader?.ddl?.held ?? [];
      if (held.length < Math.max(1, threshold ?? DEFAULTS['ddl-held'])) return undefined;
      const message = `${held.length} statements of ${name} wait for a decision: ${held.map(({ words }) => words).join(', ')}`;
      return { message, remedy: `lutra ddl list ${channel} --state held; apply, edit or skip them` };
    }
    case 'node-lost':
      return undefined;
  }
}

function troubled(name: string, { state, reason }: PipelineView): Finding {
  return {
    ...(reason === undefined ? {} : { code: reason.code }),
    message: `${name} is ${state}${reason === undefined ? '' : `: ${reason.message}`}`,
    remedy: reason?.remedy ?? 'look at its log records',
  };
}

function whatHolds(reason: Reason | undefined): string {
  return reason === undefined
    ? 'look at its batches and at the diagnostics: the slow station is source, mirror or target'
    : reason.remedy;
}

function holds(reason: Reason | undefined, text: string | undefined): boolean {
  return text === undefined || `${reason?.code} ${reason?.message}`.includes(text);
}

function lostNode({ instance, role, site, host, seenAt }: Node): Condition {
  const silentS = Math.round((Date.now() - seenAt) / 1_000);
  return {
    subject: instance,
    code: 'NODE_SILENT',
    message: `the ${role} ${instance} of site ${site} has been silent for ${silentS} s`,
    remedy: `look whether it runs on ${host}; the diagnostics show whether its Kafka and the mirror answer`,
  };
}

/** `*` stands for any text. */
function compileName(pattern: string): (name: string) => boolean {
  const source = pattern
    .split('*')
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  const whole = new RegExp(`^${source}$`, 's');
  return (name) => whole.test(name);
}
