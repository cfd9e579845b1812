/** Whose tasks are, where it does not matter. */
export const OWNER = { org_id: 'org', user_id: 'user' };
