"""Drafts of rewards in files: never offered, and so without vouchers."""

from tests.resolvers.files.conftest import Bring, Take, reasons

REWARD = {"code": "SPRING", "name": "Spring", "kind": "PERCENT", "value": "10"}
VOUCHER = {
    "code": "SPRING-2024-ABC",
    "reward": "SPRING",
    "customer": {"source": "shop", "externalId": "1"},
    "validFrom": "2024-05-01T00:00:00Z",
}
PEOPLE = {
    "customerSources.jsonl": [{"code": "shop", "name": "Shop"}],
    "customers.jsonl": [{"source": "shop", "externalId": "1", "firstName": "Eva", "lastName": "Example"}],
}


async def test_a_draft_that_says_no_state_is_inactive(bring: Bring, take: Take) -> None:
    report = await bring({"rewards.jsonl": [REWARD | {"isDraft": True}]})

    assert reasons(report) == []
    assert [(row["state"], row["isDraft"]) for row in await take("rewards")] == [("INACTIVE", True)]


async def test_a_draft_is_not_offered(bring: Bring) -> None:
    report = await bring({"rewards.jsonl": [REWARD | {"isDraft": True, "state": "ACTIVE"}]})

    assert reasons(report) == ["rewards.jsonl, line 1: isDraft must be false of a reward that is offered"]


async def test_a_voucher_of_a_draft_is_refused(bring: Bring) -> None:
    report = await bring({**PEOPLE, "rewards.jsonl": [REWARD | {"isDraft": True}], "vouchers.jsonl": [VOUCHER]})

    reason = "reward is a draft: of one that was never offered there are no vouchers"
    assert reasons(report) == [f"vouchers.jsonl, line 1: {reason}"]


async def test_a_reward_with_vouchers_does_not_become_a_draft(bring: Bring) -> None:
    files = {**PEOPLE, "rewards.jsonl": [REWARD], "vouchers.jsonl": [VOUCHER]}
    before = await bring(files)

    report = await bring({"rewards.jsonl": [REWARD | {"isDraft": True, "state": "INACTIVE"}]})

    assert reasons(before) == []
    assert reasons(report) == ["rewards.jsonl, line 1: isDraft must be false: there are vouchers of it"]
