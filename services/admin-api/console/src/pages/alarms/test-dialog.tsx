import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import type { AlarmRuleView, AlarmTestReply } from '../../api/operation-types.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Callout, ErrorState } from '../../design/feedback.tsx';
import { useWords } from '../../words/words.ts';
import { alarmsWords } from './alarms-words.ts';
import { receiverText } from './rule-form.ts';

/** Sends a test notice after it said to whom, and shows what became of each. */
export function TestDialog({ rule, onClose }: { rule: AlarmRuleView; onClose: () => void }): ReactNode {
  const words = useWords(alarmsWords);
  const [reply, setReply] = useState<AlarmTestReply>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      setReply(await call<AlarmTestReply>(`/alarm-rules/${rule.name}/test`, { method: 'POST' }));
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <Dialog
      title={words.testTitle(rule.name)}
      onClose={onClose}
      foot={
        <Button look="primary" busy={isBusy} disabled={rule.notify.length === 0} onClick={() => void send()}>
          {words.test}
        </Button>
      }
    >
      <p>{rule.notify.length === 0 ? words.testNone : words.testAbout}</p>
      {reply === undefined &&
        rule.notify.map((receiver) => (
          <div key={receiverText(receiver)} className="break">
            {receiverText(receiver)}
          </div>
        ))}
      {reply?.deliveries.map(({ to, ok, message, remedy }) => (
        <Callout key={to} tone={ok ? 'good' : 'bad'}>
          <b className="break">{to}</b> {ok ? words.arrived : message}
          {remedy !== undefined && <div className="remedy">{remedy}</div>}
        </Callout>
      ))}
      {error !== undefined && <ErrorState error={error} />}
    </Dialog>
  );
}
