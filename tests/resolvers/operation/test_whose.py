"""Who may call which mutation: every one of them, by those who hold its scope, those who don't, and customers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

import models
from models.ownership import Kind, ownership_of
from models.scope import Scope
from resolvers.errors import BadId
from resolvers.ids import opaque_id, parse_id
from resolvers.storage.context import RequestContext, Viewer, ViewerKind
from schema.declaring.permissions import kept_for_customers, rules
from schema.execution.run.planned_schema import Context
from tests import factories
from tests.resolvers.every_mutation import STEPS, Step, filled, prepare
from tests.resolvers.operation.test_every_mutation import everything, shows, the_id
from tests.resolvers.running_operations import Operations
from tests.schema.both_ways import schema

SCOPES, OWN = rules("Mutation"), kept_for_customers("Mutation")
ANONYMOUS = Viewer(None, ViewerKind.ANONYMOUS)
NOBODY = 999_999
NOT_FOR_CUSTOMERS = {
    "productReservationAdvance": {"state"},  # but cancelling
    "voucherIssue": {"reward", "validTo"},  # but for points, and for as long as the reward says
}
"""What customers may do in another way than the steps do it."""


def application(*scopes: Scope) -> Viewer:
    return Viewer(None, ViewerKind.ENTERPRISE, frozenset(scopes), token_id=7)


async def ask(crm: Operations, viewer: Viewer, step: Step, given: Any, *, dry: bool = True) -> Any:
    """What a call answers: its payload, or the codes of its errors."""
    name = step.mutation[0].upper() + step.mutation[1:]
    document = (
        f"mutation($input: {name}Input!, $dry: Boolean!) {{ {step.mutation}(input: $input, dryRun: $dry)"
        f" {{ {shows(step.mutation)} }} }}"
    )
    context = Context(RequestContext(crm.reader, now=crm.now, viewer=viewer), crm.engine)
    result = await schema().execute(document, {"input": given, "dry": dry}, context_value=context)
    codes = [(error.extensions or {}).get("code") for error in result.errors or []]
    return codes or (result.data or {})[step.mutation]


def of_nobody(value: Any) -> Any:
    """An input that names customers' rows which aren't there, in place of those that are."""
    if isinstance(value, dict):
        return {name: of_nobody(each) for name, each in value.items()}
    if isinstance(value, list):
        return [of_nobody(each) for each in value]
    try:
        entity = parse_id(value)[0] if isinstance(value, str) else ""
    except BadId:
        return value
    owned = entity and ownership_of(getattr(models, entity)).kind is Kind.OWNED
    return opaque_id(entity, NOBODY) if owned and entity != "Recommendation" else value


async def test_every_mutation_is_for_those_who_hold_its_scope_and_customers_do_what_is_theirs_alone(
    crm: Operations, session: AsyncSession
) -> None:
    ids = await prepare(session)
    ota = factories.customer(first_name="Ota")
    await factories.save(session, ota)
    stranger = Viewer(ota.id, ViewerKind.CUSTOMER, token_id=8)
    tried: set[str] = set()

    for step in STEPS:
        crm.now += timedelta(seconds=1)
        scope, given = SCOPES[step.mutation], filled(step.input, ids)
        if scope is None:
            done = await _free(crm, step, given, stranger, ids)
            ids |= {step.makes: the_id(done)} if step.makes else {}
            continue
        before = await everything(crm)
        assert (step, await ask(crm, ANONYMOUS, step, given, dry=False)) == (step, ["UNAUTHENTICATED"])
        others = application(*(each for each in Scope if each is not scope))
        assert (step, await ask(crm, others, step, given, dry=False)) == (step, ["FORBIDDEN"])
        foreign = await ask(crm, stranger, step, given, dry=False)
        if step.mutation not in OWN:
            assert (step, foreign) == (step, ["FORBIDDEN"])
        else:
            assert (step, foreign) == (step, await ask(crm, stranger, step, of_nobody(given), dry=False))
            assert (step, bool(foreign["userErrors"])) == (step, True)
        assert (step, await everything(crm)) == (step, before)
        tried |= await _by_its_owner(crm, step, given, ids)
        alone = await ask(crm, application(scope, Scope.PERSONAL_READ), step, given)
        assert (step, alone["userErrors"]) == (step, [])
        done = await ask(crm, application(scope, Scope.CUSTOMERS_READ, Scope.PERSONAL_READ), step, given, dry=False)
        assert (step, done["userErrors"]) == (step, [])
        if step.makes:
            ids[step.makes] = the_id(done)

    assert tried == OWN


async def _free(crm: Operations, step: Step, given: Any, stranger: Viewer, ids: dict[str, str]) -> Any:
    """What takes no scope does nothing with what is others', whoever asks; done by those whose it is."""
    nothing = of_nobody(given)
    for viewer in (stranger, ANONYMOUS, application()) if nothing != given else ():
        before = await everything(crm)
        foreign = await ask(crm, viewer, step, given, dry=False)
        assert (step, viewer, foreign) == (step, viewer, await ask(crm, viewer, step, nothing, dry=False))
        assert (step, viewer, await everything(crm)) == (step, viewer, before)
    done = await ask(crm, step.viewer(ids), step, given, dry=False)
    assert (step, done["userErrors"]) == (step, [])
    return done


async def _by_its_owner(crm: Operations, step: Step, given: Any, ids: dict[str, str]) -> set[str]:
    """What the customer whose it is may do, tried."""
    if step.mutation not in OWN:
        return set()
    named = [ids[name] for name in ("eva", "jana") if name in ids and ids[name] in given.values()]
    owner = parse_id(named[0] if named else ids["jana"])[1]
    payload = await ask(crm, Viewer(owner, ViewerKind.CUSTOMER, token_id=9), step, given)
    told = [(error["code"], error["field"]) for error in payload["userErrors"]]
    refused = [("FORBIDDEN", field) for field in sorted(NOT_FOR_CUSTOMERS.get(step.mutation, ())) if field in given]
    assert (step, told) == (step, refused[-1:])
    return {step.mutation}


async def test_customers_take_rewards_for_points_cancel_their_reservations_and_say_no_more(
    crm: Operations, session: AsyncSession
) -> None:
    jana, ota = factories.customer(), factories.customer()
    reward = factories.reward(points_cost=10)
    held = factories.product_reservation(customer=jana)
    await factories.save(session, factories.points(customer=jana), ota, reward, held)
    crm.viewer = Viewer(jana.id, ViewerKind.CUSTOMER)
    customer, wanted = opaque_id("Customer", jana.id), opaque_id("Reward", reward.id)

    taken = await crm.refused("voucherIssue", customer=customer, reward=wanted)
    worth = await crm.refused("voucherIssue", customer=customer, reward=wanted, value="500", currency="CZK")
    by_email = await crm.refused("voucherIssue", customerBy={"email": jana.email}, rewardBy={"code": reward.code})
    others = [
        await crm.refused("voucherIssue", customerBy={"email": email}, reward=wanted)
        for email in (ota.email, "nobody@example.com")
    ]
    cancelled = await crm.refused(
        "productReservationAdvance", id=opaque_id("ProductReservation", held.id), state="CANCELLED"
    )

    assert (taken, by_email, cancelled) == ([], [], [])
    assert others == [[("NOT_FOUND", "customerBy", None)]] * 2
    assert worth == [("FORBIDDEN", "value", None)]


async def test_customers_export_themselves_and_nobody_else(crm: Operations, session: AsyncSession) -> None:
    jana, ota = factories.customer(first_name="Jana"), factories.customer(first_name="Ota")
    await factories.save(session, jana, ota)
    crm.viewer = Viewer(jana.id, ViewerKind.CUSTOMER)
    document = "query($id: ID!) { customerExport(by: {id: $id}) }"

    own = await crm.answer(document, id=opaque_id("Customer", jana.id))
    other = await crm.answer(document, id=opaque_id("Customer", ota.id))

    assert own["customerExport"]["firstName"] == "Jana"
    assert other == {"customerExport": None}
