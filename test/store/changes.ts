import type { Change, Json } from '../../src/store/store';

/** Changes of the collection `notes`. */

export const put = (id: string, value: Json, more: { expect?: number; ttlMs?: number } = {}): Change => ({
  kind: 'put',
  collection: 'notes',
  id,
  value,
  ...more,
});

export const remove = (id: string, expect?: number): Change => ({
  kind: 'delete',
  collection: 'notes',
  id,
  ...(expect !== undefined && { expect }),
});

export const check = (id: string, expect: number): Change => ({ kind: 'check', collection: 'notes', id, expect });
