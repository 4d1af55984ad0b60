import { after, test } from 'node:test';
import { MYSQL } from '../support/replicas.ts';
import { failoverOf } from '../support/source-failover.ts';

const { tests, close } = await failoverOf(MYSQL);
after(close);
for (const [promise, keep] of tests) test(promise, keep);
