-- A batch of 100 varied events of about 200 bytes each per request.
local path = (os.getenv("BENCH_PATH") or "/streams/bench/events") .. (os.getenv("BENCH_QUERY") or "")
local words = { "alpha", "bravo", "delta", "gamma", "kappa", "omega", "sigma", "theta" }
local bodies = {}

local function event()
  local note = {}
  for word = 1, 9 do
    note[word] = words[math.random(#words)] .. math.random(100, 999)
  end
  return string.format(
    '{"key":"order-%d","type":"order.line.added","data":{"order":%d,"sku":"S-%05d","quantity":%d,"price":%.2f,"note":"%s"}}',
    math.random(10000), math.random(1000000), math.random(99999), math.random(20),
    math.random() * 1000, table.concat(note, " "))
end

function init(args)
  math.randomseed(os.time() + (tonumber(tostring({}):match("0x(%x+)"), 16) or 0) % 100000)
  for index = 1, 300 do
    local events = {}
    for entry = 1, 100 do events[entry] = event() end
    bodies[index] = '{"events":[' .. table.concat(events, ",") .. "]}"
  end
  wrk.headers["Content-Type"] = "application/json"
end

local count = math.random(300)
function request()
  count = count % 300 + 1
  return wrk.format("POST", path, nil, bodies[count])
end
