/** What can be found, and should be looked at: by remark, with the way to reading it again. */
import { useSelector } from '@xstate/store-react';
import { Link } from 'wouter';
import { REMARK_CODES } from '../../../contract/remark-codes.ts';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { parseQuery, searchOf } from '../../stores/query.ts';
import { num } from '../../words/format.ts';
import { inboxWords } from '../../words/inbox.ts';
import { useText, useWords } from '../../words/words.ts';
import { inbox } from './inbox-store.ts';
import { Section } from './section.tsx';
import { parted } from './stopped.tsx';

const isKnown = (code: string): code is keyof typeof REMARK_CODES => Object.hasOwn(REMARK_CODES, code);

export function Remarked() {
  const words = useWords(inboxWords);
  const text = useText();
  const remarks = useSelector(inbox, ({ context }) => context.remarks);
  const known = remarks.flatMap(([code, count]) => (isKnown(code) ? [{ code, count }] : []));
  if (known.length === 0) return null;
  return (
    <Section kind="off" title={words.remarks} count={0} meaning={words.remarks_meaning}>
      {known.map(({ code, count }) => {
        const [title, rest] = parted(text(REMARK_CODES[code]));
        return (
          <div className="cause" key={code}>
            <div>
              <h3>
                {title} <span className="dim num">{num(count)}</span>
              </h3>
              <p>{rest.replaceAll('`', '')}</p>
            </div>
            <div className="acts">
              <Link className="b plain" href={WEB_PAGES.library + searchOf({ ...parseQuery(''), remarks: [code] })}>
                {words.look}
              </Link>
              <Link className="b plain" href={`${WEB_PAGES.again}?remark=${code}`}>
                {words.read_again}
              </Link>
            </div>
          </div>
        );
      })}
    </Section>
  );
}
