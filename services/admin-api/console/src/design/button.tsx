import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';

type Look = 'plain' | 'primary' | 'danger' | 'danger filled' | 'quiet';

/** A button. `busy`: what it began is under way, and it cannot be pressed. */
export function Button({
  look = 'plain',
  busy = false,
  icon,
  children,
  disabled,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look; busy?: boolean; icon?: ReactNode }): ReactNode {
  const shape = children === undefined ? ' icon' : '';
  return (
    <button
      type="button"
      className={`button ${look}${shape}`}
      disabled={disabled === true || busy}
      aria-busy={busy}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

/** A button that looks like a link: it opens what its row tells of. */
export function TextButton(attributes: ButtonHTMLAttributes<HTMLButtonElement>): ReactNode {
  return <button type="button" className="link cell-main" {...attributes} />;
}

/** A link that looks like a button: it leads to another page. */
export function LinkButton({
  to,
  look = 'plain',
  icon,
  children,
}: {
  to: string;
  look?: Look;
  icon?: ReactNode;
  children: ReactNode;
}): ReactNode {
  return (
    <Link href={to} className={`button ${look}`}>
      {icon}
      {children}
    </Link>
  );
}
