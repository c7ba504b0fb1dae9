"""The control endpoint: how tests look into the data plane and disturb it."""

import asyncio
import json
import time

FAULTS = ("duplicate", "reorder", "drop")


class Control:
    def __init__(self, plane):
        self.plane = plane
        self.routes = {
            ("GET", "/health"): self.health,
            ("GET", "/invocations"): self.invocations,
            ("GET", "/stream"): self.stream,
            ("POST", "/schedule"): self.schedule,
            ("POST", "/drain"): self.drain,
            ("POST", "/kill"): self.kill,
            ("POST", "/stream-faults"): self.stream_faults,
        }

    async def handle(self, request):
        route = self.routes.get((request.method, request.target))
        if route is None:
            return self.answer(404, {"message": f"known: {sorted(self.routes)}"})
        try:
            body = json.loads(request.body) if request.body else {}
            return self.answer(*await route(body))
        except (KeyError, ValueError, TypeError) as error:
            return self.answer(400, {"message": repr(error)})

    def answer(self, status, value):
        return status, [("content-type", "application/json")], json.dumps(value).encode()

    async def health(self, _):
        return 200, {"functions": sorted(self.plane.by_name)}

    async def invocations(self, _):
        return 200, {
            "invocations": {n: list(p.history) for n, p in self.plane.by_name.items()},
            "invoked": {n: p.invoked for n, p in self.plane.by_name.items()},
            "instances": {n: len(p.instances) for n, p in self.plane.by_name.items()},
            "idle": {n: len(p.idle) for n, p in self.plane.by_name.items()},
            "table_calls": {f"{n} {o}": c for (n, o), c in self.plane.proxy.calls.items()},
            "table_units": {
                n: {"read": r, "write": w} for n, (r, w) in self.plane.proxy.units.items()}}

    async def stream(self, _):
        return 200, {"mappings": [
            {"counts": m.counts, "quiet": m.quiet(), "faults": m.faults}
            for m in self.plane.mappings]}

    async def schedule(self, _):
        return 200, {"runs": await self.plane.clock.ring_all()}

    async def drain(self, body):
        """Waits until every mapping has read all and finished all: {"timeout": seconds}."""
        end = time.monotonic() + body.get("timeout", 30)
        marks = [(m, dict(m.empty_reads)) for m in self.plane.mappings]
        while not all(m.reads_after(mark) and m.quiet() for m, mark in marks):
            if time.monotonic() > end:
                return 504, {"drained": False}
            await asyncio.sleep(0.02)
        return 200, {"drained": True}

    async def kill(self, body):
        """{"function": name, "after_writes": n}: its next n table writes kill their instances."""
        name = self.plane.find(body["function"])
        self.plane.proxy.kill_after_write[name] = int(body.get("after_writes", 1))
        return 200, {"function": name}

    async def stream_faults(self, body):
        """{"duplicate" | "reorder" | "drop": number of next batches}."""
        unknown = set(body) - set(FAULTS)
        if unknown:
            raise ValueError(f"unknown faults {sorted(unknown)}")
        for mapping in self.plane.mappings:
            mapping.faults.update({kind: int(count) for kind, count in body.items()})
        return 200, body
