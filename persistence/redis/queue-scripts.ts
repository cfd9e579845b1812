/**
 * The scripts of the queue. Of each kind there are:
 * - a sorted set of all that wait, by when they were pushed: what `knows`, `depth` and the age are read from;
 * - their turns: a list of the organisations that wait, of each a list of its keys, of each key a list of its tasks;
 * - a sorted set of the tasks that are being handled, each scored by a number that its worker changes as long as it lives: whoever sees
 *   the same number for longer than a lease, by a clock of his own, takes the task back. No two clocks are compared;
 * - a list of those that were taken back, which come first;
 * - the bell: a list of at most one entry, on which a worker with a free place blocks. Who takes it passes it on while others wait.
 *
 * The set of all that wait decides: what the lists have lost is taken from it once they are empty, what they have too much is skipped.
 */
import { script } from './script.ts';

/** KEYS: waiting, tasks of the key, keys of the organisation, organisations, bell. ARGV: id, now, key, organisation. Returns 0 if it waits already. */
export const PUSH = script(`
if redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1]) == 0 then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[1])
if not redis.call('LPOS', KEYS[3], ARGV[3]) then redis.call('RPUSH', KEYS[3], ARGV[3]) end
if not redis.call('LPOS', KEYS[4], ARGV[4]) then redis.call('RPUSH', KEYS[4], ARGV[4]) end
if redis.call('EXISTS', KEYS[5]) == 0 then redis.call('RPUSH', KEYS[5], 1) end
return 1`);

/**
 * KEYS: waiting, organisations, expired, active, bell. ARGV: how many, their number as active, what the names of lists begin with.
 * Returns of each task its id and '1' if its lease had expired.
 */
export const TAKE = script(`
local function inTurn()
  local org = redis.call('LMOVE', KEYS[2], KEYS[2], 'LEFT', 'RIGHT')
  if not org then return nil end
  local keys = ARGV[3] .. 'keys:' .. org
  local key = redis.call('LMOVE', keys, keys, 'LEFT', 'RIGHT')
  local id = false
  if key then
    local tasks = ARGV[3] .. 'tasks:' .. org .. ':' .. key
    id = redis.call('LPOP', tasks)
    if redis.call('EXISTS', tasks) == 1 then return id end
    redis.call('LREM', keys, -1, key)
  end
  if redis.call('EXISTS', keys) == 0 then redis.call('LREM', KEYS[2], -1, org) end
  return id
end
local taken = {}
local expired = redis.call('LLEN', KEYS[3])
local waiting = redis.call('ZCARD', KEYS[1])
while #taken < 2 * ARGV[1] and waiting > 0 do
  local id = nil
  local again = '0'
  if expired > 0 then
    expired = expired - 1
    id = redis.call('LPOP', KEYS[3])
    again = '1'
  else
    id = inTurn()
    if id == nil then id = redis.call('ZRANGE', KEYS[1], 0, 0)[1] end
  end
  if id and redis.call('ZREM', KEYS[1], id) == 1 then
    waiting = waiting - 1
    redis.call('ZADD', KEYS[4], ARGV[2], id)
    table.insert(taken, id)
    table.insert(taken, again)
  end
end
if waiting == 0 then
  redis.call('DEL', KEYS[5])
elseif redis.call('EXISTS', KEYS[5]) == 0 then
  redis.call('RPUSH', KEYS[5], 1)
end
return taken`);

/**
 * KEYS: waiting, active, expired, bell. ARGV: now, then ids, each with its number as active: those that still have it wait again. Returns
 * how many.
 */
export const TAKE_BACK = script(`
local dead = 0
for i = 2, #ARGV, 2 do
  local id = ARGV[i]
  local number = redis.call('ZSCORE', KEYS[2], id)
  if number and tonumber(number) == tonumber(ARGV[i + 1]) then
    dead = dead + 1
    redis.call('ZREM', KEYS[2], id)
    if redis.call('ZADD', KEYS[1], 'NX', ARGV[1], id) == 1 then redis.call('RPUSH', KEYS[3], id) end
  end
end
if dead > 0 and redis.call('EXISTS', KEYS[4]) == 0 then redis.call('RPUSH', KEYS[4], 1) end
return dead`);

/** KEYS: waiting, bell. Rings, if one waits: for others. */
export const RING = script(`
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('EXISTS', KEYS[2]) == 0 then redis.call('RPUSH', KEYS[2], 1) end
return 1`);

/** KEYS: waiting, active. ARGV: id. */
export const KNOWS = script(`
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
return redis.call('ZSCORE', KEYS[2], ARGV[1]) and 1 or 0`);

/** KEYS: retries. ARGV: now, how many at most. Takes those that are due; returns when the next one is ('' if none), then their ids. */
export const TAKE_RETRIES = script(`
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
if #due > 0 then redis.call('ZREM', KEYS[1], unpack(due)) end
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {next[2] or '', unpack(due)}`);
