#!lua flags=allow-oom
-- Marks a lost shard as being rebuilt; from here it can be claimed from.
--
-- KEYS   1 seq    the newest number given out
--        2 gen    'whole', or the number of a rebuild until it expires; absent = the index is lost
-- ARGV   1 lasts  ms after which an unfinished rebuild counts as given up
-- answer number of the rebuild; 0 = the shard is whole or in the hands of another rebuild
-- complexity O(1)
local seq, gen = unpack(KEYS)
if redis.call('EXISTS', gen) == 1 then return 0 end

local time = redis.call('TIME')
local number = math.max(redis.call('INCR', seq), time[1] * 1000000 + time[2])
redis.call('SET', seq, number)
redis.call('SET', gen, number, 'PX', ARGV[1])
return number
