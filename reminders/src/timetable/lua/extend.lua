#!lua flags=allow-oom
-- Sets a new end for the lease of a batch.
--
-- KEYS   1 lease  sorted set: batch number -> end of its lease
--        2 batch  hash: batch number -> its ids
-- ARGV   1 number of the batch
--        2 now    ms since the epoch; 0 = the clock of Redis
--        3 lasts  ms from now that the lease lasts
-- answer 1 = done; 0 = the lease was lost, nothing changed
-- complexity O(log b) for b leased batches
local lease, batch = unpack(KEYS)
local now = tonumber(ARGV[2])
local time = redis.call('TIME')
if now == 0 then now = time[1] * 1000 + math.floor(time[2] / 1000) end

if redis.call('HEXISTS', batch, ARGV[1]) == 0 then return 0 end
redis.call('ZADD', lease, now + ARGV[3], ARGV[1])
return 1
