/** Where it is: five stops with their times, and, where it stands still, what, whose fault, what still works, and one button. */
import { FAILURE_CODES, isFailureCode } from '../../../contract/failures.ts';
import type { HistoryItem } from '../../../contract/resource.ts';
import { statusRow } from '../../../contract/statuses.ts';
import { STOPS, strokesOf } from '../../pictures/state-of.ts';
import type { Picture } from '../../stores/pictures.ts';
import { clock, day, exact, span } from '../../words/format.ts';
import { pageWords } from '../../words/picture.ts';
import { useText, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import type { Acts } from './acts.ts';

type WhereProps = { picture: Picture; history: readonly HistoryItem[]; acts: Acts; onHistory: () => void; onDetails: () => void };

export function Where({ picture, history, acts, onHistory, onDetails }: WhereProps) {
  const words = useWords(pageWords);
  const strokes = strokesOf(picture);
  const times = timesOf(picture, history);
  return (
    <section>
      <h2>{words.where}</h2>
      <ol className="line">
        {STOPS.map((stop, n) => {
          const stroke = strokes[n] ?? 'none';
          const time = stroke === 'done' || stroke === 'fail' ? times[stop] : null;
          const last = stroke === 'done' && strokes[n + 1] !== 'done' ? ' last' : '';
          return (
            <li key={stop} className={stroke + last}>
              {words.stops[stop]}
              <span className="vh">: {words.stop_states[stroke]}</span>
              <small title={time ? exact(time) : undefined}>{time ? short(time) : ''}</small>
            </li>
          );
        })}
      </ol>
      <State picture={picture} acts={acts} onHistory={onHistory} onDetails={onDetails} />
    </section>
  );
}

/** The clock of today's, the day of others. */
const short = (time: string): string => (now() - Date.parse(time) < 20 * 3_600_000 ? clock(time) : day(time, now()));

function timesOf(picture: Picture, history: readonly HistoryItem[]): Record<string, string | null> {
  const reached = (...statuses: string[]) => history.findLast(({ from, to }) => statuses.includes(to) && from !== to)?.at ?? null;
  const described = history.find(({ to }) => to === 'READY_FOR_OCR')?.at ?? null;
  return {
    received: picture.uploaded_at,
    described,
    read: picture.failure?.step === 'ocr' ? picture.failure.at : reached('OCR_DONE'),
    vector: picture.failure?.step === 'embed' ? picture.failure.at : reached('VECTOR_DONE'),
    findable: picture.failure?.step === 'index' ? picture.failure.at : picture.indexed_at,
  };
}

const QUICK_MS = 3_600_000;
function State({ picture, acts, onHistory, onDetails }: Omit<WhereProps, 'history'>) {
  const words = useWords(pageWords);
  const text = useText();
  const { phase, status, searchable, uploaded_at, indexed_at, updated_at, failure } = picture;
  const row = statusRow(status);
  if (phase === 'ready' && indexed_at) {
    const ms = uploaded_at ? Date.parse(indexed_at) - Date.parse(uploaded_at) : QUICK_MS;
    return (
      <p className="soft s">
        {ms < QUICK_MS ? words.findable_after(span(Math.max(1_000, ms))) : words.findable_since(exact(indexed_at))}
      </p>
    );
  }
  if (phase === 'working')
    return (
      <p className="soft s">
        {words.working_for(text(row.label), span(Math.max(1_000, now() - Date.parse(updated_at))))}{' '}
        {searchable ? words.by_its_text : ''}
      </p>
    );
  if (phase === 'failed')
    return (
      <div className="note">
        <b>{failure?.meaning ?? text(row.meaning)}</b> {faultOf(failure?.code, words.faults)}{' '}
        {status === 'REJECTED' ? '' : searchable ? words.still_found : words.not_found}{' '}
        {failure && failure.attempts > 1 ? words.asked(failure.attempts) : ''}
        <div className="acts">
          {acts.may('RETRY') ? (
            <button type="button" className="b first" onClick={acts.retry}>
              {words.retry} <kbd>R</kbd>
            </button>
          ) : null}
          <button type="button" className="b" onClick={onHistory}>
            {words.what_happened}
          </button>
        </div>
      </div>
    );
  const left = picture.waits_for;
  return (
    <div className="note wait">
      <b>{text(row.label)}.</b> {phase === 'gone' ? words.gone_since : left}
      <div className="acts">
        {acts.may('RESTORE') ? (
          <button type="button" className="b first" onClick={acts.restore}>
            {words.restore}
          </button>
        ) : null}
        {phase === 'needs_person' && acts.may('METADATA_SUBMITTED') ? (
          <button type="button" className="b first" onClick={onDetails}>
            {words.fill_in}
          </button>
        ) : null}
      </div>
    </div>
  );
}
/** The meaning of most failures of a provider says so itself. */
const faultOf = (code: string | undefined, faults: Record<string, string>): string => {
  if (!code || !isFailureCode(code)) return '';
  const { fault, en } = FAILURE_CODES[code];
  return /nothing is wrong with the picture/i.test(en) ? '' : (faults[fault] ?? '');
};
