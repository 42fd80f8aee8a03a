-- One round of one replica: first what it has to put right, then what its calls ask for, in their order. All of it is one
-- step for everybody else. The arithmetic is that of `policy::limits`; the contract suite compares them.
--
-- KEYS[1]  who is there (see join.lua); KEYS[2...] the counters, each once. All share one hash tag, so one slot.
-- ARGV[1]  this replica's session   ARGV[2]  its id
-- ARGV[3]  how far a caller's clock may be from ours (us), lease (us), whether to renew it
-- ARGV[4]  what to put right
-- ARGV[5]  claims that calls have in common: kind, key, maximum, and the length of a ring's sub-windows or the seconds a
--          purse is kept
-- ARGV[6]  forms that asks have in common: how many claims always, how many choices, how many claims each choice, and which
--          claims (from 0)
-- ARGV[7]  the asks: form (from 1), the caller's time, the amount of each claim of the form; or 0, the time, how many, and
--          which claims' counters to look at
--
-- From ARGV[3] on all are strings of doubles, and so is the answer. First: 0, or 1 for "your session is over, nothing was
-- done"; our time in us; whether budgets answer. Then per ask as written by `ask` and `look`.
--
-- Numbers are doubles: exact to 2^53, which is 9 million dollars in nano-dollars. What all calls of a round need is worked
-- out once; what is done per call is kept to a few steps, because everybody waits for it.

local pack, read, sub, floor, min = struct.pack, struct.unpack, string.sub, math.floor, math.min
local session, replica = ARGV[1], ARGV[2]
local skew, lease, renew = read('<ddd', ARGV[3])
local time = redis.call('TIME')
local real = time[1] * 1000000 + time[2]

local function text(number) return string.format('%.0f', number) end

-- Who is there

local alive, open, seeded, awaited, grace = {}, false, false, 0, 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local kind, name, value = sub(fields[i], 1, 1), sub(fields[i], 2), fields[i + 1]
  if kind == 's' then
    if tonumber(value) > real then alive[name] = true else redis.call('HDEL', KEYS[1], fields[i]) end
  elseif kind == 'w' then awaited = awaited + 1
  elseif kind == 'g' then grace = tonumber(value)
  elseif kind == 'd' then seeded = true
  elseif kind == 'o' then open = true
  end
end
if not alive[session] then return pack('<ddd', 1, real, 0) end
if not open and seeded and (awaited == 0 or real > grace) then
  redis.call('HSET', KEYS[1], 'o', '1')
  for i = 1, #fields, 2 do
    local kind = sub(fields[i], 1, 1)
    if kind == 't' or kind == 'w' then redis.call('HDEL', KEYS[1], fields[i]) end
  end
  open = true
end
if renew == 1 then redis.call('HSET', KEYS[1], 's' .. session, text(real + lease)) end

-- Counters, by where their key is. Of each: `held` is what is compared with a maximum, `own` what grows with it when
-- something is taken, `was` what `own` is in Redis, `begins` when a ring's newest sub-window begins, `ends`
-- when it has to move on.

local counters = {}

-- Rings: a string of doubles: the newest sub-window, the total, then the 61 counts. While we work, the newest sub-window, the
-- total and the newest count are beside the string.

-- Where a sub-window's count is in the string, from 0.
local function place(slot) return 16 + 8 * (slot % 61) end

local function with(string, at, number)
  return sub(string, 1, at) .. pack('<d', number) .. sub(string, at + 9)
end

local function count(ring, slot)
  if slot == ring.newest then return ring.own end
  return (read('<d', ring.string, 1 + place(slot)))
end

local function put(ring, slot, value)
  if slot == ring.newest then ring.own = value return end
  ring.string, ring.whole = with(ring.string, place(slot), value), true
end

local function empty(ring)
  ring.string, ring.held = string.rep('\0', 504), 0
end

local function ring_at(at, slot_us)
  local ring, string = {kind = 1, slot_us = slot_us}, redis.call('GET', KEYS[at])
  if string then
    ring.newest, ring.held = read('<dd', string)
    ring.string, ring.own = string, (read('<d', string, 1 + place(ring.newest)))
  else
    ring.newest, ring.own, ring.whole = 0, 0, true
    empty(ring)
  end
  ring.was, ring.begins, ring.ends = ring.own, ring.newest * slot_us, (ring.newest + 1) * slot_us
  return ring
end

local function move_on(ring, now)
  local slot = floor(now / ring.slot_us)
  if slot - ring.newest >= 61 then
    empty(ring)
  else
    ring.string = with(ring.string, place(ring.newest), ring.own)
    for left = ring.newest + 1, slot do
      local at = place(left)
      local gone = read('<d', ring.string, 1 + at)
      if gone > 0 then
        ring.held, ring.string = ring.held - gone, with(ring.string, at, 0)
      end
    end
  end
  if ring.own ~= ring.was then ring.changed = true end
  ring.newest, ring.own, ring.was, ring.whole = slot, 0, 0, true
  ring.begins, ring.ends = slot * ring.slot_us, (slot + 1) * ring.slot_us
end

-- All of it when it has moved on; it is kept for as long as it says anything, however a caller's clock is wrong. Else the
-- total and the newest count.
local function write_ring(key, ring)
  local newest, at = pack('<dd', ring.newest, ring.held), place(ring.newest)
  if ring.whole then
    local counts = sub(ring.string, 17, at) .. pack('<d', ring.own) .. sub(ring.string, at + 9)
    redis.call('SET', key, newest .. counts, 'PX', text(math.ceil((ring.slot_us * 62 + 2 * skew) / 1000)))
  else
    redis.call('SETRANGE', key, 0, newest)
    redis.call('SETRANGE', key, at, pack('<d', ring.own))
  end
end

local function ring_wait(ring, now, amount, max)
  if amount > max then return -1 end
  local left = ring.held
  for slot = ring.newest - 60, ring.newest do
    left = left - count(ring, slot)
    if left + amount <= max then return math.max((slot + 61) * ring.slot_us - now, 1) end
  end
  return -1
end

-- What settlements give back to a sub-window, and what they count beyond it.
local function ring_settle(ring, slot, less, more)
  local kept = slot <= ring.newest and ring.newest - slot < 61
  local held = 0
  if kept then
    held = count(ring, slot)
    more = more - min(less, held)
  else
    slot = ring.newest
    held = ring.own
  end
  if more ~= 0 then
    put(ring, slot, held + more)
    ring.held, ring.changed = ring.held + more, true
  end
end

-- Gauges: session -> calls. Purses: s<replica> -> spent, h<session> -> held. Who is gone holds nothing.

local function gauge_at(at)
  local own, held, key = 0, 0, KEYS[at]
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    if fields[i] == session then own = tonumber(fields[i + 1])
    elseif alive[fields[i]] then held = held + tonumber(fields[i + 1])
    else redis.call('HDEL', key, fields[i]) end
  end
  return {kind = 2, own = own, was = own, held = held + own, ends = math.huge}
end

local function purse_at(at, ttl)
  local own, held, spent, told, key = 0, 0, 0, 0, KEYS[at]
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local name, value = sub(fields[i], 2), tonumber(fields[i + 1])
    if sub(fields[i], 1, 1) == 's' then
      spent = spent + value
      if name == replica then told = value end
    elseif name == session then own = value
    elseif alive[name] then held = held + value
    else redis.call('HDEL', key, fields[i]) end
  end
  held = held + own + spent
  return {
    kind = 3, own = own, was = own, held = held, spent = spent, told = told, fresh = #fields == 0, ttl = ttl,
    ends = math.huge
  }
end

local read_at = {ring_at, gauge_at, purse_at}

local function counter_at(kind, at, more)
  local counter = counters[at]
  if not counter then
    counter = read_at[kind](at, more)
    counters[at] = counter
  end
  return counter
end

-- Doubles are read and written by so many at once.
local MANY = 200
local FORMAT = '<dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd' ..
  'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd'

local function format(many) return sub(FORMAT, 1, many + 1) end

local function numbers(written)
  local all, last = {}, #written / 8
  for from = 0, last - 1, MANY do
    local some = min(last - from, MANY)
    local part = {read(format(some), written, 8 * from + 1)}
    if from == 0 then all = part else for i = 1, some do all[from + i] = part[i] end end
  end
  return all, last
end

-- What is to be put right

local changes, last = numbers(ARGV[4])
local at = 1
while at <= last do
  local kind, key = changes[at], changes[at + 1]
  if kind == 1 then
    local ring, now = counter_at(1, key, changes[at + 2]), changes[at + 6]
    now = math.max(min(now, real + skew), real - skew)
    if ring.ends <= now then move_on(ring, now) end
    ring_settle(ring, changes[at + 3], changes[at + 4], changes[at + 5])
    at = at + 7
  elseif kind == 2 then
    local gauge, own = counter_at(2, key), changes[at + 2]
    gauge.held, gauge.own, gauge.changed = gauge.held - gauge.own + own, own, true
    at = at + 3
  elseif kind == 3 then
    local purse, own, spent = counter_at(3, key, changes[at + 4]), changes[at + 2], changes[at + 3]
    purse.held, purse.own = purse.held - purse.own + own, own
    if spent > purse.told then
      local more = spent - purse.told
      purse.held, purse.spent, purse.told, purse.spent_more = purse.held + more, purse.spent + more, spent, true
    end
    at = at + 5
  else
    redis.call('DEL', KEYS[key])
    counters[key] = nil
    at = at + 2
  end
end

-- What is asked for

local claims = numbers(ARGV[5])
local asks, last_ask = numbers(ARGV[7])

-- Of a form: where each choice begins and ends; of each claim its kind, its maximum, and its counter once somebody gets that far.
local forms = {}
local numbers_of_forms, last_form = numbers(ARGV[6])
at = 1
while at <= last_form do
  local form = {
    always = numbers_of_forms[at], choices = numbers_of_forms[at + 1],
    first = {}, last = {}, kinds = {}, maxima = {}, which = {}, counters = {}
  }
  local n = form.always
  at = at + 2
  for choice = 1, form.choices do
    form.first[choice], n = n + 1, n + numbers_of_forms[at]
    form.last[choice], at = n, at + 1
  end
  for i = 1, n do
    local claim = 4 * numbers_of_forms[at]
    form.which[i], form.kinds[i], form.maxima[i], at = claim, claims[claim + 1], claims[claim + 3], at + 1
    if claims[claim + 1] == 3 then form.budgets = true end
  end
  form.claims, forms[#forms + 1] = n, form
end

local out, n = {0, real, open and 1 or 0}, 3

-- As if these had never been taken.
local function give_back(form, first, last, amounts)
  for i = first, last do
    local counter, amount = form.counters[i], asks[amounts + i]
    counter.held, counter.own = counter.held - amount, counter.own - amount
  end
end

-- Takes these claims, and answers what each ring holds; or, where that was not counted in the caller's sub-window but in a
-- later one, -1 less that and which. Or takes none: then it is said which does not fit, what its counter holds, and how long
-- it will.
local function take(form, first, last, amounts, now)
  local kinds, maxima, of, to = form.kinds, form.maxima, form.counters, n
  for i = first, last do
    local counter, amount, max = of[i], asks[amounts + i], maxima[i]
    if not counter then
      local claim = form.which[i]
      counter = counter_at(kinds[i], claims[claim + 2], claims[claim + 4])
      of[i] = counter
    end
    if counter.ends <= now then move_on(counter, now) end
    local held = counter.held + amount
    -- A budget that is just reached is used up, also for what costs nothing.
    if held > max or amount == 0 and held >= max and kinds[i] == 3 then
      give_back(form, first, i - 1, amounts)
      return i - first, counter.held, kinds[i] == 1 and ring_wait(counter, now, amount, max) or -1
    end
    counter.held, counter.own = held, counter.own + amount
    local begins = counter.begins
    if not begins then
      -- Not a ring.
    elseif begins <= now then
      to = to + 1
      out[to] = held
    else
      out[to + 1], out[to + 2] = -1 - held, counter.newest
      to = to + 2
    end
  end
  n = to
end

local function refused(claim, used, wait)
  out[n + 1], out[n + 2], out[n + 3] = claim, used, wait
  n = n + 3
end

-- Answers: which choice; then what `take` answers of what is always had; then of each choice before that one the claim that
-- did not fit, used, wait; then what `take` answers of the choice. Where nothing was taken: -1 and the refusal of what must be
-- had, or -2 and those of all choices, or -3: budgets do not answer.
local function ask(form, amounts, now)
  local at = n + 1
  n = at
  if form.budgets and not open then out[at] = -3 return end
  local claim, used, wait = take(form, 1, form.always, amounts, now)
  if claim then
    out[at] = -1
    return refused(claim, used, wait)
  end
  local always = n
  for choice = 1, form.choices do
    claim, used, wait = take(form, form.first[choice], form.last[choice], amounts, now)
    if not claim then
      out[at] = choice - 1
      return
    end
    refused(claim, used, wait)
  end
  give_back(form, 1, form.always, amounts)
  out[at], n = -2, at
  for i = always + 1, always + 3 * form.choices do
    n = n + 1
    out[n] = out[i]
  end
end

-- Answers used and reserved.
local function look(claim, now)
  local counter = counter_at(claims[claim + 1], claims[claim + 2], claims[claim + 4])
  if counter.ends <= now then move_on(counter, now) end
  local used = counter.spent or counter.held
  out[n + 1], out[n + 2] = used, counter.held - used
  n = n + 2
end

at = 1
while at <= last_ask do
  local form, now = forms[asks[at]], math.max(min(asks[at + 1], real + skew), real - skew)
  if form then
    ask(form, at + 1, now)
    at = at + 2 + form.claims
  else
    local first = at + 3
    at = first + asks[at + 2]
    for i = first, at - 1 do look(4 * asks[i], now) end
  end
end

-- What has changed

for at, counter in pairs(counters) do
  local key, kind, taken = KEYS[at], counter.kind, counter.own ~= counter.was
  if kind == 1 then
    if taken or counter.changed then write_ring(key, counter) end
  elseif kind == 2 then
    if not taken and not counter.changed then
      -- As it was.
    elseif counter.own > 0 then
      redis.call('HSET', key, session, text(counter.own))
      redis.call('EXPIRE', key, 172800)
    else
      redis.call('HDEL', key, session)
    end
  else
    if taken and counter.spent_more then
      redis.call('HSET', key, 'h' .. session, text(counter.own), 's' .. replica, text(counter.told))
    elseif taken then
      redis.call('HSET', key, 'h' .. session, text(counter.own))
    elseif counter.spent_more then
      redis.call('HSET', key, 's' .. replica, text(counter.told))
    end
    if counter.fresh and (taken or counter.spent_more) then redis.call('EXPIRE', key, text(counter.ttl)) end
  end
end

local answer = {}
for from = 1, n, MANY do
  local to = min(from + MANY - 1, n)
  answer[#answer + 1] = pack(format(to - from + 1), unpack(out, from, to))
end
return table.concat(answer)
