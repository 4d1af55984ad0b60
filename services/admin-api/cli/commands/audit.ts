import type { Command } from 'commander';
import { AUDIT } from '../kinds/decided.ts';
import { addListing } from '../listing.ts';
import type { Connect } from '../program.ts';

/** `lutra audit` */
export function addAudit(program: Command, connect: Connect): void {
  addListing(program, connect, AUDIT);
}
