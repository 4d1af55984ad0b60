import type { ReactNode } from 'react';

export function Logo(): ReactNode {
  return (
    <span className="logo">
      <img src="/favicon.svg" width={22} height={22} alt="" />
      Lutra
    </span>
  );
}
