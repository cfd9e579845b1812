/** The organisation whose rows a call may read and write. */
export type Scope = { org_id: string };

export type Owned = { resource_id: string; org_id: string; at: number };

export type IdempotencyKey = Owned & { key: string; fingerprint: string };

export type ResourceRef = { scope: Scope; resource_id: string };
