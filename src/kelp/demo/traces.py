"""Stack traces as the languages of the shop print them."""

import random


def java(rng: random.Random, when: str, order: int, trace: str) -> str:
    thread = rng.randrange(1, 32)
    return "\n".join(
        (
            f"{when} ERROR [http-{thread}] c.e.shop.Checkout - order {order} failed, trace {trace}",
            "java.util.concurrent.CompletionException: com.example.shop.PaymentRefused: provider answered 504",
            "\tat java.base/java.util.concurrent.CompletableFuture.encodeThrowable(CompletableFuture.java:332)",
            f"\tat com.example.shop.Checkout.place(Checkout.java:{rng.randrange(80, 120)})",
            "\tat com.example.shop.http.Orders.post(Orders.java:57)",
            "Caused by: com.example.shop.PaymentRefused: provider answered 504",
            f"\tat com.example.shop.PaymentClient.charge(PaymentClient.java:{rng.randrange(30, 60)})",
            "\t... 12 more",
        )
    )


def python(rng: random.Random, order: int) -> str:
    return "\n".join(
        (
            f"ERROR:payment:charging order {order} failed",
            "Traceback (most recent call last):",
            f'  File "/app/payment/service.py", line {rng.randrange(60, 90)}, in charge',
            "    response = self.provider.authorise(amount, card)",
            f'  File "/app/payment/provider.py", line {rng.randrange(20, 40)}, in authorise',
            '    raise ProviderTimeout(f"no answer within {self.timeout} s")',
            "payment.provider.ProviderTimeout: no answer within 5 s",
        )
    )


def go(rng: random.Random) -> str:
    return "\n".join(
        (
            "panic: runtime error: invalid memory address or nil pointer dereference",
            f"[signal SIGSEGV: segmentation violation code=0x1 addr=0x{rng.randrange(16, 256):x} pc=0x7a3f1c]",
            "",
            f"goroutine {rng.randrange(20, 900)} [running]:",
            "main.(*Planner).route(0xc0001a4000, 0x0)",
            f"\t/src/shipping/planner.go:{rng.randrange(40, 200)} +0x5c",
            "main.main()",
            "\t/src/shipping/main.go:31 +0x1d2",
        )
    )
