#!lua flags=allow-oom
-- Marks a shard as whole, unless it was lost again or the rebuild passed to another.
--
-- KEYS   1 gen  'whole', or the number of a rebuild until it expires; absent = the index is lost
-- ARGV   1 number of the rebuild
-- answer 1 = the shard is whole; 0 = the rebuild was lost, nothing changed
-- complexity O(1)
local gen = KEYS[1]
if redis.call('GET', gen) ~= ARGV[1] then return 0 end
redis.call('SET', gen, 'whole')
return 1
