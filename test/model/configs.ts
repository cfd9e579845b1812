/** The explorations: which worlds are visited. All of them must be sound. */
import { FACT_ROWS, isEntered, ROWS, STEP_OF_FACT, STEP_OF_JOB } from '../../contract/step-kinds.ts';
import type { Config } from './world.ts';

const JOBS = Object.keys(STEP_OF_JOB);
/** The steps that make rows. */
const MAKING = FACT_ROWS.filter((row) => !isEntered(row)).map((row) => STEP_OF_FACT[ROWS[row].fact]);

/** What is down for ever: with faults, with people only where it matters, and with workers that live (their deaths are in 'faults'). */
export const CONFIGS: Config[] = [
  { name: 'all well' },
  { name: 'slow embedding', grace: true },
  { name: 'slow embedding, late', grace: true, late: true },
  { name: 'people', people: true, exact: true },
  { name: 'people, slow embedding', people: true, grace: true, exact: true },
  { name: 'people, restored', people: true, grace: true, restored: true },
  { name: 'people, late', people: true, late: true },
  { name: 'people, late, slow embedding', people: true, late: true, grace: true },
  { name: 'faults', faults: true },
  { name: 'rows vanish', rows_vanish: true },
  { name: 'rows vanish, slow embedding', rows_vanish: true, grace: true },
  { name: 'rows vanish, embed refuses for ever', rows_vanish: true, down: { job: 'embed', how: 'refuses' } },
  { name: 'people, rows vanish', people: true, rows_vanish: true },
  { name: 'outages', outages: true },
  ...JOBS.filter((job) => job !== 'inspect' && job !== 'text').map(
    (job): Config => ({
      name: `${job} unavailable for ever, tried again by the service`,
      retries: true,
      people: job === 'purge',
      down: { job, how: 'unavailable' },
    }),
  ),
  { name: 'faults, outages', faults: true, outages: true, workers_live: true },
  { name: 'faults, slow embedding', faults: true, grace: true },
  { name: 'faults, restored', faults: true, restored: true, grace: true, workers_live: true },
  { name: 'faults, late', faults: true, late: true, workers_live: true },
  ...JOBS.map(
    (job): Config => ({
      name: `faults, ${job} hangs for ever`,
      faults: true,
      workers_live: true,
      grace: job === 'text',
      people: job === 'purge',
      down: { job, how: 'hangs' },
    }),
  ),
  ...(['errors', 'refuses', 'unavailable', 'forgets'] as const).flatMap((how) =>
    MAKING.map(
      (job): Config => ({ name: `faults, ${job} ${how} for ever`, faults: true, workers_live: true, down: { job, how } }),
    ),
  ),
  { name: 'faults with dying workers, ocr hangs for ever', faults: true, down: { job: 'ocr', how: 'hangs' } },
  { name: 'faults with dying workers, embed forgets for ever', faults: true, down: { job: 'embed', how: 'forgets' } },
  {
    name: 'people, faults, embed unavailable for ever',
    faults: true,
    people: true,
    workers_live: true,
    down: { job: 'embed', how: 'unavailable' },
  },
  { name: 'people, faults', faults: true, people: true, workers_live: true },
  { name: 'people, faults, slow embedding', faults: true, people: true, workers_live: true, grace: true },
];
