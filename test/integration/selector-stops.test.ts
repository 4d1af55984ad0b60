import { test } from 'node:test';
import { Flow } from '../support/flow.ts';

const TABLES = { t: 'id INT NOT NULL PRIMARY KEY' };

test('a channel that goes while its source is just beginning holds up no other channel', async () => {
  for (let n = 0; n < 4; n++) {
    await using first = await Flow.open({ tables: TABLES });
    await using second = await Flow.prepare({ tables: TABLES, sharing: first });
    await second.apply({ state: 'paused' });
    await second.channels.remove(second.name);
  }
  await using last = await Flow.open({ tables: TABLES });
  await last.atSource('INSERT INTO t VALUES (1)');
  await last.assertEqual();
});
