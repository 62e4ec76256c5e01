#!lua flags=allow-oom
-- Takes due ids of one shard under a lease, or only looks when there is something to take.
--
-- KEYS   1 due    sorted set: id (16 bytes) -> fire time
--        2 lease  sorted set: batch number -> end of its lease
--        3 batch  hash: batch number -> its ids, one after the other
--        4 seq    the newest number given out
--        5 gen    'whole', or '<number> <deadline>' while rebuilt; absent: the index is lost
-- ARGV   1 now    ms since the epoch; 0 = the clock of Redis
--        2 max    most ids to take, 1 to 1000; 0 = only look
--        3 lasts  ms that the lease lasts
-- answer { number, now, next, ids }
--          number  of the batch taken; 0 = none; -1 = the index is lost
--          now     the clock that was used
--          next    if none was taken: earliest fire time or end of a lease; -1 = there is neither
--          ids     of the batch, one after the other
-- complexity O(log n + k log k) for k ids taken, O(1) to look
local due, lease, batch, seq, gen = unpack(KEYS)
local now, max, lasts = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
if now == 0 then now = time[1] * 1000 + math.floor(time[2] / 1000) end

local state = redis.call('GET', gen)
if not state then return { -1, now, -1, '' } end
if state ~= 'whole' and tonumber(string.match(state, ' (%d+)$')) <= now then
  return { -1, now, -1, '' }
end

local first_due = tonumber(redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]) or math.huge
local first_lease = redis.call('ZRANGE', lease, 0, 0, 'WITHSCORES')
local ends = tonumber(first_lease[2]) or math.huge
local ids = ''

-- Removing comes first, so that memory is freed before any is asked for.
if max > 0 and ends <= now then
  ids = redis.call('HGET', batch, first_lease[1]) or ''
  redis.call('ZREM', lease, first_lease[1])
  redis.call('HDEL', batch, first_lease[1])
end
if max > 0 and ids == '' and first_due <= now then
  local taken = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, max)
  redis.call('ZREMRANGEBYRANK', due, 0, #taken - 1)
  ids = table.concat(taken)
end

if ids == '' then
  local next = math.min(first_due, ends)
  if next == math.huge then next = -1 end
  return { 0, now, next, '' }
end

-- Never below the time in microseconds: a number given out before a loss is not given out again.
local number = math.max(redis.call('INCR', seq), time[1] * 1000000 + time[2])
redis.call('SET', seq, number)
redis.call('HSET', batch, number, ids)
redis.call('ZADD', lease, now + lasts, number)
return { number, now, -1, ids }
