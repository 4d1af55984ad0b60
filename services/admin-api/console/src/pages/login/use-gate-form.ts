import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../api/client.ts';

/** A form that opens the gate: sends its content, then asks for the session again. */
export function useGateForm(
  method: string,
  path: string,
): {
  readonly error: unknown;
  readonly busy: boolean;
  readonly submit: (json: object) => (event: FormEvent) => void;
} {
  const queries = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const send = async (json: object): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await call(path, { method, json });
      await queries.invalidateQueries();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return {
    error,
    busy,
    submit: (json) => (event) => {
      event.preventDefault();
      void send(json);
    },
  };
}
