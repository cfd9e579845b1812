/** The icons: 18 px, a round stroke of 1.6 px, drawn for this app. */

const PATHS = {
  search: 'M8 2.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8zM12 12l4 4',
  plus: 'M9 3v12M3 9h12',
  check: 'm3.5 9.5 3.6 3.6 7.4-8',
  x: 'm4.5 4.5 9 9m0-9-9 9',
  pause: 'M6.2 4v10M11.8 4v10',
  play: 'M6 3.8v10.4l8-5.2z',
  retry: 'M14.5 9a5.5 5.5 0 1 1-1.8-4.1M14.6 2.6v3.2h-3.2',
  back: 'M10.8 4 5.8 9l5 5',
  next: 'm7.2 4 5 5-5 5',
  moon: 'M14.8 10.6A6.2 6.2 0 0 1 7.4 3.2a6.2 6.2 0 1 0 7.4 7.4z',
  sun: 'M9 5.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM9 1.8v1.6m0 11.2v1.6M1.8 9h1.6m11.2 0h1.6M3.9 3.9 5 5m8 8 1.1 1.1m0-10.2L13 5m-8 8-1.1 1.1',
  more: 'M4 9h.01M9 9h.01M14 9h.01',
  trash: 'M3.5 5h11M7 5V3.2h4V5m-6 0 .7 9.6h6.6L13 5',
  down: 'M9 3v8.4m-3.6-3.2L9 11.8l3.6-3.6M3.5 15h11',
  edit: 'm4 14 .7-3 7-7 2.3 2.3-7 7z',
  copy: 'M6.5 6.5h8v8h-8zM3.5 11.5v-8h8',
  library: 'M4 12.5V4.2h4v8.3m2 0V6.6h4v5.9M2.5 15h13',
  inbox: 'M3 10.5 5 4h8l2 6.5V15H3zM3 10.5h3.6l1 1.8h2.8l1-1.8H15',
  ops: 'M2.5 9.5h3l2-5.5 3.2 10 2-4.5h2.8',
  machine:
    'M4.5 7a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM13.5 2.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM13.5 11.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM6.4 8l5.2-2.6M6.4 10l5.2 2.6',
  camera: 'M2.8 6h3l1.2-2h4l1.2 2h3v8.5H2.8zM9 7.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2z',
  clip: 'M6 4.2H4v11h10v-11h-2M6.5 3h5v2.6h-5z',
  link: 'M7.6 10.4a2.6 2.6 0 0 0 3.8 0l2.2-2.2a2.7 2.7 0 0 0-3.8-3.8L8.6 5.6m1.8 2a2.6 2.6 0 0 0-3.8 0L4.4 9.8a2.7 2.7 0 0 0 3.8 3.8l1.2-1.2',
  clock: 'M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM9 5.6V9l2.4 1.6',
  bolt: 'M10 2.5 4.5 10h4L8 15.5 13.5 8h-4z',
  no: 'M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM4.8 4.8l8.4 8.4',
  warn: 'M9 3 2.5 14.5h13zM9 7.5v3.2m0 2v.1',
  tag: 'M3 3.5h5.6l6.4 6.4-5.1 5.1-6.4-6.4zM6.2 6.7h.01',
  calendar: 'M3.5 4.5h11v10h-11zM3.5 7.6h11M6.4 2.8v3M11.6 2.8v3',
  up: 'M9 15V4.5M5 8.4l4-4 4 4',
  step: 'M5 4v10l6.5-5zM13.5 4v10',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={name === 'more' ? 'i dots' : 'i'} viewBox="0 0 18 18" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a picture that stands on a line. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 22 22" aria-hidden="true">
      <path className="sheet" d="M5.5 4.2h11v11h-11z" />
      <path className="words" d="M9 8.4h4M9 11.2h2.4" />
      <path className="floor" d="M1.5 18.6h19" />
    </svg>
  );
}
