import { useQueryClient } from '@tanstack/react-query';
import { Database, Pencil, Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { call } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useMay } from '../../api/rights.ts';
import type { DatabaseList, DatabaseView } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/dialog.tsx';
import { List } from '../../design/list.tsx';
import { useNotice } from '../../design/notices.tsx';
import { PageHead } from '../../design/page.tsx';
import { common } from '../../words/common.ts';
import { useWords } from '../../words/words.ts';
import { DatabaseDialog } from './database-dialog.tsx';
import { databasesWords } from './databases-words.ts';
import './databases.css';

type Open = { readonly act: 'add' } | { readonly act: 'edit' | 'delete'; readonly database: DatabaseView };

/** Sources and targets: add, test, change, delete. */
export default function DatabasesPage(): ReactNode {
  const words = useWords(databasesWords);
  const general = useWords(common);
  const answer = useApi<DatabaseList>('/databases', { limit: 1000 });
  const [open, setOpen] = useState<Open>();
  const mayChange = useMay('admin');
  const close = (): void => setOpen(undefined);
  const add = (
    <Button
      look="primary"
      icon={<Plus size={15} aria-hidden />}
      disabled={!mayChange}
      onClick={() => setOpen({ act: 'add' })}
    >
      {words.add}
    </Button>
  );
  return (
    <div className="stack">
      <PageHead title={words.title} about={words.about}>
        {add}
      </PageHead>
      <List
        label={words.title}
        keyOf={({ kind, name, definedIn }) => `${kind} ${name} ${definedIn.join()}`}
        answer={answer}
        empty={{ icon: Database, title: words.none, about: words.noneAbout, action: add }}
        columns={[
          { key: 'name', head: general.name, cell: ({ name }) => <span className="cell-main">{name}</span> },
          { key: 'site', head: general.site, cell: ({ site }) => site },
          {
            key: 'hosts',
            head: words.hosts,
            cell: ({ hosts }) => <span className="break">{hosts.join(', ')}</span>,
          },
          { key: 'user', head: words.user, cell: ({ user }) => user },
          { key: 'used', head: words.usedBy, cell: (database) => <UsedBy database={database} /> },
          {
            key: 'acts',
            head: '',
            isNumber: true,
            cell: (database) => (
              <Acts database={database} mayChange={mayChange} onOpen={(act) => setOpen({ act, database })} />
            ),
          },
        ]}
      />
      {open?.act === 'add' && <DatabaseDialog onClose={close} />}
      {open?.act === 'edit' && <DatabaseDialog stored={open.database} onClose={close} />}
      {open?.act === 'delete' && <DeleteDialog database={open.database} onClose={close} />}
    </div>
  );
}

function UsedBy({ database }: { database: DatabaseView }): ReactNode {
  const words = useWords(databasesWords);
  if (database.usedBy.length === 0) return <span className="muted">{words.unused}</span>;
  return (
    <ul>
      {database.usedBy.map(({ channel, pipeline, as }) => (
        <li key={`${channel} ${pipeline} ${as}`}>
          <Link href={`/channels/${channel}`}>{channel}</Link> / {pipeline}{' '}
          <span className="muted">{as === 'source' ? words.asSource : words.asTarget}</span>
        </li>
      ))}
    </ul>
  );
}

function Acts({
  database,
  mayChange,
  onOpen,
}: {
  database: DatabaseView;
  mayChange: boolean;
  onOpen: (act: 'edit' | 'delete') => void;
}): ReactNode {
  const words = useWords(databasesWords);
  const general = useWords(common);
  if (database.kind === 'channel') {
    return (
      <span className="muted" title={words.editChannel}>
        {words.definedIn(database.definedIn.join(', '))}
      </span>
    );
  }
  return (
    <span className="row acts">
      <Button
        icon={<Pencil size={14} aria-hidden />}
        aria-label={`${words.edit}: ${database.name}`}
        disabled={!mayChange}
        onClick={() => onOpen('edit')}
      />
      <Button
        look="danger"
        icon={<Trash2 size={14} aria-hidden />}
        aria-label={`${general.delete}: ${database.name}`}
        disabled={!mayChange}
        onClick={() => onOpen('delete')}
      />
    </span>
  );
}

function DeleteDialog({ database, onClose }: { database: DatabaseView; onClose: () => void }): ReactNode {
  const words = useWords(databasesWords);
  const general = useWords(common);
  const tell = useNotice();
  const queries = useQueryClient();
  const isUsed = database.usedBy.length > 0;
  const carryOut = async (): Promise<void> => {
    await call(`/databases/${database.name}`, { method: 'DELETE' });
    await queries.invalidateQueries();
    tell('good', words.deleted(database.name));
  };
  return (
    <ConfirmDialog
      title={words.deleteTitle(database.name)}
      action={general.delete}
      isDanger
      isReady={!isUsed}
      onConfirm={carryOut}
      onClose={onClose}
    >
      <p>{isUsed ? words.inUse : words.deleteAbout}</p>
      {isUsed && <UsedBy database={database} />}
    </ConfirmDialog>
  );
}
