import { CHANNEL_KINDS } from './channels.ts';
import { DECIDED_KINDS } from './decided.ts';
import type { Kind } from './kind.ts';
import { OBSERVED_KINDS } from './observed.ts';
import { PLACE_KINDS } from './places.ts';

/** Everything that `lutra get` lists. */
export const KINDS: readonly Kind[] = [...CHANNEL_KINDS, ...PLACE_KINDS, ...OBSERVED_KINDS, ...DECIDED_KINDS];
