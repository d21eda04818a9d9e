"""What the pods of the shop say: one customer visit becomes lines of several containers sharing a trace id."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kelp.demo import traces


class Line(NamedTuple):
    """One log line (or several, joined by newlines) a container writes."""

    app: str
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class App:
    """A deployment of the shop."""

    name: str
    namespace: str
    replicas: int


APPS = (
    App("frontend", "shop", 3),
    App("catalog", "shop", 2),
    App("cart", "shop", 2),
    App("checkout", "shop", 2),
    App("payment", "shop", 2),
    App("shipping", "shop", 1),
    App("recommendation", "shop", 1),
    App("email", "shop", 1),
    App("postgres", "data", 1),
    App("redis", "data", 1),
    App("ingress-nginx", "ingress", 2),
    App("coredns", "kube-system", 2),
)

_PRODUCTS = ("teapot", "lantern", "compass", "hammock", "notebook", "umbrella", "kettle", "blanket")
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "curl/8.11.0",
)
_CITIES = ("Lisbon", "Osaka", "Kraków", "São Paulo", "成都", "Tromsø")


class Shop:
    """An endless stream of customer visits. The same seed tells the same story."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def visit(self, when: str, trouble: bool = False) -> Iterator[Line]:
        """Lines of one customer's visit. `when` is the local time as applications print it; `trouble` makes it fail."""
        rng = self._random
        trace = f"{rng.getrandbits(128):032x}"
        user = rng.randrange(1, 50_000)
        product = rng.choice(_PRODUCTS)
        took = int(rng.lognormvariate(3.2, 0.8)) * (12 if trouble else 1)
        step = rng.random()
        status = 200
        if step < 0.62:
            yield from self._browse(trace, product)
            path = f"/products/{product}?page={rng.randrange(1, 9)}"
        elif step < 0.85:
            yield from self._cart(trace, user, product)
            path = "/cart"
        else:
            status = 502 if trouble else 201
            yield from self._checkout(when, trace, user, product, trouble)
            path = "/checkout"
        if step > 0.97:
            yield from self._housekeeping(when)
        method = "GET" if step < 0.62 else "POST"
        address = f"{rng.choice((81, 93, 185, 203))}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        yield Line(
            "ingress-nginx",
            "stdout",
            f'{address} - - [{when}] "{method} {path} HTTP/2.0" {status} {rng.randrange(200, 40_000)} "-" '
            f'"{rng.choice(_AGENTS)}" {took / 1000:.3f} [shop-frontend-80] {trace}',
        )
        yield self._json(
            "frontend",
            "info" if status < 500 else "error",
            "request completed",
            trace,
            status=status,
            path=path,
            duration_ms=took,
            user_id=user,
        )

    def _json(self, app: str, level: str, message: str, trace: str, **fields: object) -> Line:
        record = {"level": level, "message": message, "trace_id": trace, **fields}
        return Line(app, "stderr" if level == "error" else "stdout", json.dumps(record, ensure_ascii=False))

    def _browse(self, trace: str, product: str) -> Iterator[Line]:
        rng = self._random
        hit = rng.random() < 0.8
        yield Line(
            "catalog",
            "stdout",
            f'level=info msg="catalog lookup" product={product} cache={"hit" if hit else "miss"} '
            f"took={rng.randrange(1, 40)}ms trace_id={trace}",
        )
        if not hit:
            yield Line(
                "postgres",
                "stderr",
                f"LOG:  duration: {rng.uniform(0.3, 90):.3f} ms  statement: SELECT id, title, price "
                f"FROM products WHERE slug = '{product}'",
            )
        if rng.random() < 0.3:
            yield Line(
                "recommendation",
                "stdout",
                f"INFO:recommendation:ranked {rng.randrange(5, 60)} candidates for {product} "
                f"in {rng.uniform(2, 30):.1f} ms",
            )

    def _cart(self, trace: str, user: int, product: str) -> Iterator[Line]:
        rng = self._random
        yield self._json(
            "cart", "info", "item added", trace, user_id=user, product=product, quantity=rng.randrange(1, 4)
        )
        if rng.random() < 0.1:
            yield Line("redis", "stdout", f"1:M * {rng.randrange(10, 900)} changes in 60 seconds. Saving...")

    def _checkout(self, when: str, trace: str, user: int, product: str, trouble: bool) -> Iterator[Line]:
        rng = self._random
        order = rng.randrange(100_000, 999_999)
        cents = rng.randrange(500, 90_000)
        yield Line(
            "checkout",
            "stdout",
            f"{when} INFO  [http-{rng.randrange(1, 32)}] c.e.shop.Checkout - placing order {order} "
            f"for user {user}: 1 x {product}, {cents / 100:.2f} EUR, trace {trace}",
        )
        if trouble:
            yield Line("payment", "stderr", traces.python(rng, order))
            yield Line("checkout", "stderr", traces.java(rng, when, order, trace))
            return
        yield self._json(
            "payment",
            "info",
            "payment authorised",
            trace,
            order_id=order,
            amount_cents=cents,
            provider="acme-pay",
        )
        yield Line(
            "shipping",
            "stdout",
            f"parcel for order {order} goes to {rng.choice(_CITIES)}, weight {rng.randrange(200, 9000)} g",
        )
        yield self._json(
            "email", "info", "confirmation sent", trace, order_id=order, template="order-confirmation"
        )

    def _housekeeping(self, when: str) -> Iterator[Line]:
        rng = self._random
        kind = rng.randrange(4)
        if kind == 0:
            yield Line(
                "coredns",
                "stdout",
                f"[INFO] 10.42.{rng.randrange(9)}.{rng.randrange(255)}:{rng.randrange(30000, 60000)} - "
                f'{rng.randrange(65536)} "A IN payment.shop.svc.cluster.local. udp 53 false 512" NOERROR qr,aa,rd 106 0.000{rng.randrange(100, 999)}s',
            )
        elif kind == 1:
            yield Line("shipping", "stderr", traces.go(rng))
        elif kind == 2:
            yield Line("redis", "stdout", "1:M * Background saving terminated with success")
        else:
            yield Line(
                "postgres",
                "stderr",
                f"LOG:  checkpoint complete: wrote {rng.randrange(10, 900)} buffers "
                f"({rng.uniform(0.1, 5):.1f}%); write={rng.uniform(1, 30):.3f} s, sync=0.004 s, total={rng.uniform(1, 30):.3f} s",
            )
