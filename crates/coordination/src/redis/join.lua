-- How a replica comes in, at its start and whenever it is in doubt what Redis has of it. It takes a new session; what its
-- old one held is void once the old one is closed, and a late command of the old one does nothing any more.
--
-- KEYS[1], "who is there", is a hash:
--   s<session>  when its lease ends (us)         e  the epoch: an emptied Redis has none
--   w<replica>  it has not yet said what it has   g  until when those are waited for (us)
--   t<replica>  it has, and budgets do not answer yet
--   d  somebody has told what the store has       o  budgets answer
--   i  which server it was made on
--
-- ARGV[1]  'open', 'write' or 'close'   ARGV[2]  the new session   ARGV[3]  the replica's id

local unpack = struct.unpack
local time = redis.call('TIME')
local real = time[1] * 1000000 + time[2]
local who, step, session, replica = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

local function text(number) return string.format('%.0f', number) end

-- What this server calls itself, until it is started again; nothing where we may not ask.
local function server()
  local told = redis.pcall('INFO', 'server')
  return type(told) == 'string' and string.match(told, 'run_id:(%x+)') or ''
end

-- ARGV[4] lease (us), ARGV[5] an epoch should a new one begin, ARGV[6...] replicas that may be there. Answers the epoch.
--
-- A new one begins where none is left (an emptied server), where it was made on another server (a copy took over, or a server
-- came back with an old state: the last it was told may be missing), and where nobody's lease holds any more: whoever comes
-- first must not take what the others hold for free.
if step == 'open' then
  local epoch, made_on, anybody = false, '', false
  local fields = redis.call('HGETALL', who)
  for i = 1, #fields, 2 do
    local kind = string.sub(fields[i], 1, 1)
    if kind == 'e' then epoch = fields[i + 1]
    elseif kind == 'i' then made_on = fields[i + 1]
    elseif kind == 's' then anybody = anybody or tonumber(fields[i + 1]) > real
    end
  end
  local here = server()
  if not (epoch and anybody and made_on == here) then
    epoch = ARGV[5]
    redis.call('DEL', who)
    redis.call('HSET', who, 'e', epoch, 'i', here, 'g', text(real + ARGV[4]))
    for i = 6, #ARGV do redis.call('HSET', who, 'w' .. ARGV[i], '1') end
  end
  if redis.call('HEXISTS', who, 'o') == 0 then redis.call('HSET', who, 'w' .. replica, '1') end
  redis.call('HSET', who, 's' .. session, text(real + ARGV[4]))
  return epoch
end

if redis.call('HEXISTS', who, 's' .. session) == 0 then return '' end

-- ARGV[4] doubles, ARGV[5...] replicas. KEYS[2...] counters. Answers the session.
if step == 'write' then
  local changes, at = ARGV[4], 1
  while at <= #changes do
    local kind, key
    kind, key, at = unpack('<dd', changes, at)
    key = KEYS[key]
    if kind == 2 then
      local calls
      calls, at = unpack('<d', changes, at)
      redis.call('HSET', key, session, text(calls))
      redis.call('EXPIRE', key, 172800)
    elseif kind == 3 then
      local held, ttl
      held, ttl, at = unpack('<dd', changes, at)
      redis.call('HSET', key, 'h' .. session, text(held))
      if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, text(ttl)) end
    else
      local whose, spent, ttl
      whose, spent, ttl, at = unpack('<ddd', changes, at)
      local field = 's' .. ARGV[whose]
      if spent > tonumber(redis.call('HGET', key, field) or '-1') then redis.call('HSET', key, field, text(spent)) end
      if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, text(ttl)) end
    end
  end
  return session
end

-- 'close': ARGV[4] the session before, ARGV[5] '1' when this replica has told in this epoch what the store has, ARGV[6...] then
-- all others that the store knows of: they are waited for, too.
if ARGV[4] ~= '' then redis.call('HDEL', who, 's' .. ARGV[4]) end
if ARGV[5] == '1' then
  redis.call('HDEL', who, 'w' .. replica)
  redis.call('HSET', who, 'd', '1')
  if redis.call('HEXISTS', who, 'o') == 0 then
    redis.call('HSET', who, 't' .. replica, '1')
    for i = 6, #ARGV do
      if redis.call('HEXISTS', who, 't' .. ARGV[i]) == 0 then redis.call('HSET', who, 'w' .. ARGV[i], '1') end
    end
  end
end
return session
