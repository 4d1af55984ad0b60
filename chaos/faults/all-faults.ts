import type { StackHandle } from '../../stack/api.ts';
import { DATABASE_LINKS } from '../channels.ts';
import { SERVER_LINKS } from '../links.ts';
import type { Relay } from '../relay.ts';
import { clockFaults } from './clock-faults.ts';
import { diskFaults, mayMount } from './disk-faults.ts';
import type { Fault } from './fault.ts';
import { linkFaults } from './link-faults.ts';
import { processFaults } from './process-faults.ts';
import { sessionFaults } from './session-faults.ts';

/** Every fault that is possible on this machine. */
export function allFaults(stack: StackHandle, relayOf: (link: string) => Relay): readonly Fault[] {
  return [
    ...processFaults(stack),
    ...linkFaults([...SERVER_LINKS, ...Object.keys(DATABASE_LINKS)], relayOf),
    ...sessionFaults(stack),
    ...clockFaults(stack),
    ...(mayMount ? diskFaults(stack) : []),
  ];
}

/** The faults that a list of kinds and names asks for; an empty list asks for all, `none` for none. Errors: a sentence with the word that names no fault. */
export function chosenFaults(faults: readonly Fault[], wanted: readonly string[]): readonly Fault[] {
  if (wanted.length === 0) return faults;
  const unknown = wanted.find(
    (word) => word !== 'none' && !faults.some(({ name, kind }) => word === name || word === kind),
  );
  if (unknown !== undefined) {
    const kinds = [...new Set(faults.map(({ kind }) => kind))].join(', ');
    throw new Error(`no fault is called "${unknown}"; kinds are ${kinds}, and --list prints every name.`);
  }
  return faults.filter(({ name, kind }) => wanted.includes(name) || wanted.includes(kind));
}
