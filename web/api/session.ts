/** The session of this browser: a cookie that only the server reads. These calls are apart, since they decide whether any other makes sense. */
import type { Me } from '../../contract/session.ts';
import { api } from './api.ts';

export type { Me } from '../../contract/session.ts';

export const me = async (): Promise<Me> => (await api.get_me()).body;
/** Good once: a token that was used or is too old is refused with LOGIN_REFUSED. */
export const exchange = async (token: string): Promise<Me> => (await api.begin_session({ body: { token } })).body;
export const signOut = (): Promise<unknown> => api.end_session();
