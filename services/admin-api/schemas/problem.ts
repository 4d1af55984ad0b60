import * as z from 'zod';
import { documentProblemSchema } from '../../../shared/model/document-problem.ts';

export const problemReplySchema = z
  .object({
    type: z.string().describe('urn:lutra:problem:<code>'),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().describe('One sentence that names the thing and the place.'),
    remedy: z.string().describe('What to do.'),
    problems: z.array(documentProblemSchema).describe('The parts, when there are several.'),
  })
  .meta({ description: 'application/problem+json (RFC 9457)' });
