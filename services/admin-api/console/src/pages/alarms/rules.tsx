import { useQueryClient } from '@tanstack/react-query';
import { BellPlus, Plus, Send, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import type { AlarmRuleList, AlarmRuleView } from '../../api/operation-types.ts';
import { useApi } from '../../api/queries.ts';
import { useMay } from '../../api/rights.ts';
import { Button, TextButton } from '../../design/button.tsx';
import type { Column } from '../../design/data-table.tsx';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { List } from '../../design/list.tsx';
import { useNotice } from '../../design/notices.tsx';
import { Badge } from '../../design/state-badge.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { alarmsWords } from './alarms-words.ts';
import { RuleDialog } from './rule-dialog.tsx';
import { receiverText, thresholdOf, windowText } from './rule-form.ts';
import { TestDialog } from './test-dialog.tsx';

type Open = { readonly act: 'edit' | 'test' | 'delete'; readonly rule: AlarmRuleView } | { readonly act: 'new' };

/** The rules with their acts. */
export function Rules(): ReactNode {
  const words = useWords(alarmsWords);
  const mayChange = useMay('admin');
  const [open, setOpen] = useState<Open>();
  const answer = useApi<AlarmRuleList>('/alarm-rules', { limit: 1_000 });
  const columns = useColumns(mayChange, setOpen);
  const close = (): void => setOpen(undefined);
  const create = (
    <Button
      look="primary"
      icon={<Plus size={15} aria-hidden />}
      disabled={!mayChange}
      onClick={() => setOpen({ act: 'new' })}
    >
      {words.newRule}
    </Button>
  );
  return (
    <>
      <List
        label={words.rules}
        columns={columns}
        keyOf={({ name }) => name}
        answer={answer}
        empty={{ icon: BellPlus, title: words.noRules, about: words.noRulesAbout, action: create }}
        title={words.rules}
        actions={answer.data !== undefined && answer.data.items.length > 0 ? create : undefined}
      />
      {open?.act === 'new' && <RuleDialog onClose={close} />}
      {open?.act === 'edit' && <RuleDialog rule={open.rule} onClose={close} />}
      {open?.act === 'test' && <TestDialog rule={open.rule} onClose={close} />}
      {open?.act === 'delete' && <DeleteDialog name={open.rule.name} onClose={close} />}
    </>
  );
}

function DeleteDialog({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  const words = useWords(alarmsWords);
  const general = useWords(common);
  const tell = useNotice();
  const queries = useQueryClient();
  const carryOut = async (): Promise<void> => {
    await call(`/alarm-rules/${name}`, { method: 'DELETE' });
    tell('good', words.deleted(name));
    await queries.invalidateQueries();
  };
  return (
    <ConfirmDialog
      title={words.deleteTitle(name)}
      action={general.delete}
      isDanger
      onConfirm={carryOut}
      onClose={onClose}
    >
      <p>{words.deleteAbout}</p>
    </ConfirmDialog>
  );
}

function useColumns(mayChange: boolean, onOpen: (open: Open) => void): readonly Column<AlarmRuleView>[] {
  const words = useWords(alarmsWords);
  const general = useWords(common);
  return [
    {
      key: 'name',
      head: words.rule,
      width: '22%',
      cell: (rule) => (
        <>
          <TextButton disabled={!mayChange} onClick={() => onOpen({ act: 'edit', rule })}>
            {rule.name}
          </TextButton>
          <div className="muted">
            {words[rule.kind]}
            {rule.updatedAt === undefined && ` · ${words.standard}`}
          </div>
        </>
      ),
    },
    {
      key: 'state',
      head: general.state,
      width: 100,
      cell: ({ paused }) => <Badge tone={paused ? 'idle' : 'good'}>{paused ? words.paused : words.active}</Badge>,
    },
    { key: 'condition', head: words.condition, cell: (rule) => <Condition rule={rule} /> },
    {
      key: 'receivers',
      head: words.receivers,
      width: '26%',
      cell: ({ notify }) =>
        notify.length === 0 ? (
          <span className="muted">{words.noReceivers}</span>
        ) : (
          notify.map((receiver) => (
            <div key={receiverText(receiver)} className="break">
              {receiverText(receiver)}
            </div>
          ))
        ),
    },
    {
      key: 'acts',
      head: '',
      width: 90,
      cell: (rule) => (
        <div className="row nowrap">
          <Button
            look="quiet"
            icon={<Send size={14} aria-hidden />}
            aria-label={`${words.test}: ${rule.name}`}
            title={words.test}
            disabled={!mayChange}
            onClick={() => onOpen({ act: 'test', rule })}
          />
          <Button
            look="quiet"
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={`${general.delete}: ${rule.name}`}
            title={general.delete}
            disabled={!mayChange || rule.updatedAt === undefined}
            onClick={() => onOpen({ act: 'delete', rule })}
          />
        </div>
      ),
    },
  ];
}

function Condition({ rule }: { rule: AlarmRuleView }): ReactNode {
  const words = useWords(alarmsWords);
  const unit = thresholdOf(rule.kind);
  const threshold = rule.threshold === undefined ? undefined : String(rule.threshold);
  const parts = [
    ...(threshold !== undefined && unit === 'seconds' ? [words.above(`${threshold} s`)] : []),
    ...(threshold !== undefined && unit === 'count' ? [words.atLeast(threshold)] : []),
    ...(rule.match === undefined ? [] : [`“${rule.match}”`]),
    rule.for === '0s' ? words.atOnce : words.forTime(rule.for),
  ];
  return (
    <>
      <div className="break">
        <code>{rule.channel}</code> · {parts.join(' · ')}
      </div>
      <div className="muted">
        {rule.windows.length === 0 ? words.always : `${rule.windows.map(windowText).join('; ')} ${rule.timeZone}`}
      </div>
    </>
  );
}
