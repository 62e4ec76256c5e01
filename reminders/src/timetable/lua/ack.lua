#!lua flags=allow-oom
-- Gives up a batch that is decided and adds the next fire times of its ids.
--
-- KEYS   1 due    sorted set: id (16 bytes) -> fire time
--        2 lease  sorted set: batch number -> end of its lease
--        3 batch  hash: batch number -> its ids
-- ARGV   1 number of the batch
--        2, 3 and so on: fire time in ms and id, at most 1000 pairs
-- answer 1 = done; 0 = the lease was lost, nothing changed
-- complexity O(m log n) for m next fire times
local due, lease, batch = unpack(KEYS)
if redis.call('HDEL', batch, ARGV[1]) == 0 then return 0 end
redis.call('ZREM', lease, ARGV[1])
-- LT: an id scheduled for an earlier time meanwhile keeps that time.
if #ARGV > 1 then redis.call('ZADD', due, 'LT', unpack(ARGV, 2)) end
return 1
