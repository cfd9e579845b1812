/** Filters: those that are chosen first, then what else could be, with counts; at the end the order and the size. */
import { useSelector } from '@xstate/store-react';
import { REMARKS, type RemarkCode } from '../../../contract/remark-codes.ts';
import { PHASE_LABELS, type Phase } from '../../../contract/statuses.ts';
import { Icon } from '../../frame/icons.tsx';
import { Menu } from '../../frame/menu.tsx';
import { prefs, SIZES, type Size } from '../../stores/prefs.ts';
import { change, type Query, query, SORTS, sortOf } from '../../stores/query.ts';
import { day, num } from '../../words/format.ts';
import { libraryWords } from '../../words/library.ts';
import { pictureWords } from '../../words/pictures.ts';
import { useText, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { DateChip } from './date-chip.tsx';
import { isSearch } from './question.ts';
import { shelf } from './shelf-store.ts';

const PHASE_CHIPS: readonly Phase[] = ['ready', 'working', 'needs_person', 'failed', 'uploading'];
const TAG_CHIPS = 5;

export function Chips({ size }: { size: Size }) {
  const words = useWords(libraryWords);
  const asked = useSelector(query, ({ context }) => context);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a row with what follows
    <div className="chips" role="group" aria-label={words.filters}>
      <ChosenChips asked={asked} />
      {asked.trash ? null : <OfferedChips asked={asked} />}
      <span className="end">
        <SortMenu asked={asked} />
        <SizeChoice size={size} />
      </span>
    </div>
  );
}

type ChipProps = { label: string; patch: Partial<Query> };
function On({ label, patch }: ChipProps) {
  const words = useWords(libraryWords);
  return (
    <button type="button" className="chip on" aria-label={words.take_off(label)} onClick={() => change(patch)}>
      {label} <Icon name="x" />
    </button>
  );
}
/** not: what a press with `Alt` does instead. */
function Off({ label, patch, not, count }: ChipProps & { not?: Partial<Query>; count?: number }) {
  const words = useWords(libraryWords);
  return (
    <button
      type="button"
      className="chip"
      title={not ? words.alt_leaves_out(label) : undefined}
      onClick={({ altKey }) => change(altKey && not ? not : patch)}
    >
      {label} {count === undefined ? null : <b>{num(count)}</b>}
    </button>
  );
}

function ChosenChips({ asked }: { asked: Query }) {
  const words = useWords(libraryWords);
  const pictures = useWords(pictureWords);
  const text = useText();
  const without = <Value,>(values: readonly Value[], value: Value) => values.filter((one) => one !== value);
  const { tags, phases, not_tags, not_phases, remarks, batches, years, from, to, trash } = asked;
  const chips: ChipProps[] = [
    ...(trash ? [{ label: words.trash, patch: { trash: false } }] : []),
    ...years.map((year) => ({ label: words.year(year), patch: { years: without(years, year) } })),
    ...phases.map((phase) => ({ label: text(PHASE_LABELS[phase]), patch: { phases: without(phases, phase) } })),
    ...remarks.map((code) => ({ label: pictures.remarks[code] ?? code, patch: { remarks: without(remarks, code) } })),
    ...tags.map((tag) => ({ label: tag, patch: { tags: without(tags, tag) } })),
    ...not_phases.map((phase) => ({
      label: words.not(text(PHASE_LABELS[phase])),
      patch: { not_phases: without(not_phases, phase) },
    })),
    ...not_tags.map((tag) => ({ label: words.not(tag), patch: { not_tags: without(not_tags, tag) } })),
    ...batches.map((batch) => ({ label: words.batch(batch), patch: { batches: without(batches, batch) } })),
    ...(from || to ? [{ label: spanOf(from, to, words), patch: { from: null, to: null } }] : []),
  ];
  if (chips.length === 0) return null;
  return (
    <>
      {chips.map((chip) => (
        <On key={chip.label} {...chip} />
      ))}
      {trash ? null : <span className="sep" />}
    </>
  );
}
function spanOf(from: string | null, to: string | null, words: (typeof libraryWords)['en']): string {
  const written = (date: string) => day(`${date}T12:00:00`, now());
  if (from && to) return from === to ? written(from) : `${written(from)} – ${written(to)}`;
  return from ? words.since(written(from)) : words.until(written(to ?? ''));
}

function OfferedChips({ asked }: { asked: Query }) {
  const text = useText();
  const { counts, tags, years, phases: found } = useSelector(shelf, ({ context }) => context);
  const searching = isSearch(asked);
  const counted = searching ? Object.fromEntries(found.map(({ value, count }) => [value, count])) : (counts?.by_phase ?? {});
  const chosen = [...asked.phases, ...asked.not_phases];
  const phases = PHASE_CHIPS.filter((phase) => (counted[phase] ?? 0) > 0 && !chosen.includes(phase));
  const free = tags.filter(({ value }) => ![...asked.tags, ...asked.not_tags].includes(value)).slice(0, TAG_CHIPS);
  const by_year = searching && asked.years.length === 0 && years.length > 1 ? years.slice(0, 3) : [];
  return (
    <>
      {phases.length > 1 || (phases[0] && phases[0] !== 'ready')
        ? phases.map((phase) => (
            <Off
              key={phase}
              label={text(PHASE_LABELS[phase])}
              count={counted[phase] ?? 0}
              patch={{ phases: [...asked.phases, phase], not_phases: [] }}
              not={{ not_phases: [...asked.not_phases, phase], phases: [] }}
            />
          ))
        : null}
      {searching ? null : <RemarkMenu asked={asked} by_remark={counts?.by_remark ?? {}} />}
      {phases.length > 1 && free.length > 0 ? <span className="sep" /> : null}
      {by_year.map(({ value, count }) => (
        <YearChip key={value} value={value} count={count} />
      ))}
      {free.map(({ value, count }) => (
        <Off
          key={value}
          label={value}
          count={count}
          patch={{ tags: [...asked.tags, value] }}
          not={{ not_tags: [...asked.not_tags, value] }}
        />
      ))}
      {searching ? null : <DateChip asked={asked} />}
    </>
  );
}
function YearChip({ value, count }: { value: string; count: number }) {
  const words = useWords(libraryWords);
  return <Off label={words.year(value)} count={count} patch={{ years: [value] }} />;
}

/** Pictures that can be found and lack something, by what. */
function RemarkMenu({ asked, by_remark }: { asked: Query; by_remark: Record<string, number> }) {
  const words = useWords(libraryWords);
  const pictures = useWords(pictureWords);
  const codes = REMARKS.filter((code) => (by_remark[code] ?? 0) > 0 && !asked.remarks.includes(code));
  if (codes.length === 0) return null;
  const total = codes.reduce((sum, code) => sum + (by_remark[code] ?? 0), 0);
  const add = (code: RemarkCode) => change({ remarks: [...asked.remarks, code] });
  return (
    <Menu
      label={words.remarks}
      className="chip"
      side="left"
      button={
        <>
          {words.remarks} <b>{num(total)}</b>
        </>
      }
    >
      {(close) =>
        codes.map((code) => (
          <button
            key={code}
            type="button"
            onClick={() => {
              close();
              add(code);
            }}
          >
            {pictures.remarks[code]} <b className="dim num">{num(by_remark[code] ?? 0)}</b>
          </button>
        ))
      }
    </Menu>
  );
}

function SortMenu({ asked }: { asked: Query }) {
  const words = useWords(libraryWords);
  const shown = sortOf(asked);
  const possible = SORTS.filter((sort) => (isSearch(asked) ? sort !== 'title' : sort !== 'relevance'));
  return (
    <Menu label={`${words.sort}: ${words[`sort_${shown}`]}`} className="b text" button={words[`sort_${shown}`]}>
      {(close) =>
        possible.map((sort) => (
          <button
            key={sort}
            type="button"
            aria-pressed={sort === shown}
            onClick={() => {
              close();
              change({ sort });
            }}
          >
            {words[`sort_${sort}`]} {sort === shown ? <Icon name="check" /> : null}
          </button>
        ))
      }
    </Menu>
  );
}

function SizeChoice({ size }: { size: Size }) {
  const words = useWords(libraryWords);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be aligned to the line of its row
    <span className="size" role="group" aria-label={words.size}>
      {SIZES.map((one) => (
        <button
          key={one}
          type="button"
          aria-label={words[one]}
          title={words[one]}
          aria-pressed={one === size}
          onClick={() => prefs.trigger.size({ size: one })}
        >
          <i />
        </button>
      ))}
    </span>
  );
}
