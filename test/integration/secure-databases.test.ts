import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../demo/servers.ts';
import { followTopic } from '../../shared/kafka/topic-follower.ts';
import { foldersOf } from '../../stack/processes/folders.ts';
import { AUDIT_TOPIC, CHANNELS_TOPIC, DATABASES_TOPIC, REVISIONS_TOPIC } from '../../topics/topics.ts';
import { Certificates } from '../support/certificates.ts';
import { Flow } from '../support/flow.ts';
import { kafkaOf } from '../support/kafka-records.ts';

const SECRETS = { from: 'S3cret-of-the-source', to: 'S3cret-of-the-target' };

/** Users that the servers let in over TLS only. */
async function tlsUsers({ route, word }: Flow): Promise<void> {
  const grants = { from: 'REPLICATION SLAVE, REPLICATION CLIENT, SELECT', to: 'ALL' };
  for (const side of ['from', 'to'] as const)
    await run(route[side].server, [
      `CREATE USER u_${word} IDENTIFIED BY '${SECRETS[side]}' REQUIRE SSL`,
      `GRANT ${grants[side]} ON *.* TO u_${word}`,
    ]);
}

async function topicText(flow: Flow, topic: string): Promise<string> {
  let all = '';
  const signal = AbortSignal.timeout(30_000);
  for await (const { records, caughtUp } of followTopic({ ...kafkaOf(flow, 'sh'), topic }, signal)) {
    for (const { key, value } of records) all += `${key} ${value?.toString('utf8') ?? ''}\n`;
    if (caughtUp) break;
  }
  return all;
}

test('A9: rows flow over TLS with passwords that stand nowhere in clear; another authority is refused by name and mended while it runs', async () => {
  const databases = { from: {}, to: {} };
  await using flow = await Flow.prepare({ tables: { t: 'id INT PRIMARY KEY, a VARCHAR(50)' }, databases });
  const { stack, name, word } = flow;
  const ca = { file: join(foldersOf(stack.dir).data, 'otter', 'ca.pem') };
  const own = { from: { file: join(foldersOf(stack.dir).data, 'order', 'ca.pem') }, to: ca };
  for (const side of ['from', 'to'] as const)
    databases[side] = { user: `u_${word}`, password: { value: SECRETS[side] }, tls: { ca: own[side], verify: 'ca' } };
  const login = { authorization: `Bearer ${stack.token}` };
  const ask = async (path: string, body?: string): Promise<string> => {
    const method = body === undefined ? 'GET' : 'POST';
    const headers = { ...login, 'content-type': 'application/yaml' };
    const url = `${stack.address('admin-api', 'http')}/api/v1${path}`;
    const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    return `${answer.status} ${await answer.text()}`;
  };
  try {
    await tlsUsers(flow);
    await flow.apply();
    await flow.atSource("INSERT INTO t VALUES (1, 'one'), (2, 'two')");
    await flow.atSource("UPDATE t SET a = 'three' WHERE id = 2");
    await flow.assertEqual();

    const document = JSON.stringify(flow.document());
    assert.ok(document.includes(SECRETS.from));
    assert.match(await ask('/apply', document), /^200 .*"outcome":"unchanged"/);
    const exported = (await ask(`/export?filter=${name}`)).slice('200 '.length);
    assert.match(exported, /encrypted: v1\./);
    assert.match(await ask('/apply', exported), /^200 .*"outcome":"unchanged"/);
    const changed = document.replace(SECRETS.from, `${SECRETS.from}-2`);
    const diff = await ask('/diff', changed);
    assert.match(diff, /^200 .*"outcome":"configured"/);
    assert.match(await ask(`/channels/${name}/check`, '{}'), /^200 {"ok":true/);

    using other = new Certificates();
    const right = databases.to;
    databases.to = { ...right, tls: { ca: { file: other.ca }, verify: 'ca' } };
    await flow.channels.apply(JSON.stringify(flow.document()));
    const refused = await flow.until('the target is refused', ({ loader }) =>
      /not of an authority/.test(loader?.reason?.message ?? ''),
    );
    assert.equal(refused.loader?.reason?.code, 'TARGET_UNREACHABLE');
    assert.match(refused.loader?.reason?.remedy ?? '', /tls of the database/);
    await flow.atSource("INSERT INTO t VALUES (3, 'while it waits')");
    databases.to = right;
    await flow.apply();
    await flow.assertEqual();

    const answers = await Promise.all(
      [`/channels/${name}`, '/databases?limit=1000', `/channels/${name}/revisions/1`, '/audit?limit=1000'].map((path) =>
        ask(path),
      ),
    );
    const topics = [CHANNELS_TOPIC, DATABASES_TOPIC, REVISIONS_TOPIC, AUDIT_TOPIC, 'lutra.log.sh', 'lutra.status.sh'];
    const texts = await Promise.all(topics.map((topic) => topicText(flow, topic)));
    assert.ok(texts[0]?.includes(name));
    const logs = ['selector-sh', 'loader-us', 'admin-api'].map((each) =>
      readFileSync(join(foldersOf(stack.dir).logs, `${each}.log`), 'utf8'),
    );
    for (const [at, text] of [exported, diff, ...answers, ...texts, ...logs].entries())
      assert.ok(!text.includes('S3cret-of-the'), `a secret stands in clear in text ${at}`);
  } finally {
    for (const side of ['from', 'to'] as const) await run(flow.route[side].server, [`DROP USER IF EXISTS u_${word}`]);
  }
});
