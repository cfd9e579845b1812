/**
 * The writes of a task, each one script. A task is a hash {seq, record, large, index, due}; beside it are
 * a sorted set of its version that `due` names (when the sweep looks next), an output too large for the record, and a sorted set for
 * each kind and status. What is no hash was not written here: it is as good as gone.
 * Members of those sets are scored by when the record expires, so that the expired are cleared away by every write.
 * Written for one server: an index is named by the record, so a cluster could not know its key before.
 */
import { script } from './script.ts';

/**
 * KEYS: task, output, due, index. ARGV: task_id, the seq it must have ('' if it must not exist), seq, record, output ('' unless large),
 * next_due_at ('' if none), kept_ms, expires_at, now, the due set of a record that names none. Returns 1 if written, also when this very record was written before.
 */
export const WRITE = script(`
local known = redis.pcall('HMGET', KEYS[1], 'seq', 'record', 'index', 'due')
if known.err then
  redis.call('DEL', KEYS[1])
  known = {}
end
if known[2] == ARGV[4] then return 1 end
if (known[1] or '') ~= ARGV[2] then return 0 end
if known[3] and known[3] ~= KEYS[4] then redis.call('ZREM', known[3], ARGV[1]) end
if known[1] and (known[4] or ARGV[10]) ~= KEYS[3] then redis.call('ZREM', known[4] or ARGV[10], ARGV[1]) end
redis.call('HSET', KEYS[1], 'seq', ARGV[3], 'record', ARGV[4], 'large', ARGV[5] == '' and '' or '1', 'index', KEYS[4], 'due', KEYS[3])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
if ARGV[5] ~= '' then redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[7]) else redis.call('DEL', KEYS[2]) end
if ARGV[6] ~= '' then redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1]) else redis.call('ZREM', KEYS[3], ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', ARGV[9])
redis.call('ZADD', KEYS[4], ARGV[8], ARGV[1])
redis.call('PEXPIRE', KEYS[4], ARGV[7])
return 1`);

/** KEYS: task. Returns record and large; nothing if there is no such task. */
export const READ = script(`
local found = redis.pcall('HMGET', KEYS[1], 'record', 'large')
if found.err then return {} end
return found`);

/** KEYS: task, output, the due set of a record that names none. ARGV: task_id. */
export const REMOVE = script(`
local known = redis.pcall('HMGET', KEYS[1], 'index', 'due')
if known.err then known = {} end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', known[2] or KEYS[3], ARGV[1])
if known[1] then redis.call('ZREM', known[1], ARGV[1]) end
return 1`);

/** KEYS: due sets. ARGV: now, until, limit, what task keys begin with. Returns id, record and large of each; those gone leave the set. */
export const CLAIM = script(`
local claimed = {}
for _, due in ipairs(KEYS) do
  local left = ARGV[3] - #claimed / 3
  if left < 1 then break end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', ARGV[1], 'LIMIT', 0, left)) do
    local found = redis.pcall('HMGET', ARGV[4] .. id, 'record', 'large')
    if not found.err and found[1] then
      redis.call('ZADD', due, ARGV[2], id)
      table.insert(claimed, id)
      table.insert(claimed, found[1])
      table.insert(claimed, found[2] or '')
    else
      redis.call('ZREM', due, id)
    end
  end
end
return claimed`);

/** KEYS: indexes. ARGV: limit, what task keys begin with, now. Returns id, record and large of each, at most limit an index. */
export const LIST = script(`
local listed = {}
for _, index in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', index, '-inf', ARGV[3])
  for _, id in ipairs(redis.call('ZRANGE', index, 0, ARGV[1] - 1)) do
    local found = redis.pcall('HMGET', ARGV[2] .. id, 'record', 'large')
    if not found.err and found[1] then
      table.insert(listed, id)
      table.insert(listed, found[1])
      table.insert(listed, found[2] or '')
    else
      redis.call('ZREM', index, id)
    end
  end
end
return listed`);
