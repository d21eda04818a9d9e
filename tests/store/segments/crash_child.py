"""The process that the crash test kills: `write DIR` writes for ever and tells what was acknowledged, `read DIR` lists.

Every line of the output of `write` says what became durable just then:

    auto N        document N without an id
    set K N       document with id K now holds N
    delete K      document with id K is gone
"""

import sys
import threading

import orjson

from kelp.store.ingest.source import SourceBuilder
from kelp.store.store import Store

KEYS = 12
_print_lock = threading.Lock()


def tell(lines: list[str]) -> None:
    with _print_lock:
        sys.stdout.write("".join(line + "\n" for line in lines))
        sys.stdout.flush()


def write_generated(store: Store, thread: int) -> None:
    number = thread * 1_000_000_000
    while True:
        numbers = range(number, number + 40)
        number += 40
        # Every seventh document needs the slow way.
        lines = [
            orjson.dumps({"n": n, "text": f"message {n}", **({"extra": [n, None]} if n % 7 == 0 else {})})
            for n in numbers
        ]
        body = b"".join(b'{"index":{"_index":"auto"}}\n' + line + b"\n" for line in lines)
        result = store.bulk(body)
        assert not result.errors, result.errors
        tell([f"auto {n}" for n in numbers])


def write_keyed(store: Store) -> None:
    number = 0
    while True:
        number += 1
        key = f"k{number % KEYS}"
        if number % 5 == 0:
            body = b'{"delete":{"_index":"keyed","_id":"%s"}}\n' % key.encode()
        else:
            body = b'{"index":{"_index":"keyed","_id":"%s"}}\n{"n":%d}\n' % (key.encode(), number)
        store.bulk(body, refresh="true" if number % 9 == 0 else "false")
        tell([f"delete {key}" if number % 5 == 0 else f"set {key} {number}"])


def read(store: Store) -> None:
    for index in store.catalog.indices():
        builder = SourceBuilder(index)
        for row in store.engine.query(f"SELECT `_id`, {', '.join(builder.columns)} FROM {index.table}"):
            document = builder.build(row[1:])
            print(index.name, row[0] or "-", document["n"])
            if index.name == "auto":
                assert document["text"] == f"message {document['n']}", document
                assert ("extra" in document) == (document["n"] % 7 == 0), document


def main() -> None:
    action, folder = sys.argv[1:]
    store = Store(folder)
    if action == "read":
        read(store)
        store.close()
        return
    tell(["open"])
    threads = [
        threading.Thread(target=write_generated, args=(store, number))
        for number in (int(sys.stdin.readline()),)
    ]
    threads.append(threading.Thread(target=write_keyed, args=(store,)))
    for thread in threads:
        thread.start()


if __name__ == "__main__":
    main()
