#!lua flags=allow-oom
-- Takes due ids of one shard under a lease; a batch whose lease has ended comes first.
--
-- KEYS   1 due    sorted set: id (16 bytes) -> fire time
--        2 lease  sorted set: batch number -> end of its lease
--        3 batch  hash: batch number -> its ids, one after the other
--        4 seq    the newest number given out
-- ARGV   1 now    ms since the epoch
--        2 max    most ids to take, 1 to 1000
--        3 lasts  ms that the lease lasts
-- answer { number, ids, over }: of the batch taken; number 0 = there is nothing to take; over 1 = it is one
--        whose lease had ended
-- complexity O(log n + k) for k ids taken
local due, lease, batch, seq = unpack(KEYS)
local now, max, lasts = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

-- Removing comes first, so that memory is freed before any is asked for.
local ids, over = '', 1
local expired = redis.call('ZRANGEBYSCORE', lease, '-inf', now, 'LIMIT', 0, 1)[1]
if expired then
  ids = redis.call('HGET', batch, expired) or ''
  redis.call('ZREM', lease, expired)
  redis.call('HDEL', batch, expired)
end
if ids == '' then
  over = 0
  local taken = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, max)
  if #taken == 0 then return { 0, '', 0 } end
  redis.call('ZREMRANGEBYRANK', due, 0, #taken - 1)
  ids = table.concat(taken)
end

-- Never below the time in microseconds: a number given out before a loss is not given out again.
local time = redis.call('TIME')
local number = math.max(redis.call('INCR', seq), time[1] * 1000000 + time[2])
redis.call('SET', seq, number)
redis.call('HSET', batch, number, ids)
redis.call('ZADD', lease, now + lasts, number)
return { number, ids, over }
