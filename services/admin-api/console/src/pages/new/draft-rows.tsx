import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';

/** Rows of fields, of which one stays at least; each can be taken away, and `fresh` is what a further one begins with. */
export function DraftRows<T>({
  items,
  fresh,
  render,
  hint,
  add,
  remove,
  onChange,
}: {
  items: readonly T[];
  fresh: T;
  render: (item: T, put: (part: Partial<T>) => void) => ReactNode;
  hint?: string;
  /** Words of the buttons. */
  add: string;
  remove: string;
  onChange: (items: readonly T[]) => void;
}): ReactNode {
  return (
    <>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names change while they are written, and a mapping has none but its place
        <div key={index} className="draft-row">
          {render(item, (part) => onChange(items.with(index, { ...item, ...part })))}
          <Button
            look="quiet"
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={remove}
            title={remove}
            disabled={items.length === 1}
            onClick={() => onChange(items.toSpliced(index, 1))}
          />
        </div>
      ))}
      {hint !== undefined && <p className="muted">{hint}</p>}
      <div>
        <Button icon={<Plus size={15} aria-hidden />} onClick={() => onChange([...items, fresh])}>
          {add}
        </Button>
      </div>
    </>
  );
}
