import { stringify } from 'yaml';
import type { ChannelDocument } from '../../shared/model/channel.ts';
import type { DatabaseDocument } from '../../shared/model/database-document.ts';
import { writtenDocument } from '../../shared/model/written-document.ts';

/** A document as YAML, ready to be applied again. */
export function documentYaml(document: ChannelDocument | DatabaseDocument): string {
  return stringify(document.kind === 'Channel' ? writtenDocument(document) : document, { lineWidth: 0 });
}
