/** What the settings are made of: kinds of values, and notes for people. */
import { z } from 'zod';

/**
 * What is written about a setting. secret: it is one, or may hold one. fallback: in words, for a default that is not in the schema or
 * depends on the machine.
 */
export type Note = { description: string; secret?: boolean; fallback?: string };

export const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
export const listed = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
export const yes = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
export const web = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
export const text = z.string().min(1);
const DAY_MS = 24 * 60 * 60_000;
export const delay = whole(0, 30 * DAY_MS);

export const note = (description: string, more: Omit<Note, 'description'> = {}): Note => ({ description, ...more });
export const secret = (description: string): Note => note(description, { secret: true });
export const lasting = (description: string, ms: number): Note => note(description, { fallback: String(ms) });
