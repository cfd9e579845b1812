/** The places of the bar: their page, icon, key, and the least role that sees them. */
import type { Role } from '../../contract/roles.ts';
import type { IconName } from './icons.tsx';

/** ready: its room is there. in_more: on a phone it is under More. */
export type Place = {
  page: 'library' | 'inbox' | 'operations' | 'machines';
  icon: IconName;
  key: string;
  role: Role;
  ready: boolean;
  in_more?: true;
};

export const PLACES: readonly Place[] = [
  { page: 'library', icon: 'library', key: 'g l', role: 'viewer', ready: true },
  { page: 'inbox', icon: 'inbox', key: 'g i', role: 'editor', ready: true },
  { page: 'operations', icon: 'ops', key: 'g o', role: 'operator', ready: true },
  { page: 'machines', icon: 'machine', key: 'g m', role: 'viewer', ready: true, in_more: true },
];
