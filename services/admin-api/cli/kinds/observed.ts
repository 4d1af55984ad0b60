import { Option } from 'commander';
import type { Alarm } from '../../../../shared/model/alarm.ts';
import { logLevelSchema } from '../../../../shared/model/log-record.ts';
import { type AlarmRuleView, alarmListSchema, alarmRuleListSchema, alarmRuleViewSchema } from '../../schemas/alarms.ts';
import { type Batch, batchListSchema, type CounterList, counterListSchema } from '../../schemas/history.ts';
import { type LogEntry, logListSchema } from '../../schemas/logs.ts';
import { type Node, nodeListSchema } from '../../schemas/nodes.ts';
import { bytes, count, duration, moment, paint, printable } from '../screen.ts';
import { cell, channelPath, filterOption, type Kind, pagedKind, readOne, shownList, timeOptions } from './kind.ts';

const nodes = pagedKind<Node>({
  name: 'nodes',
  alias: 'node',
  summary: 'Processes of all sites, with and without work.',
  options: [
    filterOption(),
    new Option('--site <site>', 'only those of this site'),
    new Option('--role <role>', 'only these').choices(['selector', 'loader', 'admin-api']),
    new Option('--state <state>', 'only these').choices(['up', 'lost']),
  ],
  examples: ['lutra get nodes', 'lutra get nodes --state lost'],
  page: nodeListSchema,
  path: () => '/nodes',
  nameOf: ({ instance }) => instance,
  empty: 'no process has reported; start selectors and loaders',
  columns: [
    ['NODE', ({ instance }) => cell(instance)],
    ['ROLE', ({ role }) => role],
    ['SITE', ({ site }) => cell(site)],
    ['STATE', ({ state }) => paint(state === 'up' ? 'green' : 'red', state)],
    ['HEARD', ({ seenAt }) => `${duration(Date.now() - seenAt)} ago`],
    ['UP FOR', ({ startedAt }) => duration(Date.now() - startedAt)],
    ['HOST', ({ host, pid }) => cell(`${host}:${pid}`)],
    ['VERSION', ({ version }) => cell(version)],
    ['MEMORY', ({ memoryBytes }) => bytes(memoryBytes)],
    ['CPU', ({ cpuPercent }) => `${Math.round(cpuPercent)} %`],
    ['WORK', ({ work }) => cell(workText(work))],
  ],
});

function workText(work: Node['work']): string {
  const names = work.map(({ channel, pipeline, source }) =>
    channel === undefined ? source : `${channel}/${pipeline}`,
  );
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

const alarms = pagedKind<Alarm>({
  name: 'alarms',
  alias: 'alarm',
  summary: 'Alarms, newest first.',
  options: [new Option('--state <state>', 'only these').choices(['open', 'closed'])],
  limit: 100,
  examples: ['lutra get alarms --state open'],
  page: alarmListSchema,
  path: () => '/alarms',
  nameOf: ({ id }) => id,
  empty: 'no alarms',
  columns: [
    ['STATE', ({ state }) => paint(state === 'open' ? 'red' : 'gray', state)],
    ['RULE', ({ rule }) => rule],
    ['KIND', ({ kind }) => kind],
    ['SUBJECT', ({ subject }) => cell(subject)],
    ['OPENED', ({ openedAt }) => moment(openedAt)],
    ['CLOSED', ({ closedAt }) => moment(closedAt)],
    ['MESSAGE', ({ message }) => cell(message)],
    ['REMEDY', ({ remedy }) => cell(remedy)],
  ],
});

export const ALARM_RULES = pagedKind<AlarmRuleView>({
  name: 'alarm-rules',
  alias: 'alarm-rule',
  summary: 'Rules of alarms: when somebody is told, and who.',
  item: 'rule',
  examples: ['lutra get alarm-rules', 'lutra get alarm-rule lag -o yaml > lag.yaml'],
  page: alarmRuleListSchema,
  path: () => '/alarm-rules',
  read: readOne(alarmRuleViewSchema, (_asked, name) => `/alarm-rules/${encodeURIComponent(name)}`),
  nameOf: ({ name }) => name,
  empty: 'no rules; make one with: lutra alarm-rules apply -f FILE',
  columns: [
    ['NAME', ({ name }) => name],
    ['KIND', ({ kind }) => kind],
    ['CHANNEL', ({ channel }) => cell(channel)],
    ['THRESHOLD', ({ threshold }) => (threshold === undefined ? '-' : String(threshold))],
    ['FOR', (rule) => rule.for],
    ['REPEAT', ({ repeatEvery }) => repeatEvery],
    ['TELLS', ({ notify }) => String(notify.length)],
    ['PAUSED', ({ paused }) => (paused ? 'yes' : '-')],
  ],
});

const logs = pagedKind<LogEntry>({
  name: 'logs',
  alias: 'log',
  summary: 'Log records and changes of state of all processes, newest first; lutra logs shows them as a log.',
  options: [
    new Option('--channel <channel>', 'only of this channel'),
    new Option('--pipeline <pipeline>', 'only of this pipeline'),
    new Option('--node <node>', 'only of this process'),
    new Option('--level <level>', 'this level and above').choices(logLevelSchema.options),
    new Option('--filter <text>', 'only those whose message or code holds this text'),
    ...timeOptions(),
  ],
  limit: 100,
  examples: ['lutra get logs --channel shop --level error', 'lutra get logs --from 15m -o json'],
  page: logListSchema,
  path: () => '/logs',
  nameOf: ({ id }) => id,
  empty: 'no log records that match',
  columns: [
    ['AT', ({ at }) => moment(at)],
    ['LEVEL', ({ level }) => level],
    ['NODE', ({ role, instance }) => cell(`${role} ${instance}`)],
    ['PIPELINE', ({ channel, pipeline }) => cell(channel === undefined ? '' : `${channel}/${pipeline ?? ''}`)],
    ['CODE', ({ code }) => cell(code)],
    ['MESSAGE', ({ message }) => cell(message)],
  ],
});

type Counter = CounterList['items'][number];
const counters: Kind = {
  name: 'counters',
  alias: 'counter',
  summary: 'Rows of each table of a channel that were applied, as far back as the history goes.',
  inChannel: true,
  options: [],
  examples: ['lutra get counters shop'],
  list: async (client, asked) => {
    const { items, since } = await client.json(counterListSchema, channelPath(asked, '/counters'));
    const shown = shownList<Counter>(
      { items, total: items.length },
      {
        nameOf: ({ table }) => table,
        empty: 'nothing was applied yet',
        columns: [
          ['PIPELINE', ({ pipeline }) => pipeline],
          ['TABLE', ({ table }) => printable(table)],
          ['INSERTS', ({ inserts }) => count(inserts)],
          ['UPDATES', ({ updates }) => count(updates)],
          ['DELETES', ({ deletes }) => count(deletes)],
        ],
        below: () => [`since ${moment(since)}`],
      },
    );
    return { ...shown, value: { items, since } };
  },
};

const batches = pagedKind<Batch>({
  name: 'batches',
  alias: 'batch',
  summary: 'Recent batches of a channel, newest first, and where their time went.',
  inChannel: true,
  options: [new Option('--pipeline <pipeline>', 'only of this pipeline')],
  examples: ['lutra get batches shop --pipeline orders'],
  page: batchListSchema,
  path: (asked) => channelPath(asked, '/batches'),
  nameOf: ({ pipeline, partition, endedAt }) => `${pipeline}/${partition}/${endedAt}`,
  empty: 'no batches yet',
  columns: [
    ['ENDED', ({ endedAt }) => moment(endedAt)],
    ['PIPELINE', ({ pipeline, partition }) => `${pipeline}/${partition}`],
    ['ROWS', ({ rows }) => count(rows)],
    ['TRANSACTIONS', ({ transactions }) => count(transactions)],
    ['SIZE', (batch) => bytes(batch.bytes)],
    ['SELECT', ({ committedAt, publishedAt }) => duration(publishedAt - committedAt)],
    ['TRAVEL', ({ publishedAt, arrivedAt }) => duration(arrivedAt - publishedAt)],
    ['WAIT', ({ arrivedAt, startedAt }) => duration(startedAt - arrivedAt)],
    ['LOAD', ({ startedAt, endedAt }) => duration(endedAt - startedAt)],
  ],
});

export const OBSERVED_KINDS: readonly Kind[] = [nodes, alarms, ALARM_RULES, logs, counters, batches];
