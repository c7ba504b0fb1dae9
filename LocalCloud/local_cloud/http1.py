"""HTTP/1.1 over asyncio: a server with keep-alive and a client that keeps its connections."""

import asyncio
from collections import namedtuple
from contextlib import suppress

Request = namedtuple("Request", "method target headers body peer")  # headers: [(name, value)]
LINE_LIMIT = 64 * 1024
REASONS = {200: "OK", 202: "Accepted", 204: "No Content", 404: "Not Found"}


class Refused(Exception):
    """A request that is answered with this status before anyone looks at it."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def header(headers, name, default=None):
    """The value of a header, by its lower-case name; the last one when it is repeated."""
    found = [value for key, value in headers if key.lower() == name]
    return found[-1] if found else default


async def read_headers(reader):
    """(first line, headers), or None at the end of the connection."""
    try:
        first = (await reader.readline()).decode("latin-1").rstrip("\r\n")
    except ConnectionError:
        return None
    if not first:
        return None
    headers = []
    while line := (await reader.readline()).decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers.append((name.strip(), value.strip()))
    return first, headers


async def read_body(reader, headers, limit):
    """The body by its length or its chunks; Refused(413) beyond the limit (bytes)."""
    if (header(headers, "transfer-encoding") or "").lower() == "chunked":
        return await read_chunks(reader, limit)
    length = int(header(headers, "content-length", "0"))
    if length > limit:
        # Read to its end, so that a client that is still sending sees the answer.
        while length > 0 and (part := await reader.read(min(length, LINE_LIMIT))):
            length -= len(part)
        raise Refused(413, "Request Entity Too Large")
    return await reader.readexactly(length) if length else b""


async def read_chunks(reader, limit):
    body = bytearray()
    while True:
        size = int((await reader.readline()).split(b";")[0], 16)
        if len(body) + size > limit:
            raise Refused(413, "Request Entity Too Large")
        body += await reader.readexactly(size)
        await reader.readline()
        if size == 0:
            return bytes(body)


def render(status, headers, body, *, head=False):
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if status != 204 and header(headers, "content-length") is None:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + (b"" if head else body)


class Server:
    """Serves `handle(Request) -> (status, headers, body)` on a loopback port."""

    def __init__(self, handle, limit=10 * 1024 * 1024, refusal=None):
        self.handle, self.limit = handle, limit
        self.refusal = refusal or (lambda refused: (refused.status, [], b""))
        self.connections = set()

    async def start(self, port=0):
        self.server = await asyncio.start_server(
            self.serve, "127.0.0.1", port, limit=LINE_LIMIT)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        self.server.close()
        open_connections = list(self.connections)
        for task in open_connections:
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)

    async def serve(self, reader, writer):
        self.connections.add(asyncio.current_task())
        try:
            while await self.one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.connections.discard(asyncio.current_task())
            with suppress(Exception):
                writer.close()

    async def one(self, reader, writer):
        """Serves one request; true while the connection stays open."""
        try:
            request = await self.read(reader, writer)
        except Refused as refused:
            status, headers, body = self.refusal(refused)
            writer.write(render(status, [*headers, ("connection", "close")], body))
            await writer.drain()
            return False
        if request is None:
            return False
        status, headers, body = await self.handle(request)
        writer.write(render(status, headers, body, head=request.method == "HEAD"))
        await writer.drain()
        return (header(request.headers, "connection") or "").lower() != "close"

    async def read(self, reader, writer):
        """The next request; None at the end of the connection."""
        try:
            if (head := await read_headers(reader)) is None:
                return None
            first, headers = head
            method, target, _ = first.split(" ", 2)
            if (header(headers, "expect") or "").lower() == "100-continue":
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await read_body(reader, headers, self.limit)
        except ValueError:
            raise Refused(400, "Bad Request") from None
        return Request(method, target, headers, body, writer.get_extra_info("peername")[0])


class Client:
    """Sends requests to one address over kept connections."""

    def __init__(self, host, port):
        self.host, self.port, self.idle = host, port, []

    async def send(self, method, target, headers, body=b""):
        """(status, headers, body). An old connection that turns out closed is replaced once."""
        lines = [f"{method} {target} HTTP/1.1", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        message = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
        while True:
            kept = bool(self.idle)
            connection = self.idle.pop() if kept else await self.connect()
            try:
                connection[1].write(message)
                head = await read_headers(connection[0])
                if head is None:
                    raise ConnectionResetError("closed without an answer")
                break
            except ConnectionError:
                connection[1].close()
                if not kept:
                    raise
        status = int(head[0].split(" ")[1])
        answer = await self.answer_body(connection[0], head[1])
        if (header(head[1], "connection") or "").lower() == "close":
            connection[1].close()
        else:
            self.idle.append(connection)
        return status, head[1], answer

    async def connect(self):
        return await asyncio.open_connection(self.host, self.port, limit=LINE_LIMIT)

    async def answer_body(self, reader, headers):
        if header(headers, "content-length") is None and not header(headers, "transfer-encoding"):
            return await reader.read()
        return await read_body(reader, headers, 1 << 30)

    def close(self):
        for _, writer in self.idle:
            writer.close()
        self.idle = []
