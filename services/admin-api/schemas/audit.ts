import { auditEntrySchema } from '../../../shared/model/audit.ts';
import { pageSchema } from './page.ts';

/** GET /api/v1/audit. The model stands in shared/model/audit.ts. */
export const auditListSchema = pageSchema(auditEntrySchema);
