import { createLogger } from '../shared/runtime/log.ts';

/** For Kafka clients of the benchmark: what they say belongs into no figure. */
export const silentLog = createLogger('bench', 'silent');
