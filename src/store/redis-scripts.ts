// The Lua scripts that make each operation one atomic step inside Redis. `root` begins every key (redis-engine.ts); the keys are:
//
//   table:<name>        hash of key to value            table-keys:<name>   sorted set of its keys, for prefixes
//   log:<name>          stream, ids are positions       log-ids:<name>      hash of id to position
//   log-times:<name>    positions by time               log-last:<name>     last position given
//   queue:<name>        hash of sequence to item        queue-ids:<name>    hash of id to sequence
//   queue-order:<name>  sequences                       queue-lanes:<name>  lane and sequence, sorted
//   queue-ready:<name>  heads of lanes by due           queue-leased:<name> claimed heads by end of lease
//   queue-last:<name>   last sequence given
//   hold:<name>         with an expiry                  fence:<name>        newest epoch

import { createHash } from 'node:crypto';

export interface Script {
  readonly lua: string;
  readonly sha1: string;
  readonly writes: boolean;
}

const script = (lua: string, access: 'reads' | 'writes'): Script => ({
  lua,
  sha1: createHash('sha1').update(lua).digest('hex'),
  writes: access === 'writes',
});

// An item is packed, since its fields are only ever read together. Within a lane sequences sort as text.
const QUEUE = `
local function load_item(root, queue, seq)
  return cmsgpack.unpack(redis.call('HGET', root .. 'queue:' .. queue, seq))
end
local function save_item(root, queue, seq, item)
  redis.call('HSET', root .. 'queue:' .. queue, seq, cmsgpack.pack(item))
end
local function lane_prefix(item) return #item.lane .. ':' .. item.lane .. ':' end
local function head_of_lane(root, queue, prefix)
  local first = redis.call('ZRANGEBYLEX', root .. 'queue-lanes:' .. queue, '[' .. prefix, '(' .. prefix .. '\\255', 'LIMIT', 0, 1)[1]
  return first and string.sub(first, -16)
end
local function flatten(root, queue, seqs)
  local flat = {}
  for _, seq in ipairs(seqs) do
    local item = load_item(root, queue, seq)
    for _, field in ipairs({ item.id, item.lane, item.due, tostring(item.attempts), item.value }) do flat[#flat + 1] = field end
  end
  return flat
end
`;

const LOG = `
local function forget_entry(root, log, position)
  local entry = redis.call('XRANGE', root .. 'log:' .. log, position, position)[1]
  if not entry then return 0 end
  redis.call('XDEL', root .. 'log:' .. log, entry[1])
  redis.call('ZREM', root .. 'log-times:' .. log, position)
  redis.call('HDEL', root .. 'log-ids:' .. log, entry[2][2])
  return 1
end
local function flatten_entries(flat, entries)
  for _, entry in ipairs(entries) do
    flat[#flat + 1] = string.match(entry[1], '^%d+')
    for field = 2, 6, 2 do flat[#flat + 1] = entry[2][field] end
  end
end
`;

/** KEYS: one of each write. ARGV: fence key or '', epoch, then per write its operation, root and arguments. @returns how it went, and the positions given. */
export const WRITE = script(
  `${QUEUE}
local counts = { put = 4, delete = 3, append = 5, add = 6, done = 3 }
local writes, at = {}, 3
while at <= #ARGV do
  local write = { op = ARGV[at] }
  for argument = 1, counts[write.op] do write[argument] = ARGV[at + argument] end
  writes[#writes + 1] = write
  at = at + counts[write.op] + 1
end

if ARGV[1] ~= '' then
  local newest = redis.call('GET', ARGV[1])
  if newest and tonumber(ARGV[2]) < tonumber(newest) then return { 'fenced' } end
  redis.call('SET', ARGV[1], ARGV[2])
end

local will_be = {}
local function is_there(key, id)
  if will_be[key .. '\\0' .. id] ~= nil then return will_be[key .. '\\0' .. id] end
  return redis.call('HEXISTS', key, id) == 1
end
for _, write in ipairs(writes) do
  local ids = write[1] .. (write.op == 'append' and 'log-ids:' or 'queue-ids:') .. write[2]
  if write.op == 'append' or write.op == 'add' then
    if is_there(ids, write[3]) then return { 'seen' } end
    will_be[ids .. '\\0' .. write[3]] = true
  elseif write.op == 'done' then
    will_be[ids .. '\\0' .. write[3]] = false
  end
end

local apply = {}
function apply.put(root, name, key, value)
  redis.call('HSET', root .. 'table:' .. name, key, value)
  redis.call('ZADD', root .. 'table-keys:' .. name, 0, key)
end
function apply.delete(root, name, key)
  redis.call('HDEL', root .. 'table:' .. name, key)
  redis.call('ZREM', root .. 'table-keys:' .. name, key)
end
function apply.append(root, log, id, time, value)
  local position = string.format('%d', redis.call('INCR', root .. 'log-last:' .. log))
  redis.call('XADD', root .. 'log:' .. log, position .. '-0', 'i', id, 't', time, 'v', value)
  redis.call('HSET', root .. 'log-ids:' .. log, id, position)
  redis.call('ZADD', root .. 'log-times:' .. log, time, position)
  return position
end
function apply.add(root, queue, id, lane, due, value)
  local seq = string.format('%016d', redis.call('INCR', root .. 'queue-last:' .. queue))
  local item = { id = id, lane = lane, due = due, attempts = 0, value = value }
  local prefix = lane_prefix(item)
  save_item(root, queue, seq, item)
  redis.call('HSET', root .. 'queue-ids:' .. queue, id, seq)
  redis.call('ZADD', root .. 'queue-order:' .. queue, 0, seq)
  redis.call('ZADD', root .. 'queue-lanes:' .. queue, 0, prefix .. seq)
  if head_of_lane(root, queue, prefix) == seq then redis.call('ZADD', root .. 'queue-ready:' .. queue, due, seq) end
end
function apply.done(root, queue, id)
  local seq = redis.call('HGET', root .. 'queue-ids:' .. queue, id)
  if not seq then return end
  local prefix = lane_prefix(load_item(root, queue, seq))
  local was_head = head_of_lane(root, queue, prefix) == seq
  redis.call('HDEL', root .. 'queue:' .. queue, seq)
  redis.call('HDEL', root .. 'queue-ids:' .. queue, id)
  redis.call('ZREM', root .. 'queue-order:' .. queue, seq)
  redis.call('ZREM', root .. 'queue-lanes:' .. queue, prefix .. seq)
  redis.call('ZREM', root .. 'queue-ready:' .. queue, seq)
  redis.call('ZREM', root .. 'queue-leased:' .. queue, seq)
  local head = was_head and head_of_lane(root, queue, prefix)
  if head then redis.call('ZADD', root .. 'queue-ready:' .. queue, load_item(root, queue, head).due, head) end
end
local answer = { 'written' }
for _, write in ipairs(writes) do
  local position = apply[write.op](unpack(write))
  if position then answer[#answer + 1] = position end
end
return answer`,
  'writes',
);

/** ARGV: root, table, lowest and highest key as ZRANGEBYLEX wants them, limit. @returns keys and values in turn. */
export const LIST = script(
  `local keys = redis.call('ZRANGEBYLEX', ARGV[1] .. 'table-keys:' .. ARGV[2], ARGV[3], ARGV[4], 'LIMIT', 0, ARGV[5])
if #keys == 0 then return {} end
local values = redis.call('HMGET', ARGV[1] .. 'table:' .. ARGV[2], unpack(keys))
local flat = {}
for at, key in ipairs(keys) do
  flat[#flat + 1] = key
  flat[#flat + 1] = values[at]
end
return flat`,
  'reads',
);

/** ARGV: root, log, id. @returns position, id, time and value, or nothing. */
export const FIND = script(
  `${LOG}
local position = redis.call('HGET', ARGV[1] .. 'log-ids:' .. ARGV[2], ARGV[3])
local flat = {}
if position then flatten_entries(flat, redis.call('XRANGE', ARGV[1] .. 'log:' .. ARGV[2], position, position)) end
return flat`,
  'reads',
);

/** ARGV: root, log, first and last position ('-', '+'), earliest and latest time ('-inf', '+inf'), limit, '1' for backwards. @returns flat entries. */
export const RANGE = script(
  `${LOG}
local stream, first, last = ARGV[1] .. 'log:' .. ARGV[2], ARGV[3], ARGV[4]
local limit, backwards, flat = tonumber(ARGV[7]), ARGV[8] == '1', {}
if ARGV[5] == '-inf' and ARGV[6] == '+inf' then
  local entries = backwards and redis.call('XREVRANGE', stream, last, first, 'COUNT', limit)
    or redis.call('XRANGE', stream, first, last, 'COUNT', limit)
  flatten_entries(flat, entries)
  return flat
end
local low, high = tonumber(first) or 0, tonumber(last) or math.huge
local positions = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', ARGV[1] .. 'log-times:' .. ARGV[2], ARGV[5], ARGV[6])) do
  local position = tonumber(member)
  if position >= low and position <= high then positions[#positions + 1] = position end
end
table.sort(positions, function(one, other) if backwards then return one > other end return one < other end)
for at = 1, math.min(limit, #positions) do
  local position = string.format('%d', positions[at])
  flatten_entries(flat, redis.call('XRANGE', stream, position, position))
end
return flat`,
  'reads',
);

/** ARGV: root, log, time before which entries go or '', count to keep or '', most to remove now. @returns how many went. */
export const TRIM = script(
  `${LOG}
local root, log, most, gone = ARGV[1], ARGV[2], tonumber(ARGV[5]), 0
if ARGV[4] ~= '' then
  local excess = math.min(most, redis.call('XLEN', root .. 'log:' .. log) - tonumber(ARGV[4]))
  local entries = excess > 0 and redis.call('XRANGE', root .. 'log:' .. log, '-', '+', 'COUNT', excess) or {}
  for _, entry in ipairs(entries) do gone = gone + forget_entry(root, log, string.match(entry[1], '^%d+')) end
end
if ARGV[3] ~= '' and gone < most then
  local old = redis.call('ZRANGEBYSCORE', root .. 'log-times:' .. log, '-inf', '(' .. ARGV[3], 'LIMIT', 0, most - gone)
  for _, position in ipairs(old) do gone = gone + forget_entry(root, log, position) end
end
return gone`,
  'writes',
);

/** ARGV: root, log, positions. */
export const REMOVE = script(
  `${LOG}
for at = 3, #ARGV do forget_entry(ARGV[1], ARGV[2], ARGV[at]) end`,
  'writes',
);

/** ARGV: root, queue, now, end of the lease, limit. @returns flat items. */
export const CLAIM = script(
  `${QUEUE}
local root, queue = ARGV[1], ARGV[2]
local ready, leased = root .. 'queue-ready:' .. queue, root .. 'queue-leased:' .. queue
for _, seq in ipairs(redis.call('ZRANGEBYSCORE', leased, '-inf', ARGV[3])) do
  redis.call('ZREM', leased, seq)
  redis.call('ZADD', ready, load_item(root, queue, seq).due, seq)
end
local seqs = redis.call('ZRANGEBYSCORE', ready, '-inf', ARGV[3], 'LIMIT', 0, ARGV[5])
for _, seq in ipairs(seqs) do
  redis.call('ZREM', ready, seq)
  redis.call('ZADD', leased, ARGV[4], seq)
end
return flatten(root, queue, seqs)`,
  'writes',
);

/** ARGV: root, queue, id, due. */
export const FAIL = script(
  `${QUEUE}
local root, queue = ARGV[1], ARGV[2]
local seq = redis.call('HGET', root .. 'queue-ids:' .. queue, ARGV[3])
if not seq then return end
local item = load_item(root, queue, seq)
item.due, item.attempts = ARGV[4], item.attempts + 1
save_item(root, queue, seq, item)
redis.call('ZREM', root .. 'queue-leased:' .. queue, seq)
if head_of_lane(root, queue, lane_prefix(item)) == seq then redis.call('ZADD', root .. 'queue-ready:' .. queue, item.due, seq) end`,
  'writes',
);

/** ARGV: root, queue, limit. @returns flat items. */
export const PEEK = script(
  `${QUEUE}
return flatten(ARGV[1], ARGV[2], redis.call('ZRANGEBYLEX', ARGV[1] .. 'queue-order:' .. ARGV[2], '-', '+', 'LIMIT', 0, ARGV[3]))`,
  'reads',
);

/** KEYS: the hold. ARGV: value, milliseconds. */
export const EXTEND = script(
  `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
  'writes',
);

/** KEYS: the hold. ARGV: value. */
export const RELEASE = script(`if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`, 'writes');

export const SCRIPTS: readonly Script[] = [WRITE, LIST, FIND, RANGE, TRIM, REMOVE, CLAIM, FAIL, PEEK, EXTEND, RELEASE];
