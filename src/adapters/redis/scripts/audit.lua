-- The chain of the record of who decided what: each entry holds the hash (SHA-256) of the one before, so that none can be changed, left out or put in without breaking it.
local K = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}
local band, bnot, bxor, ror, rshift, tobit, tohex = bit.band, bit.bnot, bit.bxor, bit.ror, bit.rshift, bit.tobit, bit.tohex

local function sha256(text)
  local length = #text
  local padded = text .. '\128' .. string.rep('\0', (55 - length) % 64) .. '\0\0\0' .. string.char(math.floor(length / 536870912) % 256)
    .. string.char(rshift(length * 8, 24), band(rshift(length * 8, 16), 255), band(rshift(length * 8, 8), 255), band(length * 8, 255))
  local h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 }
  local w = {}
  for start = 1, #padded, 64 do
    for i = 1, 16 do
      local one, two, three, four = string.byte(padded, start + i * 4 - 4, start + i * 4 - 1)
      w[i] = tobit(one * 16777216 + two * 65536 + three * 256 + four)
    end
    for i = 17, 64 do
      local near, far = w[i - 2], w[i - 15]
      local s0 = bxor(ror(far, 7), ror(far, 18), rshift(far, 3))
      local s1 = bxor(ror(near, 17), ror(near, 19), rshift(near, 10))
      w[i] = tobit(w[i - 16] + s0 + w[i - 7] + s1)
    end
    local a, b, c, d, e, f, g, hh = unpack(h)
    for i = 1, 64 do
      local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
      local t1 = tobit(hh + s1 + bxor(band(e, f), band(bnot(e), g)) + K[i] + w[i])
      local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
      local t2 = tobit(s0 + bxor(band(a, b), band(a, c), band(b, c)))
      a, b, c, d, e, f, g, hh = tobit(t1 + t2), a, b, c, tobit(d + t1), e, f, g
    end
    h = { tobit(h[1] + a), tobit(h[2] + b), tobit(h[3] + c), tobit(h[4] + d), tobit(h[5] + e), tobit(h[6] + f), tobit(h[7] + g), tobit(h[8] + hh) }
  end
  local hex = {}
  for i = 1, 8 do hex[i] = tohex(h[i]) end
  return table.concat(hex)
end

-- `payload`: a JSON object. `person`: who did it, '' for nobody; in the chain he has a token that says nothing by itself, `token` if he has none yet.
local function append_audit(p, payload, person, token)
  local by = 'null'
  if person ~= '' then
    local known = redis.call('HGET', p .. 'audit-people', person)
    if not known then
      redis.call('HSET', p .. 'audit-people', person, token)
      redis.call('HSET', p .. 'audit-tokens', token, person)
      known = token
    end
    by = '"' .. known .. '"'
  end
  local seq = redis.call('HINCRBY', p .. 'audit-head', 'seq', 1)
  local prev = redis.call('HGET', p .. 'audit-head', 'hash') or ''
  local text = '{"seq":' .. seq .. ',"prev":"' .. prev .. '","by":' .. by .. ',' .. string.sub(payload, 2)
  local hash = sha256(text)
  redis.call('HSET', p .. 'audit-head', 'hash', hash)
  redis.call('RPUSH', p .. 'audit', hash .. ' ' .. text)
end
