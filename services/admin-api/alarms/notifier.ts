import { createHash } from 'node:crypto';
import type { Alarm, AlarmRule, Receiver } from '../../../shared/model/alarm.ts';
import { pause } from '../../../shared/runtime/retry.ts';
import type { AlarmTestReply } from '../schemas/alarms.ts';
import type { Notice } from './alarm-machine.ts';
import { type MailSettings, sendMail } from './mail.ts';

const ANSWER_LIMIT_MS = 5_000;
const ATTEMPT_PAUSES_MS = [500, 3_000];
export type Delivery = AlarmTestReply['deliveries'][number];

/** Sends a notice to every receiver of a rule, three times at most. Never rejects. */
export class Notifier {
  private readonly mail: MailSettings | undefined;

  constructor(mail: MailSettings | undefined) {
    this.mail = mail;
  }

  deliver(
    rule: AlarmRule,
    alarm: Alarm,
    notice: Notice | 'test',
    signal: AbortSignal,
    pausesMs: readonly number[] = ATTEMPT_PAUSES_MS,
  ): Promise<Delivery[]> {
    return Promise.all(
      rule.notify.map(async (receiver) => {
        for (let attempt = 0; ; attempt++) {
          try {
            await this.send(receiver, alarm, notice);
            return { to: labelOf(receiver), ok: true };
          } catch (error) {
            const wait = pausesMs[attempt];
            if (wait === undefined || !(await pause(wait, signal))) return failed(receiver, error);
          }
        }
      }),
    );
  }

  private async send(receiver: Receiver, alarm: Alarm, notice: Notice | 'test'): Promise<void> {
    const text = textOf(alarm, notice);
    if ('email' in receiver)
      return sendMail(this.mail, { to: receiver.email, subject: subjectOf(alarm, notice), text });
    const { noticeTrouble: _trouble, ...shown } = alarm;
    const response = await fetch(receiver.webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event: notice, text: `${subjectOf(alarm, notice)}\n${text}`, alarm: shown }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      redirect: 'error',
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answers HTTP ${response.status}`);
  }
}

function subjectOf({ kind, subject }: Alarm, notice: Notice | 'test'): string {
  return `[Lutra] ${notice}: ${kind} ${subject}`;
}

function textOf({ message, remedy, code, rule, openedAt, closedAt }: Alarm, notice: Notice | 'test'): string {
  const lines = [
    message,
    `What to do: ${remedy}`,
    ...(code === undefined ? [] : [`Code: ${code}`]),
    `Rule: ${rule}`,
    `Since: ${new Date(openedAt).toISOString()}`,
    ...(closedAt === undefined ? [] : [`Over: ${new Date(closedAt).toISOString()}`]),
  ];
  return (notice === 'recovered' ? ['It is over.', ...lines] : lines).join('\n');
}

/** Addresses of webhooks may hold secrets, so only their host and a mark that tells them apart are shown. */
export function labelOf(receiver: Receiver): string {
  if ('email' in receiver) return receiver.email;
  const mark = createHash('sha256').update(receiver.webhook).digest('hex').slice(0, 6);
  return `${new URL(receiver.webhook).origin} (${mark})`;
}

function failed(receiver: Receiver, error: unknown): Delivery {
  const isMail = 'email' in receiver;
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return {
    to: labelOf(receiver),
    ok: false,
    message: `${error instanceof Error ? error.message : String(error)}${cause}`,
    remedy: isMail
      ? 'mend LUTRA_SMTP_URL and LUTRA_MAIL_FROM of the admin API, or the mail server'
      : 'look whether the address of the webhook is right and reachable from the admin API',
  };
}
