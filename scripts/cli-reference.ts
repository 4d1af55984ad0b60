import { writeFileSync } from 'node:fs';
import { createProgram } from '../services/admin-api/cli/program.ts';
import { referenceText } from '../services/admin-api/cli/reference.ts';

/** Writes docs/cli.md anew. */
writeFileSync(new URL('../docs/cli.md', import.meta.url), referenceText(createProgram()));
