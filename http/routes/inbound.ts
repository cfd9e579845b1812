/** What stores and providers call, and where the embedded store's links lead. */
import type { Handlers } from '../handlers.ts';
import { admitCallback, takeCallback } from './callback.ts';
import { getObject, putObject, storeOf } from './objects.ts';
import { admitStore, takeStorageEvents } from './storage-events.ts';

export const inboundHandlers: Handlers<'take_callback' | 'take_storage_events' | 'put_object' | 'get_object'> = {
  take_callback: { admit: admitCallback, handle: takeCallback },
  take_storage_events: { admit: admitStore, handle: takeStorageEvents },
  put_object: { admit: storeOf, handle: putObject },
  get_object: { admit: storeOf, handle: getObject },
};
