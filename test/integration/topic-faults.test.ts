import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureTopic } from '../../shared/kafka/topic-admin.ts';
import { createLogger } from '../../shared/runtime/log.ts';
import { Flow } from '../support/flow.ts';

test('a topic with another number of partitions than its database asks for is named with both numbers', async () => {
  await using flow = await Flow.prepare({ tables: { t: 'id INT NOT NULL PRIMARY KEY' } });
  const kafka = {
    brokers: [flow.stack.address('kafka-sh')],
    clientId: 'topic-faults',
    log: createLogger('test', 'silent'),
  };
  await ensureTopic(kafka, { name: flow.topic, partitions: 3, config: { 'cleanup.policy': 'delete' } });
  await flow.apply({ state: 'paused' });
  await flow.channels.start(flow.name);
  const { selector } = await flow.until('the selector is blocked', (status) => status.selector?.state === 'blocked');
  assert.equal(selector?.reason?.code, 'TOPIC_PARTITIONS_DIFFER');
  assert.match(selector?.reason?.message ?? '', /lutra\.rows\.sh\..*3.*1|lutra\.rows\.sh\..*1.*3/);
  assert.match(selector?.reason?.remedy ?? '', /partitions/);
});
