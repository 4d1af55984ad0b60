import * as z from 'zod';
import type { KafkaAddress } from '../../../shared/kafka/cluster.ts';
import { ensureTopic } from '../../../shared/kafka/topic-admin.ts';
import { TopicWriter } from '../../../shared/kafka/topic-writer.ts';
import { type Alarm, type AlarmRule, alarmRuleSchema, alarmSchema } from '../../../shared/model/alarm.ts';
import { backoffMs, pause } from '../../../shared/runtime/retry.ts';
import { ALARM_RULES_TOPIC, ALARMS_TOPIC, compactedTopicDefinition } from '../../../topics/topics.ts';
import { EntryBook } from '../entry-book.ts';
import { AlarmMachine, type Due, dueNotices } from './alarm-machine.ts';
import { conditionsOf, type World } from './conditions.ts';
import type { Duty } from './duty.ts';
import type { Delivery, Notifier } from './notifier.ts';
import { STANDARD_RULES } from './standard-rules.ts';

const LOOK_MS = 2_000;
/** Statuses that were on the topics already are followed by live ones within this. */
const SETTLE_MS = 10_000;
const KEPT_CLOSED_MS = 30 * 86_400_000;
const TRY_AGAIN_MS = [30_000, 60_000, 300_000, 600_000];

const storedRuleSchema = alarmRuleSchema.extend({ updatedAt: z.number() });
export type StoredRule = z.infer<typeof storedRuleSchema>;
/** One that nobody has stored is a standard one, and has no `updatedAt`. */
export type ListedRule = AlarmRule & Partial<StoredRule>;

export type AlarmDeskParts = {
  readonly kafka: KafkaAddress;
  readonly notifier: Notifier;
  /** What is so now; undefined while that cannot be known, because Kafka is away. */
  readonly world: () => World | undefined;
  /** Whether this process is the one that judges and tells, now. */
  readonly duty: Pick<Duty, 'isMine'>;
};

/**
 * Keeps the rules and the alarms, and tells people. Both stand in compacted topics, so a restart neither forgets an alarm nor tells it again: what was
 * told is written when it was delivered. A kill between the two repeats one notice. Of several admin APIs one judges; the others follow what it writes, and
 * since when conditions are there, so that one that takes over does not wait anew.
 */
export class AlarmDesk implements AsyncDisposable {
  private readonly parts: AlarmDeskParts;
  private readonly rules: EntryBook<StoredRule>;
  private readonly alarms: EntryBook<Alarm>;
  private readonly writer: TopicWriter;
  private readonly machine = new AlarmMachine();
  private readonly telling = new Set<string>();
  private readonly failures = new Map<string, { count: number; at: number }>();

  constructor(parts: AlarmDeskParts) {
    this.parts = parts;
    this.rules = new EntryBook(parts.kafka, [ALARM_RULES_TOPIC], storedRuleSchema);
    this.alarms = new EntryBook(parts.kafka, [ALARMS_TOPIC], alarmSchema);
    this.writer = new TopicWriter(parts.kafka);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
  }

  /** Follows both topics and looks every 2 s until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.rules.run(signal), this.alarms.run(signal), this.watch(signal)]);
  }

  /** Told of every change of an alarm, whichever admin API has judged it. */
  onAlarm(listener: (alarm: Alarm) => void): void {
    this.alarms.onLive(listener);
  }

  /** Stored and standard ones, by name. */
  listRules(): ListedRule[] {
    const standard = STANDARD_RULES.filter(({ name }) => this.rules.get(name) === undefined);
    return [...this.rules.all(), ...standard].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The newest first. */
  list(): Alarm[] {
    return this.alarms.all().toSorted((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1));
  }

  /** Resolves when Kafka has it. Errors: KAFKA_…. */
  async putRule(rule: AlarmRule): Promise<StoredRule> {
    const stored = { ...rule, updatedAt: Date.now() };
    await this.writer.put(compactedTopicDefinition(ALARM_RULES_TOPIC), [
      { key: rule.name, value: Buffer.from(JSON.stringify(stored)) },
    ]);
    this.rules.keep(rule.name, stored);
    return stored;
  }

  /** Its open alarms close, and nobody is told; in the place of a standard rule that one stands again. Errors: KAFKA_…. */
  async deleteRule(name: string): Promise<void> {
    await this.writer.put(compactedTopicDefinition(ALARM_RULES_TOPIC), [{ key: name, value: null }]);
    this.rules.drop(name);
  }

  /** Sends a notice that says it is a test to every receiver, once. */
  testRule(rule: AlarmRule, signal: AbortSignal): Promise<Delivery[]> {
    const now = Date.now();
    const message = `a test of the alarm rule ${rule.name}; nothing is wrong`;
    const base = { id: `${rule.name}/test/${now}`, rule: rule.name, kind: rule.kind, subject: 'test' };
    const alarm: Alarm = { ...base, state: 'open', openedAt: now, message, remedy: 'nothing', told: 0 };
    return this.parts.notifier.deliver(rule, alarm, 'test', signal, []);
  }

  private async watch(signal: AbortSignal): Promise<void> {
    await this.makeTopics(signal);
    await pause(SETTLE_MS, signal);
    while (!signal.aborted) {
      await this.look(signal).catch((error: unknown) => {
        this.parts.kafka.log.warn({ err: error }, 'alarms could not be looked at; tried again');
      });
      await pause(LOOK_MS, signal);
    }
  }

  private async makeTopics(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        for (const name of [ALARM_RULES_TOPIC, ALARMS_TOPIC])
          await ensureTopic(this.parts.kafka, compactedTopicDefinition(name));
        return;
      } catch {
        await pause(backoffMs(attempt, 5_000), signal);
      }
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const world = this.parts.world();
    if (world === undefined || !this.rules.isRead || !this.alarms.isRead) return;
    const now = Date.now();
    const rules = this.listRules();
    const found = new Map(rules.map((rule) => [rule.name, rule.paused ? [] : conditionsOf(rule, world)]));
    const changed = this.machine.step(rules, found, this.alarms.all(), now);
    if (!this.parts.duty.isMine) return;
    await this.write(changed);
    await this.forgetOld(now);
    for (const due of dueNotices(rules, this.alarms.all(), now)) {
      const failure = this.failures.get(due.alarm.id);
      if (this.telling.has(due.alarm.id) || (failure !== undefined && now < failure.at)) continue;
      void this.tell(due, signal).catch(() => {});
    }
  }

  private async tell({ alarm, rule, notice }: Due, signal: AbortSignal): Promise<void> {
    this.telling.add(alarm.id);
    try {
      const deliveries = await this.parts.notifier.deliver(rule, alarm, notice, signal);
      if (signal.aborted) return;
      const failed = deliveries.filter(({ ok }) => !ok);
      const trouble = failed.map(({ to, message }) => `${to}: ${message}`).join('; ');
      if (failed.length > 0) this.parts.kafka.log.warn({ rule: rule.name, why: trouble }, 'an alarm could not be told');
      if (failed.length === deliveries.length) this.failed(alarm.id);
      else this.failures.delete(alarm.id);
      await this.noteTold(alarm, notice, failed.length < deliveries.length, trouble);
    } finally {
      this.telling.delete(alarm.id);
    }
  }

  private async noteTold(alarm: Alarm, notice: Due['notice'], isTold: boolean, trouble: string): Promise<void> {
    const { noticeTrouble: _before, ...current } = this.alarms.all().find(({ id }) => id === alarm.id) ?? alarm;
    const now = Date.now();
    const told = notice === 'recovered' ? { recoveryToldAt: now } : { told: current.told + 1, toldAt: now };
    await this.write([{ ...current, ...(isTold ? told : {}), ...(trouble === '' ? {} : { noticeTrouble: trouble }) }]);
  }

  private failed(id: string): void {
    const count = (this.failures.get(id)?.count ?? 0) + 1;
    const wait = TRY_AGAIN_MS[Math.min(count, TRY_AGAIN_MS.length) - 1] ?? 0;
    this.failures.set(id, { count, at: Date.now() + wait });
  }

  private async write(changed: readonly Alarm[]): Promise<void> {
    if (changed.length === 0) return;
    const records = changed.map((alarm) => ({ key: alarm.id, value: Buffer.from(JSON.stringify(alarm)) }));
    await this.writer.put(compactedTopicDefinition(ALARMS_TOPIC), records);
    for (const alarm of changed) this.alarms.keep(alarm.id, alarm);
  }

  private async forgetOld(now: number): Promise<void> {
    const old = this.alarms.all().filter(({ closedAt }) => closedAt !== undefined && now - closedAt > KEPT_CLOSED_MS);
    if (old.length === 0) return;
    await this.writer.put(
      compactedTopicDefinition(ALARMS_TOPIC),
      old.map(({ id }) => ({ key: id, value: null })),
    );
    for (const { id } of old) {
      this.alarms.drop(id);
      this.failures.delete(id);
    }
  }
}
