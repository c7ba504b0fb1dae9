-- Pages of 1,000 events from varying offsets of partition 0.
local last = tonumber(os.getenv("BENCH_LAST") or "100000")
local path = os.getenv("BENCH_PATH") or "/streams/bench/events"

function init(args)
  math.randomseed(os.time() + (tonumber(tostring({}):match("0x(%x+)"), 16) or 0) % 100000)
end

function request()
  return wrk.format("GET", path .. "?partition=0&limit=1000&from=" .. math.random(0, last))
end
