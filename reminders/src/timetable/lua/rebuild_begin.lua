#!lua flags=allow-oom
-- Marks a lost shard as being rebuilt; from here it can be claimed from.
--
-- KEYS   1 seq    the newest number given out
--        2 gen    'whole', or '<number> <deadline>' while rebuilt; absent: the index is lost
-- ARGV   1 now    ms since the epoch; 0 = the clock of Redis
--        2 lasts  ms after which an unfinished rebuild counts as given up
-- answer number of the rebuild; 0 = the shard is whole or in the hands of another rebuild
-- complexity O(1)
local seq, gen = unpack(KEYS)
local now = tonumber(ARGV[1])
local time = redis.call('TIME')
if now == 0 then now = time[1] * 1000 + math.floor(time[2] / 1000) end

local state = redis.call('GET', gen)
if state == 'whole' then return 0 end
if state and tonumber(string.match(state, ' (%d+)$')) > now then return 0 end

local number = math.max(redis.call('INCR', seq), time[1] * 1000000 + time[2])
redis.call('SET', seq, number)
redis.call('SET', gen, string.format('%.0f %.0f', number, now + ARGV[2]))
return number
