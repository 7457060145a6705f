"""What a viewer may ask for: the scope that each field of the roots takes, checked once for a document.

Fields below the roots take none: which rows a viewer sees is settled by the statements that read them. A field that
says nothing here fails the build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from models.rules.error_codes import ErrorCode
from models.scope import Scope, ViewerKind
from resolvers.storage.context import Viewer


def _each(scope: Scope | None, names: str) -> dict[str, Scope | None]:
    return dict.fromkeys(names.split(), scope)


QUERIES: Mapping[str, Scope | None] = {
    **_each(
        None,
        "campaign campaigns campaignProduct campaignProducts campaignProductTypes card cards cardType cardTypes "
        "country countries currency currencies language languages customer customers customerSource customerSources "
        "customerSourceRecords consents events node nodes pointTypes pointEntry pointEntries pointLot pointLots "
        "pointReservation pointReservations product products productBrand productBrands productGroup productGroups tag "
        "tags partner partners programme programmes earningRule earningRules property properties purchase purchases "
        "purchaseItem purchaseItems purchaseTypes purchaseItemTypes recommendation recommendations "
        "recommendationBlocks reservableProduct reservableProducts productReservation productReservations "
        "productReservationSources externalListTypes reward rewards rewardTypes segment segments segmentGroup "
        "segmentGroups status statuses statusRecord statusRecords store stores storesNear token tokens "
        "externalApplications me viewer errorCodes eventKinds voucher vouchers auditEntries",
    ),
    **_each(Scope.PERSONAL_READ, "customerExport"),
    **_each(Scope.PURCHASES_WRITE, "recommendedProducts recommendedRewards purchasePreview"),
}
MUTATIONS: Mapping[str, Scope | None] = {
    # They see to it themselves: who is logged in, and on which token.
    **_each(
        None,
        "tokenCreate tokenUpdate tokenLogin tokenLogout tokenRotate tokenRevoke enterpriseTokenCreate loginCodeSend "
        "passwordSet passwordReset",
    ),
    **_each(
        Scope.CUSTOMERS_WRITE,
        "customerCreate customerUpdate customerDeactivate customerReactivate customerErase customerConsentSet "
        "customerPropertySet customerSourceAdd customerSourceRemove customerSourceUpsert recommendationDismiss "
        "recommendationRestore recommendationFeedback",
    ),
    **_each(Scope.CARDS_WRITE, "cardGenerate cardCreate cardAssign cardRelease cardBlock cardUnblock cardTypeUpsert"),
    **_each(
        Scope.POINTS_WRITE,
        "pointsAssign pointsSpend pointsReserve pointsRelease pointsCapture pointsTransfer pointsReverse",
    ),
    **_each(
        Scope.PURCHASES_WRITE,
        "purchaseSend purchaseCancel purchaseReturn purchasesImport purchaseAssignCustomer",
    ),
    **_each(
        Scope.VOUCHERS_WRITE,
        "voucherIssue voucherIssueBatch voucherReserve voucherRelease voucherRedeem voucherCancel voucherTransfer",
    ),
    **_each(Scope.STATUSES_WRITE, "customerStatusSet"),
    **_each(
        Scope.RESERVATIONS_WRITE,
        "productReservationCreate productReservationAdvance productReservationComment reservableProductUpsert "
        "reservableProductRemove reservableOfferRemove reservableStockSet reservableStockAdjust",
    ),
    **_each(
        Scope.SEGMENTS_WRITE,
        "segmentCreate segmentUpdate segmentAddCustomers segmentRemoveCustomers segmentRefresh segmentDelete "
        "segmentGroupUpsert",
    ),
    **_each(
        Scope.CATALOGUE_WRITE,
        "campaignUpsert campaignDelete campaignProductUpsert campaignProductDelete productUpsert productsUpsert "
        "productDeactivate productReactivate productBrandUpsert productBrandsUpsert productBrandDeactivate "
        "productBrandReactivate productGroupUpsert productGroupsUpsert productGroupDeactivate productGroupReactivate "
        "recommendationUpsert recommendationDelete recommendationBlock recommendationUnblock storeUpsert storesUpsert "
        "storeDeactivate storeReactivate",
    ),
    **_each(
        Scope.PROGRAMME_WRITE,
        "programmeUpsert rewardUpsert rewardActivate rewardDeactivate rewardDelete statusUpsert statusDeactivate "
        "statusReactivate",
    ),
}


def describe(schema: GraphQLSchema) -> None:
    """Say in each root field's description which scope it takes; one without a rule fails, and a rule without one."""
    for root, rules in ((schema.query_type, QUERIES), (schema.mutation_type, MUTATIONS)):
        assert isinstance(root, GraphQLObjectType)
        if unruled := root.fields.keys() ^ rules.keys():
            raise TypeError(
                f"{root.name}: these fields and the rules of who may ask for them differ: {sorted(unruled)}"
            )
        for name, field in root.fields.items():
            if (scope := rules[name]) is not None:
                field.description = f"{field.description} Takes the scope `{scope}`."


def scopes_of(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> frozenset[Scope]:
    """The scopes that an operation takes, whatever of it is skipped."""
    rules = MUTATIONS if operation.operation is OperationType.MUTATION else QUERIES
    names = _names(operation.selection_set, fragments)
    return frozenset(scope for name in names if (scope := rules.get(name)) is not None)


def _names(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    """The names of the root's fields; a document that was validated has no circles of fragments."""
    for one in selections.selections:
        if isinstance(one, FieldNode):
            yield one.name.value
        elif isinstance(one, FragmentSpreadNode):
            yield from _names(fragments[one.name.value].selection_set, fragments)
        elif isinstance(one, InlineFragmentNode):
            yield from _names(one.selection_set, fragments)


def refusal(scopes: frozenset[Scope], viewer: Viewer) -> GraphQLError | None:
    """Why a viewer may not ask for what takes these scopes; nothing where they may."""
    missing = sorted(scope for scope in scopes if not viewer.has(scope))
    if not missing:
        return None
    told = ", ".join(missing)
    if viewer.kind is ViewerKind.ANONYMOUS:
        return GraphQLError(f"Show a token that holds {told}.", extensions={"code": "UNAUTHENTICATED"})
    return GraphQLError(
        f"It takes {told}, which the token doesn't hold.", extensions={"code": ErrorCode.FORBIDDEN.value}
    )
