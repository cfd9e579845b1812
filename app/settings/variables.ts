/** Every setting: its schema, default and description. `docs/configuration.md` and `tuodi config` are made from these. */
import { z } from 'zod';
import type { Note } from './kinds.ts';
import { commands, providers, servers } from './servers.ts';
import { limits, pictures, service } from './service.ts';

/** The settings as people look for them. */
export const GROUPS = {
  'The service': service,
  'Pictures: required fields, deadlines and retention': pictures,
  'Rates, quotas and limits': limits,
  'Parts on servers': servers,
  'Recognition and vectors': providers,
  Commands: commands,
};
/** One entry a variable: TUODI_ and the name in capitals. Units are in the names. */
export const Variables = z.strictObject({ ...service, ...pictures, ...limits, ...servers, ...providers, ...commands });

/** Returns what is written about a setting. Throws for one without a note. */
export function noteOf(name: keyof typeof Variables.shape): Note {
  const { description, secret, fallback } = Variables.shape[name].meta() ?? {};
  if (!description) throw new Error(`the setting ${name} has no description`);
  return { description, secret: secret === true, ...(typeof fallback === 'string' ? { fallback } : {}) };
}
