"""`python -m bench.sink PORT`: a `_bulk` endpoint that only counts, so that the agent is what is measured.

`GET /count` answers {"documents": n, "bytes": n}.
"""

import asyncio
import gzip
import json
import sys

BULK_ANSWER = b'{"took":1,"errors":false,"items":[]}'
INFO = json.dumps(
    {
        "name": "sink",
        "cluster_name": "bench",
        "version": {"number": "7.17.9", "build_flavor": "default"},
        "tagline": "You Know, for Search",
    }
).encode()


class Counter:
    """Documents and bytes received so far."""

    def __init__(self) -> None:
        self.documents = 0
        self.bytes = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """HTTP/1.1 with keep-alive; bodies by Content-Length."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *headers = head.decode("latin-1").split("\r\n")
                fields = {k.lower(): v.strip() for k, _, v in (h.partition(":") for h in headers if h)}
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                answer = self.answer(
                    line, gzip.decompress(body) if fields.get("content-encoding") == "gzip" else body
                )
                writer.write(
                    b"HTTP/1.1 200 OK\r\nX-Elastic-Product: Elasticsearch\r\nContent-Type: application/json\r\n"
                )
                writer.write(b"Content-Length: %d\r\n\r\n" % len(answer))
                if not line.startswith("HEAD"):
                    writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client hung up
        finally:
            writer.close()

    def answer(self, line: str, body: bytes) -> bytes:
        if "_bulk" in line:
            self.documents += body.count(b"\n") // 2
            self.bytes += len(body)
            return BULK_ANSWER
        if "/count" in line:
            return json.dumps({"documents": self.documents, "bytes": self.bytes}).encode()
        return INFO


async def main(port: int) -> None:
    server = await asyncio.start_server(Counter().serve, "127.0.0.1", port, limit=1 << 24)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
