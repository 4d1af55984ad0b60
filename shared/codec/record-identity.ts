import avro from 'avsc';
import { HEARTBEAT_SCHEMA } from './envelope.ts';

/** Magic byte and schema id. */
const PREFIX_BYTES = 5;
/** Every record begins with these fields, whatever follows. */
const HEAD = avro.Type.forSchema(HEARTBEAT_SCHEMA as unknown as avro.Schema);

/** What numbers a record of a rows topic; a heartbeat bears the serial of the record before it. Undefined when the value is no such record. */
export function readIdentity(value: Buffer): { readonly epoch: number; readonly serial: number } | undefined {
  try {
    const { value: head, offset } = HEAD.decode(value, PREFIX_BYTES);
    return offset < 0 ? undefined : { epoch: head.source.epoch, serial: head.source.serial };
  } catch {
    return undefined;
  }
}
