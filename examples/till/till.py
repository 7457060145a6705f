"""A till: closes a bill step by step, goes on while the gateway is away, and sends afterwards what was paid meanwhile.

python examples/till/till.py sell --store STORE-1 --card 2900000017 --line 4006381333931,2,24.90
python examples/till/till.py send
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from gateway import Away, Gateway, Mistaken
from unsent import Unsent

PREVIEW = """
query Preview($customer: CustomerBy!, $bill: BillInput!, $codes: [String!], $points: Decimal) {
  recommendedRewards(customer: $customer, bill: $bill) {
    reward { name code }
    voucher { code }
    discount { amount }
    refusals { code message shortfall { points quantity goods money { amount currency { code } } } }
  }
  purchasePreview(customer: $customer, bill: $bill, benefitCodes: $codes, spendPoints: $points) {
    subtotal { amount }
    toPay { amount currency { code } }
    discounts { billItemId amount { amount } reward { name } }
    pointsEarned
    pointsAfter
    messages
    refused { code benefitCode message }
  }
}
"""
SEND = """
mutation Send($input: PurchaseSendInput!, $key: String!) {
  purchaseSend(input: $input, idempotencyKey: $key) {
    purchase { id total { amount currency { code } } pointsEarned customer { pointAccount { active } } }
    leftOut { code benefitCode message }
    repeated
    userErrors { code message field }
  }
}
"""


@dataclass
class Bill:
    """What is on the counter."""

    store: str
    currency: str
    card: str | None
    lines: list[tuple[str, Decimal, Decimal]]
    """Code, quantity and price of each."""
    codes: list[str] = field(default_factory=list)
    points: Decimal = Decimal(0)
    number: str = field(default_factory=lambda: str(uuid4()))
    """The till's own id of the bill, and the key of its retries: one bill counts once, however often it is sent."""
    paid_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_input(self) -> dict[str, Any]:
        """The bill as the gateway takes it."""
        items = [
            {"billItemId": str(place), "codes": [{"code": code}], "quantity": str(quantity), "price": str(price)}
            for place, (code, quantity, price) in enumerate(self.lines, 1)
        ]
        bill = {"store": {"code": self.store}, "externalId": self.number, "currency": self.currency, "items": items}
        return bill | {"paidAt": self.paid_at.isoformat(), "cardNumber": self.card}


@dataclass
class Till:
    """One till of a store."""

    gateway: Gateway
    unsent: Unsent

    def sell(self, bill: Bill) -> list[str]:
        """Close a bill; what the cashier reads. The shopper is never kept waiting for a gateway that is away."""
        to_pay = None
        said: list[str] = []
        try:
            if bill.card is not None:
                to_pay, said = self._previewed(bill)
        except Away:
            said.append("No rewards or points now: the gateway is away.")
            bill.codes, bill.points = [], Decimal(0)
        given: dict[str, Any] = {"bill": bill.as_input()}
        if bill.card is not None:
            given |= {"benefitCodes": bill.codes, "spendPoints": str(bill.points), "toPay": to_pay}
        self.unsent.keep(bill.number, given)
        return [*said, *self.send()]

    def send(self) -> list[str]:
        """Send what is waiting, oldest first, as far as the gateway answers."""
        said: list[str] = []
        for key, given in self.unsent.waiting():
            try:
                answer = self.gateway.ask(SEND, {"input": given, "key": key})["purchaseSend"]
            except Away as away:
                return [*said, f"Kept for later: {away}."]
            except Mistaken as mistaken:
                self.unsent.refused(key, str(mistaken))
                said.append(f"{key} is kept for somebody to look at: {mistaken}")
                continue
            said += self._settled(key, answer)
        return said

    def _previewed(self, bill: Bill) -> tuple[str, list[str]]:
        asked = {"customer": {"cardNumber": bill.card}, "bill": bill.as_input()}
        data = self.gateway.ask(PREVIEW, {**asked, "codes": bill.codes, "points": str(bill.points)})
        preview = data["purchasePreview"]
        said = [f"{_name(one)}: {_offer(one)}" for one in data["recommendedRewards"]]
        said += [f"Can't be had: {one['message']}" for one in preview["refused"]]
        if preview["refused"]:
            refused = {one["benefitCode"] for one in preview["refused"]}
            bill.codes = [code for code in bill.codes if code not in refused]
            bill.points = Decimal(0) if None in refused else bill.points
            return self._previewed(bill)[0], said
        return preview["toPay"]["amount"], said + preview["messages"]

    def _settled(self, key: str, answer: dict[str, Any]) -> list[str]:
        if answer["userErrors"]:
            why = "; ".join(f"{error['code']}: {error['message']}" for error in answer["userErrors"])
            self.unsent.refused(key, why)
            return [f"{key} is kept for somebody to look at: {why}"]
        self.unsent.sent(key)
        purchase = answer["purchase"]
        total = f"{purchase['total']['amount']} {purchase['total']['currency']['code']}"
        told = f"Closed: {total}, {purchase['pointsEarned']} points earned"
        if purchase["customer"] is not None:
            told += f", {purchase['customer']['pointAccount']['active']} to spend"
        return [told + (" (it was known already)" if answer["repeated"] else ""), *_left_out(answer["leftOut"])]


def _name(one: dict[str, Any]) -> str:
    return f"{one['reward']['name']} [{(one['voucher'] or one['reward'])['code']}]"


def _offer(one: dict[str, Any]) -> str:
    if not one["refusals"]:
        return f"{one['discount']['amount']} off"
    return "; ".join(each["message"] for each in one["refusals"])


def _left_out(left_out: list[dict[str, Any]]) -> list[str]:
    return [f"Without {one['benefitCode'] or 'points'}: {one['message']}" for one in left_out]


def main(arguments: list[str]) -> int:
    """Sell, or send what is waiting."""
    parser = argparse.ArgumentParser(description="A till that works with crm360, and without it for a while.")
    parser.add_argument("--gateway", default=os.environ.get("TILL_GATEWAY", "http://127.0.0.1:8000"))
    parser.add_argument("--token", default=os.environ.get("TILL_TOKEN"), help="the till's own; better in TILL_TOKEN")
    parser.add_argument("--unsent", type=Path, default=Path("unsent.sqlite"), help="where bills wait")
    steps = parser.add_subparsers(dest="step", required=True)
    sell = steps.add_parser("sell", help="close a bill")
    sell.add_argument("--store", required=True, help="the store's code")
    sell.add_argument("--currency", default="USD")
    sell.add_argument("--card", help="the number of the shopper's card")
    sell.add_argument("--line", action="append", required=True, help="code,quantity,price; once a line")
    sell.add_argument("--code", action="append", default=[], help="a code of a voucher or reward")
    sell.add_argument("--points", type=Decimal, default=Decimal(0), help="how many points pay")
    steps.add_parser("send", help="send what is waiting")
    given = parser.parse_args(arguments)
    till = Till(Gateway(given.gateway, given.token), Unsent(given.unsent))
    if given.step == "send":
        said = till.send()
    else:
        parts = [line.split(",") for line in given.line]
        lines = [(code, Decimal(quantity), Decimal(price)) for code, quantity, price in parts]
        said = till.sell(Bill(given.store, given.currency, given.card, lines, given.code, given.points))
    print("\n".join(said) or "Nothing is waiting.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
