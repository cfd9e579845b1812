/** A part of the inbox: what it is, what happens to it, and its rows. */
import type { ReactNode } from 'react';
import { num } from '../../words/format.ts';

type SectionProps = {
  kind: 'wait' | 'fail' | 'off';
  title: string;
  count: number;
  meaning: string;
  act?: ReactNode;
  children: ReactNode;
};

export function Section({ kind, title, count, meaning, act = null, children }: SectionProps) {
  return (
    <section className="group">
      <header>
        <h2>
          <span className={`dot ${kind}`} />
          {title} {count > 0 ? <b>{num(count)}</b> : null}
        </h2>
        <p>{meaning}</p>
        {act}
      </header>
      <div className="rows">{children}</div>
    </section>
  );
}
