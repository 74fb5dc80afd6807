import { createHash } from 'node:crypto';
import { parseRow, type Row } from './entry';
import type { FrozenChange, Range } from './store';

/**
 * Carries out calls on one partition in their order, as one atomic step.
 * KEYS, all with the partition's hash tag: 1 hash `collection\0id` → row, and '' → last version given; 2 sorted set of the same members, all of
 * score 0, for ranges by byte; 3 sorted set of the members that expire, by time. ARGV: the time in ms ('' = the server's clock, which all processes
 * share), then the calls. Rows are written as in entry.ts. An expired row is absent; the sweep deletes it.
 */
const LUA = `
local rows, index, expiries = KEYS[1], KEYS[2], KEYS[3]
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local now = tonumber(take())
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function live(row)
  if not row then return false end
  local expires_at = tonumber(string.match(row, '^%d+ (%d+) '))
  return expires_at == 0 or expires_at > now
end

local function version_of(member)
  local row = redis.call('HGET', rows, member)
  return live(row) and tonumber(string.match(row, '^%d+')) or 0
end

local function remove(member)
  redis.call('HDEL', rows, member)
  redis.call('ZREM', index, member)
  redis.call('ZREM', expiries, member)
end

local calls = {}

function calls.get()
  local row = redis.call('HGET', rows, take())
  return live(row) and row
end

function calls.list()
  local low, high, reverse, limit = take(), take(), take() == '1', tonumber(take())
  local found, offset, chunk = {}, 0, math.min(limit, 500)
  while #found < limit * 2 do
    local members
    if reverse then
      members = redis.call('ZREVRANGEBYLEX', index, high, low, 'LIMIT', offset, chunk)
    else
      members = redis.call('ZRANGEBYLEX', index, low, high, 'LIMIT', offset, chunk)
    end
    if #members == 0 then break end
    local values = redis.call('HMGET', rows, unpack(members))
    for i, row in ipairs(values) do
      if live(row) and #found < limit * 2 then
        found[#found + 1] = members[i]
        found[#found + 1] = row
      end
    end
    if #members < chunk then break end
    offset = offset + chunk
  end
  return found
end

function calls.commit()
  local changes, refused = {}, false
  for i = 1, tonumber(take()) do
    local change = { kind = take(), member = take(), expect = take(), ttl = take(), json = take() }
    if change.expect ~= '' and version_of(change.member) ~= tonumber(change.expect) then refused = true end
    changes[i] = change
  end
  if refused then return false end
  local version = redis.call('HINCRBY', rows, '', 1)
  for _, change in ipairs(changes) do
    if change.kind == 'delete' then
      remove(change.member)
    elseif change.kind == 'put' then
      local expires_at = change.ttl == '' and 0 or now + tonumber(change.ttl)
      redis.call('HSET', rows, change.member, string.format('%d %.0f ', version, expires_at) .. change.json)
      redis.call('ZADD', index, 0, change.member)
      if expires_at > 0 then
        redis.call('ZADD', expiries, expires_at, change.member)
      else
        redis.call('ZREM', expiries, change.member)
      end
    end
  end
  return version
end

function calls.sweep()
  local due = redis.call('ZRANGEBYSCORE', expiries, '-inf', now, 'LIMIT', 0, tonumber(take()))
  for _, member in ipairs(due) do remove(member) end
  return #due
end

local replies = {}
while position < #ARGV do replies[#replies + 1] = calls[take()]() end
return replies
`;

/** The script and the name under which a server that has seen it knows it. */
export const SCRIPT = { lua: LUA, sha: createHash('sha1').update(LUA).digest('hex') };

const memberOf = (collection: string, id: string) => `${collection}\0${id}`;

/** Arguments of a call that reads one row. */
export function getCall(collection: string, id: string): readonly string[] {
  return ['get', memberOf(collection, id)];
}

/** Arguments of a call that reads a range. */
export function listCall(collection: string, range: Range): readonly string[] {
  const low = `[${memberOf(collection, range.from ?? '')}`;
  const high = range.to === undefined ? `(${collection}\x01` : `(${memberOf(collection, range.to)}`;
  return ['list', low, high, range.reverse ? '1' : '0', String(Math.max(0, range.limit ?? Number.MAX_SAFE_INTEGER))];
}

/** Arguments of a call that commits. */
export function commitCall(changes: readonly FrozenChange[]): readonly string[] {
  const text = (value: number | undefined) => (value === undefined ? '' : String(value));
  return [
    'commit',
    String(changes.length),
    ...changes.flatMap((change) => [
      change.kind,
      memberOf(change.collection, change.id),
      text(change.expect),
      change.kind === 'put' ? text(change.ttlMs) : '',
      change.kind === 'put' ? change.json : '',
    ]),
  ];
}

/** Arguments of a call that deletes up to `limit` expired rows. */
export function sweepCall(limit: number): readonly string[] {
  return ['sweep', String(limit)];
}

/** The row of a `get`. */
export function rowReply(reply: unknown): Row | undefined {
  return typeof reply === 'string' ? parseRow(reply) : undefined;
}

/** Ids and rows of a `list`. */
export function rowsReply(reply: unknown): readonly (readonly [id: string, row: Row])[] {
  if (!Array.isArray(reply)) return [];
  const flat: readonly unknown[] = reply;
  return flat.flatMap((member, position) => {
    const row = rowReply(flat[position + 1]);
    return position % 2 === 0 && row ? [[String(member).split('\0')[1] ?? '', row] as const] : [];
  });
}

/** The version of a `commit`, undefined when refused; how many a `sweep` deleted. */
export function numberReply(reply: unknown): number | undefined {
  return typeof reply === 'number' ? reply : undefined;
}
