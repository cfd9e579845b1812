/** For adapters that a drill opens beside the service: what they say is in the drill's own lines. */
import { pino } from 'pino';

export const silentLog = pino({ level: 'silent' });
